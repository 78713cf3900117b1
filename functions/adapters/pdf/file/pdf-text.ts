/**
 * The same text, in one piece of memory. V8 keeps a text that was put together as its pieces, and writing a certificate
 * would go through the pieces of everything remembered each time.
 */
export function inOnePiece(text: string): string {
  const encoding = beyondLatin.test(text) ? 'utf16le' : 'latin1';
  return Buffer.from(text, encoding).toString(encoding);
}

const beyondLatin = /[\u0100-\uffff]/;

/** UTF-16, big endian, as PDF writes text in hexadecimal strings. */
export function utf16Hex(text: string): string {
  let hex = '';
  for (let i = 0; i < text.length; i++) hex += hex4(text.charCodeAt(i));
  return hex;
}

/** A text string object (ISO 32000-1, 7.9.2.2): literal where ASCII says it, else UTF-16 in hexadecimal. */
export function textString(text: string): string {
  if (!isAscii.test(text)) return `<FEFF${utf16Hex(text)}>`;
  return delimiters.test(text) ? `(${text.replace(/[\\()]/g, '\\$&')})` : `(${text})`;
}

const isAscii = /^[\x20-\x7e]*$/;
const delimiters = /[\\()]/;

/** `textString` of texts that begin alike, for a beginning that is not all ASCII. */
export function textBeginningWith(before: string): (rest: string) => string {
  const known = textString(before);
  if (!known.startsWith('<')) return (rest) => textString(before + rest);
  const open = inOnePiece(known.slice(0, -1));
  return (rest) => `${open}${utf16Hex(rest)}>`;
}

/** `textString` of texts that begin alike and end in a code of digits and capitals. */
export function textEndingInCode(before: string): (code: string) => string {
  const known = inOnePiece(textString(before).slice(0, -1));
  if (known.startsWith('<')) return (code) => `${known}${utf16Hex(code)}>`;
  return (code) => (isPlain.test(code) ? `${known}${code})` : textString(before + code));
}

const isPlain = /^[0-9A-Z]*$/;

/** A date object from an ISO instant in UTC. */
export function dateString(instant: string): string {
  return `(D:${instant.slice(0, 19).replace(/\D/g, '')}Z)`;
}

const noNumbers: (string | undefined)[] = [];

/** Two decimals: a seven-thousandth of an inch at most, and short. */
export function number(value: number): string {
  const hundredths = Math.round(value * 100);
  if (hundredths < 0) return hundredths > -largestKnown ? `-${positive(-hundredths)}` : String(hundredths / 100);
  return hundredths < largestKnown ? positive(hundredths) : String(hundredths / 100);
}

/** Most numbers of a page are lengths on it: writing each once is cheaper than turning fractions into decimals. */
const largestKnown = 102_400;
/** By 128 at a time, since one list of all would cost a fresh process a millisecond. */
const knownNumbers: (string | undefined)[][] = Array.from({ length: largestKnown >> 7 }, () => noNumbers);

function positive(hundredths: number): string {
  let near = knownNumbers[hundredths >> 7] as (string | undefined)[];
  let text = near[hundredths & 127];
  if (text === undefined) {
    if (near === noNumbers) {
      near = new Array<string | undefined>(128);
      knownNumbers[hundredths >> 7] = near;
    }
    text = String(hundredths / 100);
    near[hundredths & 127] = text;
  }
  return text;
}

/** A number below 65,536 as four hexadecimal digits. */
export function hex4(value: number): string {
  if (value >= alphabets) return (hex2[value >> 8] ?? '00') + (hex2[value & 0xff] ?? '00');
  let text = knownHex4[value];
  if (text === undefined) {
    text = (hex2[value >> 8] ?? '00') + (hex2[value & 0xff] ?? '00');
    knownHex4[value] = text;
  }
  return text;
}

/** Below it are most letters of names, and the codes of most glyphs. */
const alphabets = 0x2000;
const knownHex4 = new Array<string | undefined>(alphabets);

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
  let components = knownColours.get(colour);
  if (components === undefined) {
    components = [1, 3, 5]
      .map((at) => String(Math.round((Number.parseInt(colour.slice(at, at + 2), 16) / 255) * 1000) / 1000))
      .join(' ');
    if (knownColours.size >= maxColours) knownColours.clear();
    knownColours.set(colour, components);
  }
  return components;
}

const knownColours = new Map<string, string>();
/** Some for each program that a process prints for. */
const maxColours = 1_000;
