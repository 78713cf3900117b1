/** What an act answers when it will not: a stable code, and a sentence that names the field and the remedy. */
export type Refused = { outcome: 'refused'; code: string; message: string };

export function refused(code: string, message: string): Refused {
  return { outcome: 'refused', code, message };
}
