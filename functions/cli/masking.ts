import type { Framework } from '../domain/framework.ts';
import { sensitiveIds } from '../domain/sensitive-ids.ts';

/** What stands in the place of a requirement that discloses something about its holder's health. */
export const sensitiveRequirement = '(sensitive requirement)';

/** Hides what a screen or a log of a terminal should not show unless it was asked for. */
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

/** `show`: the caller asked for everything (`--sensitive`). */
export function maskFor(frameworks: readonly Framework[], show: boolean): Mask {
  if (show) return bare;
  const pattern = sensitiveIds(frameworks);
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
