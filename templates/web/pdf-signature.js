/*
 * Checks a PDF against the record of a certificate, with nothing but the browser's own cryptography. Pure: it is given
 * bytes and gives findings; it shows nothing and asks nobody.
 */

/**
 * What was found. `hash`: is it byte for byte the issued file? `signature`: is there one over the whole file, and does
 * it hold? `key`: did the key that signed the file also sign the record? `fingerprint`: SHA-256 of that key.
 *
 * @typedef {{
 *   hash: 'same' | 'other',
 *   signature: 'good' | 'bad' | 'none' | 'part' | 'unknown',
 *   key: 'same' | 'other' | undefined,
 *   fingerprint: string | undefined,
 * }} Findings
 *
 * `hash`: of the issued file. `statement` and `signature`: the record as it was signed; the signature is DER in base64.
 * @typedef {{ hash: string, statement: string, signature: string }} CertificateRecord
 *
 * @typedef {{ tag: number, whole: Bytes, content: Bytes }} Element
 * @typedef {Uint8Array<ArrayBuffer>} Bytes
 */

const ecdsa = { name: 'ECDSA', namedCurve: 'P-256' };
const ecdsaSha256 = { name: 'ECDSA', hash: 'SHA-256' };
const oids = {
  signedData: '2a864886f70d010702',
  messageDigest: '2a864886f70d010904',
  sha256: '608648016503040201',
  ecdsaWithSha256: '2a8648ce3d040302',
};

/** @param {Bytes} bytes */
export function isPdf(bytes) {
  return ascii(bytes.subarray(0, 5)) === '%PDF-';
}

/**
 * @param {Bytes} bytes
 * @param {CertificateRecord} record
 * @returns {Promise<Findings>}
 */
export async function checkPdf(bytes, record) {
  const hash = hex(await sha256(bytes)) === record.hash ? 'same' : 'other';
  const slot = findSlot(bytes);
  if (slot === 'none' || slot === 'part') return { hash, signature: slot, key: undefined, fingerprint: undefined };
  const signed = readSignature(slot.signature);
  if (!signed) return { hash, signature: 'unknown', key: undefined, fingerprint: undefined };
  const key = await crypto.subtle.importKey('spki', signed.publicKey, ecdsa, false, ['verify']).catch(() => undefined);
  if (!key) return { hash, signature: 'unknown', key: undefined, fingerprint: undefined };
  const isOfContent = hex(await sha256(slot.content)) === hex(signed.digest);
  const holds = isOfContent && (await verify(key, signed.value, signed.attributes));
  // Anybody can put our key into a file: a signature that does not hold says nothing of who made it.
  if (!holds) return { hash, signature: 'bad', key: undefined, fingerprint: undefined };
  const statement = new TextEncoder().encode(record.statement);
  const isSameKey = await verify(key, fromBase64(record.signature), statement);
  const fingerprint = hex(await sha256(signed.publicKey));
  return { hash, signature: 'good', key: isSameKey ? 'same' : 'other', fingerprint };
}

/**
 * The last signature's place: all bytes but it are what was signed. `part` where something follows what was signed,
 * `none` also where the place was kept and never filled.
 *
 * @param {Bytes} bytes
 * @returns {{ content: Bytes, signature: Bytes } | 'none' | 'part'}
 */
