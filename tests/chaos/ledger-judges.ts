import { enrollmentAt, explainAt } from '../../functions/domain/as-of.ts';
import { findChainFault } from '../../functions/domain/audit.ts';
import { stillHolds } from '../../functions/domain/completion.ts';
import { explain } from '../../functions/domain/explanation.ts';
import { canonicalJson } from '../../functions/domain/hash.ts';
import { later } from '../../functions/domain/time.ts';
import type { EnrollmentRecord } from '../../functions/ports/record-store.ts';
import type { ProgramSetting } from '../simulation/programs.ts';
import type { Fail } from './judges.ts';

/**
 * The chain unbroken; by the ledger alone the same explanation as by the record itself; and at every issue of the
 * past, a record that was complete at that very place of the chain.
 */
export function judgeLedger(
  { enrollment, ledger }: EnrollmentRecord,
  { stored: { program }, framework }: ProgramSetting,
  nowIs: string,
  fail: Fail,
): void {
  const fault = findChainFault(enrollment, ledger);
  if (fault) {
    fail('the chain is unbroken', `${fault.fault} at ${fault.seq}`);
    return;
  }
  for (const entry of ledger) {
    if (entry.action !== 'credential-issued' || entry.facts.achievement !== 'completion') continue;
    const before = ledger.filter(({ seq }) => seq < entry.seq);
    const past = enrollmentAt(before, enrollment, entry.at);
    const standing = past && { framework, program, enrolledOn: enrollment.enrolledOn, progress: past.progress };
    if (!standing || !stillHolds(standing, String(entry.facts.completedOn)))
      fail('nothing incomplete is ever issued', `${entry.subject} at ${entry.seq}`);
  }
  const now = later(nowIs, enrollment.chain.at);
  const own = explain(enrollment, program, framework, now);
  const told = explainAt(ledger, enrollment, program, framework, now);
  const plain = (explanation: typeof own | undefined) =>
    canonicalJson(explanation ? { ...explanation, credential: explanation.credential.state } : {});
  if (ledger.length > 0 && plain(told) !== plain(own)) fail('the ledger explains', 'another standing than the record');
}
