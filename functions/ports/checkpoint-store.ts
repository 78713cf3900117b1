import type { Head, SignedCheckpoint } from '../domain/checkpoint.ts';

/** A checkpoint with every head that its root was made of. */
export type StoredCheckpoint = SignedCheckpoint & { heads: Head[] };

/** Where checkpoints lie, locked for good (compliance mode). A number holds one checkpoint for ever. */
export type CheckpointStore = {
  /** Stores if absent, locked for so many months. */
  put(stored: StoredCheckpoint, months: number): Promise<'stored' | 'exists'>;
  read(program: string, number: number): Promise<StoredCheckpoint | undefined>;
  /** The one with the highest number. */
  latest(program: string): Promise<StoredCheckpoint | undefined>;
  /** Without the heads. */
  readSigned(program: string, number: number): Promise<SignedCheckpoint | undefined>;
};
