import { createHash } from 'node:crypto';

/**
 * A Merkle tree as RFC 9162 (2.1) defines it: a leaf hashes as SHA-256(0x00, content), a node as SHA-256(0x01, left,
 * right), and a tree of n leaves splits at the largest power of two below n. A leaf can therefore never pass for a
 * node, and equal leaves in equal order give one root. Hashes are 64 lower-case hex digits.
 */
export type MerkleTree = {
  /** How many leaves it holds. */
  size: number;
  root: string;
  /** The hashes that lead from one leaf to the root, from the bottom up. */
  proof(index: number): string[];
};

export type InclusionProof = { index: number; size: number; hashes: readonly string[] };

/** What the root of no leaves is: the hash of nothing. */
export const emptyRoot = createHash('sha256').digest('hex');

export function leafHash(content: string): string {
  return createHash('sha256').update(leafMark).update(content).digest('hex');
}

/**
 * Builds a tree over leaf hashes. Holds every level, some 64 bytes a leaf: a million leaves take 130 MB, so that a
 * program's checkpoint stays within a function's memory.
 */
export function merkleTree(leaves: readonly string[]): MerkleTree {
  // Level by level; an odd one out rises as it is, which gives the same tree as the RFC's recursive split.
  const levels: (readonly string[])[] = [leaves];
  for (let level = leaves; level.length > 1; levels.push(level)) {
    const above: string[] = [];
    for (let i = 0; i < level.length; i += 2) {
      const [left, right] = [level[i] as string, level[i + 1]];
      above.push(right === undefined ? left : nodeHash(left, right));
    }
    level = above;
  }
  const root = levels.at(-1)?.[0] ?? emptyRoot;
  return {
    size: leaves.length,
    root,
    proof(index) {
      if (!Number.isInteger(index) || index < 0 || index >= leaves.length)
        throw new RangeError(`no leaf ${index} in a tree of ${leaves.length}`);
      const hashes: string[] = [];
      let at = index;
      for (const level of levels.slice(0, -1)) {
        const sibling = level[at ^ 1];
        if (sibling !== undefined) hashes.push(sibling);
        at >>= 1;
      }
      return hashes;
    },
  };
}

/** Does the proof lead from this leaf to this root? False for any proof that is not exactly right. */
export function provesInclusion(leaf: string, { index, size, hashes }: InclusionProof, root: string): boolean {
  if (!Number.isInteger(index) || index < 0 || index >= size) return false;
  let [at, last, hash, used] = [index, size - 1, leaf, 0];
  while (last > 0) {
    // The last node of a level without a sibling rises as it is.
    if (at % 2 === 1 || at < last) {
      const sibling = hashes[used++];
      if (sibling === undefined) return false;
      hash = at % 2 === 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return used === hashes.length && hash === root;
}

const leafMark = Buffer.of(0);
const nodeMark = Buffer.of(1);

function nodeHash(left: string, right: string): string {
  return createHash('sha256').update(nodeMark).update(left, 'hex').update(right, 'hex').digest('hex');
}
