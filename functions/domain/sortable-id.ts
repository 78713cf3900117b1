/** Crockford's base 32: no I, L, O or U, which are easily misread. */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const timeLength = 10;
const restLength = 16;

/** How many bytes an id takes beside its time. */
export const sortableIdBytes = restLength;

/** An id of a ULID's form: 48 bits of time, by which ids sort, then 80 bits of these bytes. */
export function sortableId(milliseconds: number, bytes: Uint8Array): string {
  const time = Array.from({ length: timeLength }, (_, i) => alphabet[Math.floor(milliseconds / 32 ** (9 - i)) % 32]);
  return time.join('') + base32(bytes.subarray(0, restLength));
}

/** Five bits of each byte: 256 is a multiple of 32, so that of random bytes every character is as likely as any other. */
export function base32(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => alphabet[byte % 32]).join('');
}
