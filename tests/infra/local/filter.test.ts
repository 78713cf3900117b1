import { expect, test } from 'vitest';
import { matches, parseFilter } from '../../../infra/local/mappings/filter.ts';

const stream = (pattern: unknown) => parseFilter(JSON.stringify(pattern), 'stream');
const queue = (pattern: unknown) => parseFilter(JSON.stringify(pattern), 'queue');
const put = (sk: string) => ({ eventName: 'INSERT', dynamodb: { Keys: { sk: { S: sk } } } });

test('a prefix lets only keys through that begin with it', () => {
  const filter = stream({ dynamodb: { Keys: { sk: { S: [{ prefix: 'EVIDENCE#' }] } } } });
  expect(matches(filter, put('EVIDENCE#cpr#e1'))).toBe(true);
  expect(matches(filter, put('LEDGER#EVIDENCE#'))).toBe(false);
  expect(matches(filter, { eventName: 'INSERT' })).toBe(false);
});

test('every field must match, and a field by any of its values', () => {
  const filter = stream({ eventName: ['INSERT', 'MODIFY'], dynamodb: { Keys: { sk: { S: [{ suffix: '#e1' }] } } } });
  expect(matches(filter, put('EVIDENCE#cpr#e1'))).toBe(true);
  expect(matches(filter, { ...put('EVIDENCE#cpr#e1'), eventName: 'REMOVE' })).toBe(false);
});

test.each([
  [{ a: [{ exists: true }] }, { a: 'x' }, true],
  [{ a: [{ exists: true }] }, { a: { b: 'x' } }, false],
  [{ a: [{ exists: false }] }, {}, true],
  [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'z' }, true],
  [{ a: [{ 'anything-but': ['x', 'y'] }] }, { a: 'y' }, false],
  [{ a: [{ 'anything-but': { prefix: 'x' } }] }, { a: 'xy' }, false],
  [{ a: [{ 'equals-ignore-case': 'ABC' }] }, { a: 'abc' }, true],
  [{ a: [null] }, { a: null }, true],
  [{ a: ['x'] }, { a: ['w', 'x'] }, true],
  [{ $or: [{ a: ['1'] }, { b: ['2'] }] }, { b: '2' }, true],
  [{ $or: [{ a: ['1'] }, { b: ['2'] }] }, { b: '3' }, false],
])('%j of %j is %s', (pattern, record, expected) => {
  expect(matches(stream(pattern), record)).toBe(expected);
});

test('a queue knows numbers', () => {
  const filter = queue({ body: { count: [{ numeric: ['>', 0, '<=', 5] }] } });
  expect(matches(filter, { body: { count: 5 } })).toBe(true);
  expect(matches(filter, { body: { count: 6 } })).toBe(false);
  expect(matches(filter, { body: { count: '3' } })).toBe(false);
});

test.each([
  [{ a: [{ wildcard: 'x*' }] }, /operator "wildcard" is not known/],
  [{ a: [{ numeric: ['>', 0] }] }, /no numeric operators/],
  [{ a: [5] }, /knows no numbers/],
  [{ a: [{ prefix: 5 }] }, /prefix takes a text/],
  [{ a: 'x' }, /a pattern is an object of fields/],
])('the filter %j of a stream is refused', (pattern, message) => {
  expect(() => stream(pattern)).toThrow(message);
});

test('a filter that is no JSON is refused', () => {
  expect(() => parseFilter('{', 'stream')).toThrow(/is not JSON/);
});
