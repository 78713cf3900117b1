import { type Framework, requirementsOf } from './framework.ts';

/** What stands in the place of a requirement that discloses something about its holder's health. */
export const sensitiveRequirement = '(sensitive requirement)';

/** Hides what a screen, a log or an answer should not show unless it was asked for. */
export type Mask = {
  /** An id, a key or a code: every sensitive requirement's id in it is replaced. */
  ids(text: string): string;
  /** A requirement's or a skill set's text, by its id. */
  textOf(id: string, text: string): string;
  /** `a…@…` */
  email(address: string): string;
  /** The same, through a whole JSON value, names of fields included. */
  json<T>(value: T): T;
};

const bare: Mask = {
  ids: (text) => text,
  textOf: (_, text) => text,
  email: (address) => address,
  json: (value) => value,
};

/** `show`: the caller asked for everything, or it is theirs to see. */
export function maskFor(frameworks: readonly Framework[], show: boolean): Mask {
  if (show) return bare;
  const patterns = frameworks.flatMap(sensitivePatterns).sort((a, b) => b.length - a.length);
  const pattern =
    patterns.length > 0 ? new RegExp(`(?<![A-Za-z0-9])(?:${patterns.join('|')})(?![A-Za-z0-9])`, 'gi') : undefined;
  const ids = (text: string) => (pattern ? text.replace(pattern, sensitiveRequirement) : text);
  const json = (value: unknown): unknown => {
    if (typeof value === 'string') return ids(value);
    if (Array.isArray(value)) return value.map(json);
    if (value === null || typeof value !== 'object') return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [ids(key), json(item)]));
  };
  return {
    ids,
    textOf: (id, text) => (ids(id) === id ? text : sensitiveRequirement),
    email: (address) => `${[...address][0] ?? ''}…@…`,
    json: <T>(value: T) => json(value) as T,
  };
}

/** A sensitive set hides every id of its form, so that a mistyped skill of it does not show either. */
function sensitivePatterns(framework: Framework): string[] {
  const sets = framework.skillSets.filter((set) => set.sensitive).map((set) => `${set.id}(?:-[0-9]+)?`);
  const single = [...requirementsOf(framework).values()].filter((requirement) => requirement.sensitive);
  return [...sets, ...single.map((requirement) => requirement.id)];
}
