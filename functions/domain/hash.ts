import { hash } from 'node:crypto';
import canonicalize from 'canonicalize';

/** JSON in the one form that RFC 8785 allows, so that equal values hash alike on any machine. */
export function canonicalJson(value: unknown): string {
  const text = canonicalize(value);
  if (text === undefined) throw new TypeError('not a JSON value');
  return text;
}

/** SHA-256 as 64 lower-case hex digits. */
export function sha256(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex');
}

/** The content hash of a published document (framework, program, template): SHA-256 of its canonical JSON. */
export function documentHash(document: unknown): string {
  return sha256(canonicalJson(document));
}

/**
 * What the ledger holds instead of a record's text. Each record has a salt of its own, derived from its enrollment's
 * secret salt: without that salt a short text cannot be guessed from its hash, and erasing the salt (as the law may
 * ask) leaves the chain whole.
 */
export function saltedHash(enrollmentSalt: string, itemKey: string, content: unknown): string {
  const record = typeof content === 'object' && content !== null ? content : undefined;
  const known = record && saltedHashes.get(record);
  if (known?.enrollmentSalt === enrollmentSalt && known.itemKey === itemKey) return known.hash;
  const salted = freshSaltedHash(enrollmentSalt, itemKey, content);
  if (record) saltedHashes.set(record, { enrollmentSalt, itemKey, hash: salted });
  return salted;
}

/** The same of what is asked for once, and never again: remembering costs the garbage collector more than it saves. */
export function freshSaltedHash(enrollmentSalt: string, itemKey: string, content: unknown): string {
  return sha256(canonicalJson({ salt: recordSalt(enrollmentSalt, itemKey), content }));
}

/**
 * One record's own salt: who is given it can check that record's hash, and learns nothing of any other's. HMAC-SHA-256
 * (RFC 2104) of its key under the enrollment's salt, spelt out: an export derives two for each entry, and node's own
 * object for it costs three times the hashing.
 */
export function recordSalt(enrollmentSalt: string, itemKey: string): string {
  const { inner, outer, salts } = padsOf(enrollmentSalt);
  const known = salts.get(itemKey);
  if (known !== undefined) return known;
  const message = Buffer.allocUnsafe(blockBytes + 3 * itemKey.length);
  message.set(inner);
  const length = blockBytes + message.write(itemKey, blockBytes);
  outer.write(hash('sha256', message.subarray(0, length), 'hex'), blockBytes, 'hex');
  const salt = hash('sha256', outer, 'hex');
  if (salts.size >= maxKnownSalts) salts.clear();
  salts.set(itemKey, salt);
  return salt;
}

const blockBytes = 64;
/** `salts`: by record; who checks an entry and who gives its salt away each ask for it. */
type Pads = { salt: string; inner: Uint8Array; outer: Buffer; salts: Map<string, string> };
const maxKnownSalts = 1000;
/** Records are salted enrollment by enrollment. */
let lastPads: Pads | undefined;

/** The key with the constants of RFC 2104 in each byte; room for a digest behind the outer one. */
function padsOf(salt: string): Pads {
  if (lastPads?.salt === salt) return lastPads;
  const given = Buffer.from(salt);
  const key = Buffer.alloc(blockBytes);
  key.set(given.length > blockBytes ? hash('sha256', given, 'buffer') : given);
  const outer = Buffer.alloc(blockBytes + 32);
  outer.set(key.map((byte) => byte ^ 0x5c));
  lastPads = { salt, inner: key.map((byte) => byte ^ 0x36), outer, salts: new Map() };
  return lastPads;
}

/** The same record is asked for at every weighing and at every try: nobody changes in place what was read. */
const saltedHashes = new WeakMap<object, { enrollmentSalt: string; itemKey: string; hash: string }>();
