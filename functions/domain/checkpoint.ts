import * as z from 'zod';
import { canonicalJson, documentHash } from './hash.ts';
import { programIdSchema } from './ids.ts';
import { leafHash, type MerkleTree, merkleTree } from './merkle.ts';
import { instantSchema } from './time.ts';

const hash = z.string().length(64);

/** How far one chain had come. `chain` names it within its program: `enrollment/{id}` or `access/{actor}/{day}`. */
export const headSchema = () =>
  z.strictObject({ chain: z.string().min(1).max(300), seq: z.number().int().min(1), hash });
export type Head = z.infer<ReturnType<typeof headSchema>>;

export const enrollmentChain = (enrollment: string) => `enrollment/${enrollment}`;
export const accessChainName = (actor: string, day: string) => `access/${actor}/${day}`;

/**
 * The state of every chain of a program at one moment, in one hash. What is in a checkpoint can neither be changed nor
 * be cut off afterwards without the root saying so; each names the one before, so that none can be left out.
 */
export const checkpointSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      schema: z.literal('journeypaper/checkpoint/1'),
      program: programIdSchema,
      /** Counted from 1. */
      number: z.number().int().min(1),
      at: instantSchema,
      /** How many chains it holds, in the order of their names' code units. */
      size: z.number().int().min(0),
      /** RFC 9162 Merkle root over the canonical JSON of each head. */
      root: hash,
      /** `checkpointHash` of the one before; absent in the first. */
      previous: hash.optional(),
    })
    .meta({ title: 'Checkpoint', description: 'The Merkle root of every hash chain of a program at one moment' }),
);
export type Checkpoint = z.infer<typeof checkpointSchema>;

/** ECDSA P-256 over the canonical JSON of the checkpoint; base64 DER. */
export const signedCheckpointSchema = () =>
  z.strictObject({
    checkpoint: checkpointSchema,
    signature: z.strictObject({ keyId: z.string().min(1), value: z.string().min(1) }),
  });
export type SignedCheckpoint = z.infer<ReturnType<typeof signedCheckpointSchema>>;

export const checkpointHash = (checkpoint: Checkpoint) => documentHash(checkpoint);

/** The bytes that are signed. */
export const checkpointStatement = (checkpoint: Checkpoint) => new TextEncoder().encode(canonicalJson(checkpoint));

export const headLeaf = (head: Head) => leafHash(canonicalJson({ chain: head.chain, seq: head.seq, hash: head.hash }));

/** By code units, as every language sorts plain strings. */
export const byChain = (a: Head, b: Head) => (a.chain < b.chain ? -1 : a.chain > b.chain ? 1 : 0);

/**
 * The heads of the last checkpoint with those that have moved since in their place. A chain never goes back: where the
 * newer reading is behind (an index that lags), the older stands.
 */
export function movedHeads(before: readonly Head[], moved: readonly Head[]): Head[] {
  const heads = new Map(before.map((head) => [head.chain, head]));
  for (const head of moved) {
    const known = heads.get(head.chain);
    if (!known || head.seq > known.seq) heads.set(head.chain, head);
  }
  return [...heads.values()].sort(byChain);
}

/** Folds sorted heads into the next checkpoint. */
export function nextCheckpoint(
  program: string,
  heads: readonly Head[],
  at: string,
  previous: Checkpoint | undefined,
): { checkpoint: Checkpoint; tree: MerkleTree } {
  const tree = merkleTree(heads.map(headLeaf));
  const checkpoint: Checkpoint = {
    schema: 'journeypaper/checkpoint/1',
    program,
    number: (previous?.number ?? 0) + 1,
    at,
    size: tree.size,
    root: tree.root,
    ...(previous && { previous: checkpointHash(previous) }),
  };
  return { checkpoint, tree };
}
