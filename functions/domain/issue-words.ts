import type * as z from 'zod';

type Issue = z.core.$ZodIssue;

const kinds: Record<string, string> = {
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'an object',
  record: 'an object',
};

const formats: Record<string, string> = {
  date: 'is not a date; give YYYY-MM-DD',
  datetime: 'is not an instant; give one such as 2026-03-02T14:00:00.000Z',
  email: 'is not an email address; give one such as name@example.org',
  url: 'is not an address; give one that begins with https://',
};

/**
 * What a contract finds wrong, in our words and with the remedy. The one place where the library's words end. Never
 * repeats a value: these words are logged, and a value may be anything.
 */
export function issueWords(issue: Issue): string {
  // A rule that has words of its own keeps them.
  if (!/^(Invalid|Too |Unrecognized)/.test(issue.message)) return issue.message;
  switch (issue.code) {
    case 'invalid_type': {
      const kind = kinds[issue.expected] ?? 'another kind of value';
      return issue.message.endsWith('received undefined') ? `is missing; give ${kind}` : `is not ${kind}; give one`;
    }
    case 'invalid_format':
      return formats[issue.format] ?? 'is not of the form that the contract gives';
    case 'too_big':
      return `is ${tooMuch(issue.origin)}; give at most ${issue.maximum}${unitOf(issue.origin, issue.maximum)}`;
    case 'too_small': {
      const bound = issue.inclusive === false ? 'more than' : 'at least';
      return `is ${tooLittle(issue.origin)}; give ${bound} ${issue.minimum}${unitOf(issue.origin, issue.minimum)}`;
    }
    case 'invalid_value':
      return `is none of those that there are; give ${issue.values.map(String).join(', ')}`;
    case 'unrecognized_keys':
      return 'no such field';
    default:
      return 'is not of the form that the contract gives';
  }
}

const tooMuch = (origin: string) => (origin === 'string' || origin === 'array' ? 'too long' : 'too large');
const tooLittle = (origin: string) => (origin === 'string' || origin === 'array' ? 'too short' : 'too small');

function unitOf(origin: string, count: number | bigint): string {
  if (origin === 'string') return Number(count) === 1 ? ' character' : ' characters';
  return origin === 'array' ? ' of them' : '';
}
