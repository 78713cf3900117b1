import { isSettled } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { addSeconds, type Instant } from '../domain/time.ts';
import type { InspectedRecord } from '../ports/inspection.ts';
import { type Finding, redriveRemedy, restoreRemedy } from './finding.ts';
import { parkedIdOf, parkedIn, parkedReasonOf, setAsideOf } from './parked.ts';

/** Sweep looks every two minutes: what has been due for longer, nobody looks at. */
const overdueSeconds = 900;

/** What an enrollment still owes, or waits for a person with: pending credentials and emails. Pure. */
export function examineMail(
  ref: EnrollmentRef,
  { credentials, deliveries }: Pick<InspectedRecord, 'credentials' | 'deliveries'>,
  enrollment: Enrollment,
  now: Instant,
): Finding[] {
  const findings: Finding[] = [];
  const remedy = redriveRemedy(ref);
  const latest = addSeconds(now, -overdueSeconds);
  for (const { pending } of Object.values(enrollment.pointers)) {
    if (!pending || pending.parked || pending.dueAt > latest) continue;
    const problem = `its certificate has been due since ${pending.dueAt}: sweep does not come`;
    findings.push({ code: 'credential.overdue', ref, subject: pending.credentialId, problem, remedy });
  }
  for (const { state, dueAt, deliveryId: subject } of deliveries) {
    if (isSettled(state) || (dueAt !== undefined && dueAt > latest)) continue;
    const problem = dueAt
      ? `its email has been due since ${dueAt}: sweep does not come`
      : 'its email is due at no time';
    findings.push({ code: 'email.overdue', ref, subject, problem, remedy });
  }
  for (const { credentialId: subject, delivery } of credentials) {
    if (deliveries.some(({ deliveryId }) => deliveryId === delivery)) continue;
    const problem = 'the email that it names is not there';
    findings.push({ code: 'email.missing', ref, subject, problem, remedy: restoreRemedy });
  }
  for (const parked of parkedIn(enrollment, deliveries)) {
    if (setAsideOf(parked)) continue;
    const subject = parkedIdOf(parked);
    findings.push({
      ...{ code: `${parked.kind}.parked`, ref, subject },
      problem: `it waits for a person: ${parkedReasonOf(parked)}`,
      remedy: `parked show ${ref.program} ${ref.enrollment} ${subject}`,
    });
  }
  return findings;
}
