import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { emptyRoot, leafHash, merkleTree, provesInclusion } from '../../functions/domain/merkle.ts';

const leaves = (contents: readonly string[]) => contents.map(leafHash);
const trees = fc.array(fc.string({ maxLength: 12 }), { minLength: 1, maxLength: 70 });

describe('a Merkle tree', () => {
  test('gives the roots that the test vectors of Certificate Transparency name', () => {
    // The vectors of RFC 6962's reference implementation: the leaves are these bytes.
    const bytes = ['', '00', '10', '2021', '3031', '40414243'];
    const vector = bytes.map((hex) => leafHash(Buffer.from(hex, 'hex').toString('latin1')));
    expect(merkleTree([]).root).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(merkleTree(vector.slice(0, 1)).root).toBe(
      '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    );
    expect(merkleTree(vector.slice(0, 2)).root).toBe(
      'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
    );
    expect(merkleTree(vector.slice(0, 3)).root).toBe(
      'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
    );
    expect(merkleTree(vector.slice(0, 6)).root).toBe(
      '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
    );
  });

  test('proves every leaf that it holds', () => {
    fc.assert(
      fc.property(trees, (contents) => {
        const tree = merkleTree(leaves(contents));
        for (const [index, leaf] of leaves(contents).entries())
          expect(provesInclusion(leaf, { index, size: tree.size, hashes: tree.proof(index) }, tree.root)).toBe(true);
      }),
    );
  });

  test('proves no other leaf, no other place and no other size', () => {
    fc.assert(
      fc.property(trees, fc.nat(), fc.nat(), fc.string(), (contents, pick, other, content) => {
        const tree = merkleTree(leaves(contents));
        const index = pick % tree.size;
        const leaf = leafHash(contents[index] as string);
        const hashes = tree.proof(index);
        const proves = (
          given: Partial<{ leaf: string; index: number; size: number; hashes: string[]; root: string }>,
        ) =>
          provesInclusion(
            given.leaf ?? leaf,
            { index: given.index ?? index, size: given.size ?? tree.size, hashes: given.hashes ?? hashes },
            given.root ?? tree.root,
          );
        if (content !== contents[index]) expect(proves({ leaf: leafHash(content) })).toBe(false);
        expect(proves({ hashes: [...hashes, emptyRoot] })).toBe(false);
        expect(proves({ hashes: hashes.slice(1) })).toBe(hashes.length === 0);
        expect(proves({ root: emptyRoot })).toBe(false);
        expect(proves({ index: -1 })).toBe(false);
        expect(proves({ index: tree.size })).toBe(false);
        const elsewhere = other % tree.size;
        if (contents[elsewhere] !== contents[index])
          expect(proves({ leaf: leafHash(contents[elsewhere] as string) })).toBe(false);
      }),
    );
  });

  test('never takes a node for a leaf', () => {
    const tree = merkleTree(leaves(['a', 'b', 'c', 'd']));
    const [, right = ''] = tree.proof(0);
    const left = merkleTree(leaves(['a', 'b'])).root;
    expect(provesInclusion(left, { index: 0, size: 2, hashes: [right] }, tree.root)).toBe(true);
    expect(provesInclusion(leafHash(left), { index: 0, size: 2, hashes: [right] }, tree.root)).toBe(false);
  });

  test('refuses to prove a leaf that it does not hold', () => {
    expect(() => merkleTree(leaves(['a'])).proof(1)).toThrow('no leaf 1 in a tree of 1');
  });
});
