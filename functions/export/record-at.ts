import { enrollmentAt } from '../domain/as-of.ts';
import { type ChainFault, findChainFault } from '../domain/audit.ts';
import type { Head } from '../domain/checkpoint.ts';
import { credentialAsOf, deliveryStateAsOf } from '../domain/record-as-of.ts';
import type { EnrollmentRecord } from '../ports/record-store.ts';

/** The record as it stood at the checkpoint, whatever has been added since. */
export function recordAt(
  { enrollment, credentials, deliveries, ledger }: EnrollmentRecord,
  head: Head,
): EnrollmentRecord {
  const until = ledger.filter((entry) => entry.seq <= head.seq);
  const { completion: _, left, ...kept } = enrollment;
  const past = enrollmentAt(until, enrollment, endOfTime);
  const status = past?.status ?? 'open';
  return {
    enrollment: {
      ...kept,
      status,
      ...(past?.completion && { completion: past.completion }),
      ...(left && status === 'withdrawn' && { left }),
    },
    credentials: credentials.flatMap((credential) => credentialAsOf(credential, until) ?? []),
    deliveries: deliveries.flatMap((delivery) => {
      const state = deliveryStateAsOf(delivery.deliveryId, until);
      return state ? [{ ...delivery, state }] : [];
    }),
    ledger: until,
  };
}

const endOfTime = '9999-12-31T23:59:59.999Z';

/** `cut`: it ends before the checkpoint says it does. `altered`: an entry is not what it was. */
export type BrokenLedger = 'cut' | 'altered';

/** Where the ledger does not lead to the head that the checkpoint has sealed, if anywhere. */
export function ledgerFault(
  { enrollment, ledger }: EnrollmentRecord,
  head: Head,
): { problem: BrokenLedger; seq: number } | undefined {
  const until = ledger.filter((entry) => entry.seq <= head.seq);
  const chain = { seq: head.seq, hash: head.hash, at: enrollment.chain.at };
  const fault: ChainFault | undefined = findChainFault({ ...enrollment, chain }, until);
  if (!fault) return undefined;
  const last = until.reduce((seq, entry) => Math.max(seq, entry.seq), 0);
  return last < head.seq ? { problem: 'cut', seq: last + 1 } : { problem: 'altered', seq: fault.seq };
}
