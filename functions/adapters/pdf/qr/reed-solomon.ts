// GF(256) modulo x⁸ + x⁴ + x³ + x² + 1, as QR codes use it (ISO/IEC 18004, 7.5.2).
const exponents = new Uint8Array(512);
const logarithms = new Uint8Array(256);
for (let i = 0, value = 1; i < 255; i++) {
  exponents[i] = value;
  exponents[i + 255] = value;
  logarithms[value] = i;
  value = value < 128 ? value << 1 : (value << 1) ^ 0x11d;
}

const generators = new Map<number, Uint8Array>();

/** Logarithms of the coefficients of (x - α⁰)(x - α¹)…, the highest power's left out. */
function generator(degree: number): Uint8Array {
  const known = generators.get(degree);
  if (known) return known;
  let polynomial = [1];
  for (let root = 0; root < degree; root++) {
    const next = [...polynomial, 0];
    for (let i = 0; i < polynomial.length; i++) {
      next[i + 1] = (next[i + 1] ?? 0) ^ (exponents[(logarithms[polynomial[i] ?? 0] ?? 0) + root] ?? 0);
    }
    polynomial = next;
  }
  const made = Uint8Array.from(polynomial.slice(1), (coefficient) => logarithms[coefficient] ?? 0);
  generators.set(degree, made);
  return made;
}

/** The error correction codewords of one block of data, `length` codewords from `start` on; theirs until the next call. */
export function correction(data: Uint8Array, start: number, length: number, degree: number): Uint8Array {
  const divisor = generator(degree);
  // Divided where it stands: what is left of the data is zero, and what comes behind it is the remainder.
  for (let i = 0; i < length; i++) division[i] = data[start + i] as number;
  division.fill(0, length, length + degree);
  for (let i = 0; i < length; i++) {
    const factor = division[i] as number;
    if (factor === 0) continue;
    const log = logarithms[factor] as number;
    for (let j = 0; j < degree; j++) {
      const at = i + 1 + j;
      division[at] = (division[at] as number) ^ (exponents[log + (divisor[j] as number)] as number);
    }
  }
  for (let j = 0; j < degree; j++) remainder[j] = division[length + j] as number;
  return remainder;
}

/** A block of a QR code has at most 153 codewords, 30 of them of correction. */
const division = new Uint8Array(256);
const remainder = new Uint8Array(64);
