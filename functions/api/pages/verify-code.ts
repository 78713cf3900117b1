import { publicCodeSchema } from '../../domain/credential.ts';
import { sha256 } from '../../domain/hash.ts';

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** `isCode` false: nothing that could be a code. `lookUp` is asked of the table all the same. */
export type AskedCode = { isCode: boolean; lookUp: string };

/**
 * A code as people type it: small letters, spaces and hyphens between its parts, and the letters that the alphabet
 * leaves out for the digits that they look like. What is no code becomes one that nobody has, so that it is looked up
 * like any other: who asks learns nothing from how long the answer takes.
 */
export function readCode(typed: string): AskedCode {
  const code = typed
    .slice(0, 200)
    .toUpperCase()
    .replaceAll(/[\s\u00ad\u2010-\u2015-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return publicCodeSchema.safeParse(code).success
    ? { isCode: true, lookUp: code }
    : { isCode: false, lookUp: codeOf(sha256(typed.slice(0, 200))) };
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
