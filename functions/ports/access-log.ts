import type { Access, AccessEntry, AccessHead } from '../domain/access.ts';
import type { Head } from '../domain/checkpoint.ts';

/** The record of who read what. An entry is there before what was read is shown. */
export type AccessLog = {
  append(program: string, access: Access): Promise<AccessHead>;
  /** The entries of one program from one day (UTC) to another, both included, by day, reader and place. */
  list(program: string, from: string, to: string): AsyncIterable<AccessEntry>;
  /** How far each chain has come that was written to on `from` or later. */
  heads(program: string, from: string): AsyncIterable<Head>;
};
