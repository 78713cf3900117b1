import { Unresolved } from '../template/intrinsics.ts';

/** A filter pattern, checked: an object of fields, or at a leaf the list of what the value may be. */
export type FilterPattern = { [field: string]: FilterPattern | Rule[] } | { $or: FilterPattern[] };

type Rule = (value: unknown) => boolean;

/**
 * Reads an event source mapping's filter pattern: equality, `prefix`, `suffix`, `anything-but`, `exists`, `equals-ignore-case`, `numeric`
 * and `$or`, with Lambda's rule that a stream's records know no numbers.
 * Rules: https://docs.aws.amazon.com/lambda/latest/dg/invocation-eventfiltering.html
 *
 * @throws Unresolved for any other operator.
 * @example matches(parseFilter('{"eventName":["INSERT"]}', 'stream'), { eventName: 'INSERT' }) // true
 */
export function parseFilter(pattern: string, source: 'stream' | 'queue'): FilterPattern {
  let parsed: unknown;
  try {
    parsed = JSON.parse(pattern);
  } catch {
    throw new Unresolved(`filter pattern ${pattern} is not JSON`);
  }
  return parseFields(parsed, source, 'filter');
}

/** Whether a record passes: every field of the pattern is met, and a field's list by any of its rules. */
export function matches(pattern: FilterPattern, record: unknown): boolean {
  return Object.entries(pattern).every(([field, expected]) => {
    if (field === '$or') return (expected as FilterPattern[]).some((each) => matches(each, record));
    const value = isObject(record) ? record[field] : undefined;
    if (!Array.isArray(expected)) return matches(expected, value);
    const rules = expected as Rule[];
    // A list in the record matches by any of its elements.
    return Array.isArray(value) && value.length > 0
      ? value.some((each) => rules.some((rule) => rule(each)))
      : rules.some((rule) => rule(value));
  });
}

function parseFields(pattern: unknown, source: 'stream' | 'queue', path: string): FilterPattern {
  if (!isObject(pattern)) throw new Unresolved(`${path}: a pattern is an object of fields`);
  const fields = Object.entries(pattern).map(([field, expected]) => {
    const inner = `${path}.${field}`;
    if (field === '$or' && Array.isArray(expected))
      return [field, expected.map((each) => parseFields(each, source, inner))];
    if (Array.isArray(expected)) return [field, expected.map((each) => parseRule(each, source, inner))];
    return [field, parseFields(expected, source, inner)];
  });
  return Object.fromEntries(fields);
}

function parseRule(rule: unknown, source: 'stream' | 'queue', path: string): Rule {
  if (typeof rule === 'string' || typeof rule === 'boolean' || rule === null) return (value) => value === rule;
  if (typeof rule === 'number') {
    if (source === 'stream')
      throw new Unresolved(`${path}: a stream's filter knows no numbers; DynamoDB gives them as strings`);
    return (value) => value === rule;
  }
  const entries = isObject(rule) ? Object.entries(rule) : [];
  const [entry] = entries;
  if (entries.length !== 1 || !entry) throw new Unresolved(`${path}: one operator a rule`);
  return parseOperator(entry[0], entry[1], source, path);
}

function parseOperator(operator: string, operand: unknown, source: 'stream' | 'queue', path: string): Rule {
  const text = (test: (value: string, operand: string) => boolean): Rule => {
    if (typeof operand !== 'string') throw new Unresolved(`${path}: ${operator} takes a text`);
    return (value) => typeof value === 'string' && test(value, operand);
  };
  switch (operator) {
    case 'prefix':
      return text((value, start) => value.startsWith(start));
    case 'suffix':
      return text((value, end) => value.endsWith(end));
    case 'equals-ignore-case':
      return text((value, other) => value.toLowerCase() === other.toLowerCase());
    case 'exists':
      if (typeof operand !== 'boolean') throw new Unresolved(`${path}: exists takes true or false`);
      // Of leaves only: an object is no value.
      return (value) => (value !== undefined && !isObject(value)) === operand;
    case 'anything-but': {
      const others = (Array.isArray(operand) ? operand : [operand]).map((each) => parseRule(each, source, path));
      return (value) => value !== undefined && !others.some((rule) => rule(value));
    }
    case 'numeric':
      if (source === 'stream') throw new Unresolved(`${path}: a stream's filter knows no numeric operators`);
      return parseNumeric(operand, path);
    default:
      throw new Unresolved(`${path}: filter operator "${operator}" is not known here`);
  }
}

const comparisons: Record<string, (a: number, b: number) => boolean> = {
  '=': (a, b) => a === b,
  '<': (a, b) => a < b,
  '<=': (a, b) => a <= b,
  '>': (a, b) => a > b,
  '>=': (a, b) => a >= b,
};

/** `[">", 0, "<=", 5]` */
function parseNumeric(operand: unknown, path: string): Rule {
  const parts = Array.isArray(operand) ? operand : [];
  const tests: ((value: number) => boolean)[] = [];
  for (let i = 0; i < parts.length; i += 2) {
    const compare = comparisons[String(parts[i])];
    const bound: unknown = parts[i + 1];
    if (!compare || typeof bound !== 'number')
      throw new Unresolved(`${path}: numeric takes pairs of a comparison and a number`);
    tests.push((value) => compare(value, bound));
  }
  if (tests.length === 0) throw new Unresolved(`${path}: numeric takes pairs of a comparison and a number`);
  return (value) => typeof value === 'number' && tests.every((test) => test(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
