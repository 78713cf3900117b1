import type { AuditEntry } from '../../functions/domain/audit.ts';
import { type Delivery, leaseSeconds } from '../../functions/domain/delivery.ts';
import type { EnrollmentRecord } from '../../functions/ports/record-store.ts';
import type { SentEmail } from './aftermath.ts';
import type { Fail, Verdict } from './judges.ts';

const over = ['sent', 'delivered', 'complained', 'parked', 'cancelled'];
const wentOut = ['sent', 'delivered', 'complained'];

/** Every delivery settled, every `.eml` told of, and a second one only inside the crash window of the first. */
export function judgeEmails(
  { deliveries, credentials, ledger }: EnrollmentRecord,
  emails: readonly SentEmail[],
  counts: Verdict['counts'],
  fail: Fail,
): void {
  for (const email of emails) {
    const delivery = deliveries.find(({ deliveryId }) => deliveryId === email.delivery);
    if (!delivery) {
      fail('every email is accounted for', `email ${email.id} names no delivery`);
      continue;
    }
    const { about } = delivery;
    const credential = about.kind === 'credential' && credentials.find((c) => c.credentialId === about.credentialId);
    const carries = credential && email.attachmentHashes.includes(credential.document.hash);
    if (about.kind === 'credential' && !carries) fail('an email carries its own document', delivery.deliveryId);
  }
  for (const delivery of deliveries) {
    const { state, deliveryId } = delivery;
    if (!isAccountedFor(delivery, ledger))
      fail('an email more is one that somebody asked for', `${deliveryId}: nobody did`);
    const own = emails.filter((email) => email.delivery === deliveryId).sort((a, b) => a.attempt - b.attempt);
    if (!over.includes(state)) fail('every delivery is sent or visibly parked', `${deliveryId}: ${state}`);
    if (wentOut.includes(state)) {
      counts.sent += 1;
      if (own.length === 0) fail('every delivery is sent or visibly parked', `${deliveryId}: ${state}, and no email`);
    }
    if (state === 'parked') {
      counts.parked += 1;
      if (!delivery.reason) fail('what is parked says why', deliveryId);
    }
    if (state === 'cancelled') counts.cancelled += 1;
    counts.duplicates += judgeDuplicates(delivery, own, ledger, fail);
  }
}

/** Of one certificate, every email is its issue's, owed since a reinstatement, or one that a person asked for. */
function isAccountedFor({ about, deliveryId, resendOf }: Delivery, ledger: readonly AuditEntry[]): boolean {
  if (about.kind !== 'credential') return true;
  const begun = ['delivery-queued', 'delivery-parked'];
  const queued = ledger.find(({ subject, action }) => subject === deliveryId && begun.includes(action));
  const isSystem = queued?.actor.role === 'system';
  return resendOf === undefined ? isSystem : !isSystem && queued?.facts.resendOf === resendOf;
}

/**
 * A second email is allowed where nobody could know of the first: its send was begun under a lease that had run out,
 * and until then no answer and no event of the first had been recorded. What bounced is sent again by design.
 */
function judgeDuplicates(
  { deliveryId }: Delivery,
  emails: readonly SentEmail[],
  ledger: readonly AuditEntry[],
  fail: Fail,
): number {
  let duplicates = 0;
  const told = ledger.filter(({ subject }) => subject === deliveryId);
  const begun = (attempt: number) =>
    told.find(({ action, facts }) => action === 'delivery-sending' && facts.attempt === attempt);
  for (const [i, email] of emails.entries()) {
    const first = emails[i - 1];
    const start = begun(email.attempt);
    if (!start) fail('every email is accounted for', `${deliveryId}: attempt ${email.attempt} was never begun`);
    if (!first || !start) continue;
    const between = told.filter(({ seq }) => seq > (begun(first.attempt)?.seq ?? 0) && seq < start.seq);
    if (between.some(({ action }) => action === 'delivery-bounced')) continue;
    duplicates += 1;
    const fault = windowFault(first, email, begun(first.attempt), start, between);
    if (fault) fail('a duplicate only inside the crash window', `${deliveryId}: ${fault}`);
  }
  return duplicates;
}

function windowFault(
  first: SentEmail,
  second: SentEmail,
  begunFirst: AuditEntry | undefined,
  begunSecond: AuditEntry,
  between: readonly AuditEntry[],
): string | undefined {
  if (first.attempt === second.attempt) return `attempt ${first.attempt} went out twice`;
  const known = between.find(({ action }) => ['delivery-sent', 'delivery-delivered'].includes(action));
  if (known) return `attempt ${second.attempt} was begun after ${known.action}`;
  const seconds = (Date.parse(begunSecond.at) - Date.parse(begunFirst?.at ?? begunSecond.at)) / 1000;
  // By the clock of two processes, one of which may not have heard of a shift for some milliseconds.
  if (seconds < leaseSeconds - 1)
    return `attempt ${second.attempt} was begun ${seconds} s after the other, in its lease`;
  return undefined;
}
