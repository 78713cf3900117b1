import { createECDH, type KeyObject, randomBytes } from 'node:crypto';

/*
 * ECDSA over a digest that somebody else computed. Node's crypto always hashes what it signs, so this does the few
 * lines of arithmetic itself, with the curve's multiplication taken from ECDH. It is not constant-time: local keys protect nothing.
 */

/** The order of P-256's base point (SEC 2, 2.4.2). */
const order = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** DER-encoded ECDSA signature of a 32-byte digest. */
export function signDigest(digest: Buffer, privateKey: KeyObject): Buffer {
  const secret = secretOf(privateKey);
  const z = toInteger(digest);
  for (;;) {
    const nonce = toInteger(randomBytes(32)) % order;
    if (nonce === 0n) continue;
    const r = multipliedX(nonce) % order;
    const s = modulo(inverse(nonce) * (z + r * secret));
    if (r !== 0n && s !== 0n) return encodeDer(r, s);
  }
}

/** Whether a DER signature is that of this key over a 32-byte digest. Needs the private key: u₁G + u₂Q is then one multiplication. */
export function verifyDigest(digest: Buffer, signature: Buffer, privateKey: KeyObject): boolean {
  const [r, s] = decodeDer(signature) ?? [0n, 0n];
  if (r <= 0n || s <= 0n || r >= order || s >= order) return false;
  const w = inverse(s);
  const scalar = modulo(w * (toInteger(digest) + r * secretOf(privateKey)));
  return scalar !== 0n && multipliedX(scalar) % order === r;
}

function secretOf(privateKey: KeyObject): bigint {
  return toInteger(Buffer.from(privateKey.export({ format: 'jwk' }).d ?? '', 'base64url'));
}

/** The x coordinate of a multiple of the base point. */
function multipliedX(scalar: bigint): bigint {
  const ecdh = createECDH('prime256v1');
  ecdh.setPrivateKey(Buffer.from(scalar.toString(16).padStart(64, '0'), 'hex'));
  return toInteger(ecdh.getPublicKey().subarray(1, 33));
}

function toInteger(bytes: Buffer): bigint {
  return BigInt(`0x${bytes.toString('hex')}`);
}

function modulo(value: bigint): bigint {
  return ((value % order) + order) % order;
}

function inverse(value: bigint): bigint {
  let [a, b, x, y] = [modulo(value), order, 1n, 0n];
  while (a > 1n) {
    const quotient = b / a;
    [a, b, x, y] = [b % a, a, y - quotient * x, x];
  }
  return modulo(x);
}

function encodeDer(r: bigint, s: bigint): Buffer {
  const body = Buffer.concat([derInteger(r), derInteger(s)]);
  return Buffer.concat([Buffer.from([0x30, body.length]), body]);
}

function derInteger(value: bigint): Buffer {
  const hex = value.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  const unsigned = (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes;
  return Buffer.concat([Buffer.from([0x02, unsigned.length]), unsigned]);
}

function decodeDer(signature: Buffer): [bigint, bigint] | undefined {
  const rLength = signature[3] ?? 0;
  const sLength = signature[5 + rLength] ?? 0;
  const wellFormed =
    signature[0] === 0x30 &&
    signature[1] === signature.length - 2 &&
    signature[2] === 0x02 &&
    signature[4 + rLength] === 0x02 &&
    rLength > 0 &&
    sLength > 0 &&
    signature.length === 6 + rLength + sLength;
  if (!wellFormed) return undefined;
  return [toInteger(signature.subarray(4, 4 + rLength)), toInteger(signature.subarray(6 + rLength))];
}
