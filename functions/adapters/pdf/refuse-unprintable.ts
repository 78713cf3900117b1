import { AdapterError } from '../../ports/adapter-error.ts';
import { codePointNames } from './printable.ts';
import type { Typefaces } from './text/typefaces.ts';

/**
 * @param where the field or document that the texts are from
 * @throws AdapterError `certificate.unprintable`, never retryable, with the characters as code points.
 */
export function refuseUnprintable(texts: string[], typefaces: Typefaces, where: string): void {
  const missing = new Set(texts.flatMap((text) => typefaces.unprintable(text)));
  if (missing.size === 0) return;
  const names = codePointNames([...missing]);
  throw new AdapterError('certificate.unprintable', `no font prints ${names}, in ${where}`, { retryable: false });
}
