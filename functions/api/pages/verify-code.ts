import { readPublicCode } from '../../domain/credential.ts';
import { sha256 } from '../../domain/hash.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `isCode` false: nothing that could be a code. `lookUp` is asked of the table all the same. */
export type AskedCode = { isCode: boolean; lookUp: string };

/**
 * A code as people type it. What is no code becomes one that nobody has, so that it is looked up like any other: who
 * asks learns nothing from how long the answer takes.
 */
export function readCode(typed: string): AskedCode {
  const code = readPublicCode(typed);
  return code === undefined
    ? { isCode: false, lookUp: codeOf(sha256(typed.slice(0, 200))) }
    : { isCode: true, lookUp: code };
}

function codeOf(hash: string): string {
  return Array.from({ length: 26 }, (_, i) => alphabet[Number.parseInt(hash.slice(2 * i, 2 * i + 2), 16) % 32]).join(
    '',
  );
}

/** In groups, as it is easier to compare. */
export function groupedCode(code: string): string {
  return (code.match(/.{1,4}/g) ?? []).join(' ');
}
