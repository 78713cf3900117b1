import { createHash, type Hash } from 'node:crypto';

/** How the certificates of one revision begin: so many bytes, and the SHA-256 of them in the making. */
export type SharedBeginning = { length: number; hash: Hash };

const beginnings = new WeakMap<Uint8Array, SharedBeginning>();

export function beginningOf(bytes: Uint8Array): SharedBeginning {
  return { length: bytes.length, hash: createHash('sha256').update(bytes) };
}

/** Of a document just made: two thirds of it are hashed once for all documents that share them. */
export function rememberBeginning(document: Uint8Array, beginning: SharedBeginning): void {
  beginnings.set(document, beginning);
}

/**
 * The hash of a document up to `end`, to go on from. A document that was made here must not have been changed since, but
 * behind its beginning; of any other all bytes are read.
 */
export function hashUpTo(document: Uint8Array, end: number): Hash {
  const known = beginnings.get(document);
  if (!known || known.length > end) return createHash('sha256').update(document.subarray(0, end));
  return known.hash.copy().update(document.subarray(known.length, end));
}
