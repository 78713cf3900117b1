import type { Remedy } from '../domain/remedy.ts';

/** What an act answers when it will not: a stable code, a sentence that names the field, and what to do next. */
export type Refused = { outcome: 'refused'; code: string; message: string; remedy?: Remedy };

/** `remedy`: for what is done elsewhere than in the sentence itself; an edge words it. */
export function refused(code: string, message: string, remedy?: Remedy): Refused {
  return { outcome: 'refused', code, message, ...(remedy && { remedy }) };
}
