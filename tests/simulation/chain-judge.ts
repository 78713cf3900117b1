import { type AuditEntry, type ChainFault, findChainFault, isHashedAsItSays } from '../../functions/domain/audit.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';

export type ChainJudge = {
  /** Why what a commit appends does not follow what was there before; undefined where it does. */
  findFaultAppended(before: Enrollment, after: Enrollment, entries: readonly AuditEntry[]): string | undefined;
  /** The first fault of a whole ledger. */
  findFault(enrollment: Enrollment, ledger: ReadonlyMap<string, AuditEntry>): ChainFault | undefined;
};

/**
 * Judges an enrollment's chain link by link as it grows, and whole at rest. An entry is hashed once: what was found
 * sound is frozen, so that whatever takes its place later is another object and is hashed again.
 */
export function createChainJudge(): ChainJudge {
  const sound = new Map<AuditEntry, string>();
  const isSound = (entry: AuditEntry, salt: string): boolean => {
    if (sound.get(entry) === salt) return true;
    if (!isHashedAsItSays(entry, salt)) return false;
    Object.freeze(entry.actor);
    Object.freeze(entry.facts);
    sound.set(Object.freeze(entry), salt);
    return true;
  };
  return {
    findFaultAppended(before, after, entries) {
      let { seq, hash, at } = before.chain;
      for (const entry of entries) {
        if (entry.seq !== seq + 1 || entry.prevHash !== hash || entry.at < at)
          return `entry ${entry.seq} (${entry.action}) does not follow ${seq}`;
        if (!isSound(entry, after.salt)) return `entry ${entry.seq} (${entry.action}) is not what it was hashed as`;
        ({ seq, hash, at } = entry);
      }
      if (after.chain.seq === seq && after.chain.hash === hash) return undefined;
      return `its head says ${after.chain.seq}, its last entry ${seq}`;
    },
    findFault(enrollment, ledger) {
      return findChainFault(enrollment, [...ledger.values()], isSound);
    },
  };
}
