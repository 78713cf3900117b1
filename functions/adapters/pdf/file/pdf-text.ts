/** UTF-16, big endian, as PDF writes text in hexadecimal strings. */
export function utf16Hex(text: string): string {
  let hex = '';
  for (let i = 0; i < text.length; i++) hex += hex4(text.charCodeAt(i));
  return hex;
}

/** A text string object (ISO 32000-1, 7.9.2.2): literal where ASCII says it, else UTF-16 in hexadecimal. */
export function textString(text: string): string {
  return /^[\x20-\x7e]*$/.test(text) ? `(${text.replace(/[\\()]/g, '\\$&')})` : `<FEFF${utf16Hex(text)}>`;
}

/** A date object from an ISO instant in UTC. */
export function dateString(instant: string): string {
  return `(D:${instant.slice(0, 19).replace(/\D/g, '')}Z)`;
}

/** Two decimals: a seven-thousandth of an inch at most, and short. */
export function number(value: number): string {
  const rounded = Math.round(value * 100) / 100;
  return rounded === 0 ? '0' : String(rounded);
}

/** A number below 65,536 as four hexadecimal digits. */
export function hex4(value: number): string {
  return (hex2[value >> 8] ?? '00') + (hex2[value & 0xff] ?? '00');
}

/** A glyph's two-byte code inside a literal string: half as long as in hexadecimal. */
export function literalCode(code: number): string {
  return literalByte(code >> 8) + literalByte(code & 0xff);
}

function literalByte(byte: number): string {
  // A bare carriage return would be read as a line feed.
  if (byte === 0x0d) return '\\r';
  const character = String.fromCharCode(byte);
  return character === '(' || character === ')' || character === '\\' ? `\\${character}` : character;
}

const hex2 = Array.from({ length: 256 }, (_, i) => i.toString(16).toUpperCase().padStart(2, '0'));

/** Three components from `#rrggbb`, as a colour operator takes them. */
export function rgb(colour: string): string {
  return [1, 3, 5]
    .map((at) => String(Math.round((Number.parseInt(colour.slice(at, at + 2), 16) / 255) * 1000) / 1000))
    .join(' ');
}
