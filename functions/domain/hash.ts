import { createHmac, hash } from 'node:crypto';

/**
 * JSON in the one form that RFC 8785 allows, so that equal values hash alike on any machine: members in the order of
 * their names' UTF-16 units, numbers and texts as ECMAScript writes them.
 *
 * @throws TypeError for what is no JSON value: undefined, a number without end, a text with half a character.
 */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'string') return canonicalText(value);
  if (typeof value === 'number' && !Number.isFinite(value))
    throw new TypeError('not a JSON value: a number without end');
  if (typeof value !== 'object' || value === null) {
    const text = JSON.stringify(value);
    if (text === undefined) throw new TypeError('not a JSON value');
    return text;
  }
  if (Array.isArray(value)) return `[${value.map((each) => canonicalJson(each ?? null)).join(',')}]`;
  const members = value as Record<string, unknown>;
  let text = '';
  for (const name of Object.keys(members).sort()) {
    const member = members[name];
    if (member !== undefined) text += `${text && ','}${canonicalText(name)}:${canonicalJson(member)}`;
  }
  return `{${text}}`;
}

/** Printable ASCII without the two that are escaped: what nearly all keys, ids, dates and hashes are. */
const plainText = /^[ !#-[\]-~]*$/;

function canonicalText(text: string): string {
  if (plainText.test(text)) return `"${text}"`;
  if (!text.isWellFormed()) throw new TypeError('not a JSON value: a text with half a character');
  return JSON.stringify(text);
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
  const salted = sha256(canonicalJson({ salt: recordSalt(enrollmentSalt, itemKey), content }));
  if (record) saltedHashes.set(record, { enrollmentSalt, itemKey, hash: salted });
  return salted;
}

/** One record's own salt: who is given it can check that record's hash, and learns nothing of any other's. */
export function recordSalt(enrollmentSalt: string, itemKey: string): string {
  return createHmac('sha256', enrollmentSalt).update(itemKey).digest('hex');
}

/** The same record is asked for at every weighing and at every try: nobody changes in place what was read. */
const saltedHashes = new WeakMap<object, { enrollmentSalt: string; itemKey: string; hash: string }>();
