import { describe, expect, test } from 'vitest';
import { groupRecords } from '../../functions/adapters/aws/stream-records.ts';
import { parseEvidenceKeys, parseEvidencePartition, parseItem } from '../../functions/domain/evidence.ts';
import { changeSchema } from '../../functions/domain/messages.ts';

type Image = Record<string, Record<string, unknown>>;
type Given = {
  name?: string;
  pk?: string;
  sk?: string;
  sequence?: string;
  time?: number | Date;
  before?: Image;
  after?: Image;
};

const place = { pk: 'peer-specialist#EVIDENCE#enr-1', sk: 'EVIDENCE#engage-1#ev-1' };
const submission: Image = {
  schema: { S: 'journeypaper/evidence/1' },
  program: { S: 'peer-specialist' },
  enrollment: { S: 'enr-1' },
  requirement: { S: 'engage-1' },
  evidence: { S: 'ev-1' },
  submittedBy: { S: 'apprentice-1' },
  submittedAt: { S: '2026-05-01T10:00:00.000Z' },
  occurredOn: { S: '2026-05-01' },
  attestation: { S: 'Observed on the job' },
};

function record({
  name = 'INSERT',
  pk = place.pk,
  sk = place.sk,
  sequence = '100',
  time = 1_777_777_777,
  before,
  after,
}: Given = {}) {
  const keys = { pk: { S: pk }, sk: { S: sk } };
  return {
    eventName: name,
    eventSource: 'aws:dynamodb',
    dynamodb: {
      Keys: keys,
      ApproximateCreationDateTime: time,
      SequenceNumber: sequence,
      ...(before && { OldImage: { ...before, ...keys } }),
      ...(after && { NewImage: { ...after, ...keys } }),
    },
  };
}

const changesOf = (...given: Given[]) => groupRecords(given.map(record)).groups.flatMap((group) => group.changes);

describe('grouping stream records', () => {
  test('records of one enrollment are grouped in the order of the stream', () => {
    const other = 'peer-specialist#EVIDENCE#enr-2';
    const { groups, strays } = groupRecords([
      record({ sequence: '1' }),
      record({ sequence: '2', pk: other }),
      record({ sequence: '3', sk: 'EVIDENCE#engage-1#ev-1#WITHDRAWAL' }),
    ]);
    expect(strays).toEqual([]);
    expect(groups.map(({ ref, sequenceNumbers }) => ({ ref, sequenceNumbers }))).toEqual([
      { ref: { program: 'peer-specialist', enrollment: 'enr-1' }, sequenceNumbers: ['1', '3'] },
      { ref: { program: 'peer-specialist', enrollment: 'enr-2' }, sequenceNumbers: ['2'] },
    ]);
  });

  test('an image is the item without its keys, as the contract reads it', () => {
    const [change] = changesOf({ after: submission });
    const parsed = parseItem(parseEvidenceKeys(place.pk, place.sk) as never, change?.image ?? {});
    expect(parsed).toMatchObject({ ok: true, part: 'evidence' });
    expect(changeSchema.parse(change)).toEqual(change);
  });

  test.each([
    ['INSERT', undefined, submission, 'put'],
    ['MODIFY', submission, { ...submission, attestation: { S: 'Another text' } }, 'edited'],
    ['MODIFY', submission, Object.fromEntries(Object.entries(submission).reverse()), 'touched'],
    ['MODIFY', undefined, submission, 'edited'],
    ['REMOVE', submission, undefined, 'deleted'],
  ])('%s is told as what it did to the item', (name, before, after, kind) => {
    const [change] = changesOf({ name, ...(before && { before }), ...(after && { after: after as Image }) });
    expect(change?.kind).toBe(kind);
    expect(change !== undefined && 'image' in change).toBe(after !== undefined);
  });

  test.each([
    [1_777_777_777, '2026-05-03T03:09:37.000Z'],
    [1_777_777_777.25, '2026-05-03T03:09:37.250Z'],
    [new Date('2026-05-03T03:09:37.250Z'), '2026-05-03T03:09:37.250Z'],
  ])('the time %s is an instant', (time, at) => {
    expect(changesOf({ time })[0]?.at).toBe(at);
  });

  test('an unsound sort key stays with its enrollment', () => {
    const [change] = changesOf({ sk: 'EVIDENCE#no such requirement' });
    expect(change?.sk).toBe('EVIDENCE#no such requirement');
  });

  test.each([
    '',
    'peer-specialist',
    'peer-specialist#EVIDENCE#',
    'Peer#EVIDENCE#enr-1',
    'p#EVIDENCE#enr-1',
    'peer-specialist#EVIDENCE#enr-1#x',
    'peer-specialist#OTHER#enr-1',
  ])('a record of the partition "%s" is a stray, and its neighbours go on', (pk) => {
    const { groups, strays } = groupRecords([record({ pk, sequence: '1' }), record({ sequence: '2' })]);
    expect(strays).toEqual([{ sk: `${pk}|${place.sk}`, kind: 'put', sequence: '1', at: '2026-05-03T03:09:37.000Z' }]);
    expect(groups).toHaveLength(1);
    expect(parseEvidencePartition(pk)).toBeUndefined();
  });

  test('strays of long keys have a short one, and different strays have different ones', () => {
    const { strays } = groupRecords([record({ pk: 'x'.repeat(2048) }), record({ pk: 'y'.repeat(2048) })]);
    expect(strays.every(({ sk }) => sk.length < 500)).toBe(true);
    expect(new Set(strays.map(({ sk }) => sk)).size).toBe(2);
  });

  test.each<[string, Image]>([
    ['a huge number', { hours: { N: '1e120' } }],
    ['a number beyond exact integers', { hours: { N: '12345678901234567890' } }],
    ['binary', { attestation: { B: 'AAEC' } }],
    ['binary as bytes', { attestation: { B: new Uint8Array([0, 1, 2]) } }],
    ['a set of strings', { pointer: { SS: ['a', 'b'] } }],
    ['a set of numbers', { hours: { NS: ['1', '2'] } }],
    ['a set of binaries', { pointer: { BS: ['AAEC'] } }],
    ['an unknown type', { pointer: { X: 'y' } }],
    ['null', { attestation: { NULL: true } }],
  ])('%s in an image is JSON that the contract refuses', (_, odd) => {
    const [change] = changesOf({ after: { ...submission, ...odd } });
    const parsed = parseItem(parseEvidenceKeys(place.pk, place.sk) as never, JSON.parse(JSON.stringify(change?.image)));
    expect(parsed.ok).toBe(false);
  });

  test('bytes and base64 of one binary value give one image', () => {
    const [bytes, text] = [{ B: new Uint8Array([0, 1, 2]) }, { B: 'AAEC' }].map(
      (x) => changesOf({ after: { x } })[0]?.image,
    );
    expect(bytes).toEqual(text);
  });

  test('an image over 16 KB is told by its hash, and is malformed', () => {
    const [change] = changesOf({ after: { ...submission, attestation: { S: 'x'.repeat(20_000) } } });
    expect(change?.image).toEqual({ oversize: true, hash: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(parseItem(parseEvidenceKeys(place.pk, place.sk) as never, change?.image ?? {}).ok).toBe(false);
  });

  test('what is no stream record is a bug, not evidence', () => {
    expect(() => groupRecords([{ eventName: 'INSERT' }])).toThrow('not a DynamoDB stream record');
  });
});
