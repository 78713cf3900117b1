import { enrollmentAt } from '../domain/as-of.ts';
import { emptyChain } from '../domain/audit.ts';
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

/** `cut`: it ends before the checkpoint says it does. `altered`: its entries do not lead where the checkpoint says. */
export type BrokenLedger = 'cut' | 'altered';

/**
 * Where the ledger does not lead, link by link, to the head that the checkpoint has sealed. What each entry says is
 * left to `verify.mjs` and the doctor, which hash it again: for the whole of a program that takes longer than the rest.
 */
export function ledgerFault(
  { enrollment, ledger }: EnrollmentRecord,
  head: Head,
): { problem: BrokenLedger; seq: number } | undefined {
  let { seq, hash } = emptyChain(enrollment, enrollment.chain.at);
  for (const entry of ledger) {
    if (entry.seq > head.seq) break;
    if (entry.seq !== seq + 1) return { problem: 'cut', seq: seq + 1 };
    if (entry.prevHash !== hash) return { problem: 'altered', seq: entry.seq };
    ({ seq, hash } = entry);
  }
  if (seq < head.seq) return { problem: 'cut', seq: seq + 1 };
  return hash === head.hash ? undefined : { problem: 'altered', seq };
}
