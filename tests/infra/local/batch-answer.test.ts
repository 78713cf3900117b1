import { expect, test } from 'vitest';
import { readBatchAnswer } from '../../../infra/local/mappings/batch-answer.ts';

const returned = (payload: unknown) => ({
  outcome: 'returned' as const,
  requestId: 'r',
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
});
const read = (payload: unknown, reports = true) => readBatchAnswer(returned(payload), reports, ['a', 'b']);

test.each([[null], [{}], [{ batchItemFailures: [] }], [{ batchItemFailures: null }], ['']])(
  '%j is success',
  (payload) => {
    expect(read(payload)).toEqual({ outcome: 'done' });
  },
);

test('the items that it names have failed', () => {
  expect(read({ batchItemFailures: [{ itemIdentifier: 'b' }] })).toEqual({
    outcome: 'partly-done',
    failed: new Set(['b']),
  });
});

test.each([
  [{ batchItemFailures: [{ itemIdentifier: '' }] }],
  [{ batchItemFailures: [{ itemIdentifier: null }] }],
  [{ batchItemFailures: [{ id: 'a' }] }],
  [{ batchItemFailures: [{ itemIdentifier: 'unknown' }] }],
  [{ batchItemFailures: 'a' }],
  ['not JSON'],
  ['"text"'],
])('%j is a failure of the whole batch', (payload) => {
  expect(read(payload)).toEqual({ outcome: 'failed' });
});

test('a function that does not report items is done when it returns', () => {
  expect(read({ batchItemFailures: [{ itemIdentifier: 'a' }] }, false)).toEqual({ outcome: 'done' });
});

test('a function that failed has failed, whatever it was asked to report', () => {
  expect(readBatchAnswer({ outcome: 'failed', requestId: 'r', errorType: 'Error' }, true, ['a'])).toEqual({
    outcome: 'failed',
  });
});