function findSlot(bytes) {
  const text = ascii(bytes);
  const ranges = [...text.matchAll(/\/ByteRange\s*\[\s*0\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/g)];
  if (ranges.every(([, start, end]) => /^<0*>$/.test(text.slice(Number(start), Number(end))))) return 'none';
  for (const range of ranges.reverse()) {
    const [start = 0, end = 0, rest = 0] = range.slice(1).map(Number);
    const digits = text.slice(start + 1, end - 1);
    if (end + rest !== bytes.length || start >= end) continue;
    if (text[start] !== '<' || text[end - 1] !== '>' || !/^(?:[0-9a-fA-F]{2})+$/.test(digits)) continue;
    const content = new Uint8Array(start + rest);
    content.set(bytes.subarray(0, start));
    content.set(bytes.subarray(end), start);
    return { content, signature: fromHex(digits) };
  }
  return 'part';
}

/**
 * The parts of a CMS signature (RFC 5652) by one signer, ECDSA over SHA-256: what was signed, and the key of the
 * certificate that the signature names. Undefined where it is of another kind.
 *
 * @param {Bytes} bytes
 */
function readSignature(bytes) {
  try {
    const [type, wrapped] = children(read(bytes).content);
    if (hex(need(type).content) !== oids.signedData) return undefined;
    const parts = children(need(children(need(wrapped).content)[0]).content);
    const certificates = children(need(parts.find(({ tag }) => tag === 0xa0)).content);
    const [signer, ...others] = children(need(parts.at(-1)).content);
    if (others.length > 0) return undefined;
    const [, named, digestKind, attributes, signatureKind, value] = children(need(signer).content);
    if (need(attributes).tag !== 0xa0) return undefined;
    if (hex(need(children(need(digestKind).content)[0]).content) !== oids.sha256) return undefined;
    if (hex(need(children(need(signatureKind).content)[0]).content) !== oids.ecdsaWithSha256) return undefined;
    const digest = need(children(need(attributes).content).find((each) => isAttribute(each, oids.messageDigest)));
    // What was signed is the set of the attributes, whose tag in the file is another (RFC 5652, section 5.4).
    const asSet = new Uint8Array(need(attributes).whole);
    asSet[0] = 0x31;
    return {
      attributes: asSet,
      digest: need(children(need(children(digest.content)[1]).content)[0]).content,
      value: need(value).content,
      publicKey: need(certificates.map(readCertificate).find((each) => each.name === hex(need(named).content))).key,
    };
  } catch {
    return undefined;
  }
}

/**
 * A certificate's issuer and number, as a signature names it, and its key.
 *
 * @param {Element} certificate
 */
function readCertificate({ content }) {
  const body = children(need(children(content)[0]).content);
  const [number, , issuer, , , key] = need(body[0]).tag === 0xa0 ? body.slice(1) : body;
  return { name: hex(need(issuer).whole) + hex(need(number).whole), key: need(key).whole };
}

/** @param {Element} attribute @param {string} oid */
function isAttribute({ content }, oid) {
  return hex(need(children(content)[0]).content) === oid;
}

/**
 * One DER element; whatever is behind it is left.
 *
 * @param {Bytes} bytes
 * @returns {Element}
 */
function read(bytes) {
  const [tag = 0, first = 0] = bytes;
  const lengthBytes = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthBytes > 3) throw new Error('a length that DER does not have');
  let length = first;
  if (lengthBytes > 0) length = bytes.subarray(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
  const start = 2 + lengthBytes;
  if (start + length > bytes.length) throw new Error('longer than what holds it');
  return { tag, whole: bytes.slice(0, start + length), content: bytes.slice(start, start + length) };
}

/** @param {Bytes} content @returns {Element[]} */
function children(content) {
  const elements = [];
  for (let rest = content; rest.length > 0; ) {
    const element = read(rest);
    elements.push(element);
    rest = rest.subarray(element.whole.length);
  }
  return elements;
}

/** @template T @param {T | undefined} value @returns {T} */
function need(value) {
  if (value === undefined) throw new Error('a part is missing');
  return value;
}

/**
 * @param {CryptoKey} key
 * @param {Bytes} signature DER: a sequence of two integers
 * @param {Bytes} content
 */
async function verify(key, signature, content) {
  try {
    const raw = new Uint8Array(64);
    children(read(signature).content).forEach(({ content: number }, i) => {
      const digits = number.subarray(Math.max(0, number.length - 32));
      raw.set(digits, 32 * (i + 1) - digits.length);
    });
    return await crypto.subtle.verify(ecdsaSha256, key, raw, content);
  } catch {
    return false;
  }
}

/** @param {Bytes} bytes */
async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** @param {Bytes} bytes */
function ascii(bytes) {
  return new TextDecoder('latin1').decode(bytes);
}

/** @param {Bytes} bytes */
function hex(bytes) {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** @param {string} digits @returns {Bytes} */
function fromHex(digits) {
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}

/** @param {string} text @returns {Bytes} */
function fromBase64(text) {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
