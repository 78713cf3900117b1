import { apprenticeFacts } from '../domain/apprentice-seal.ts';
import type { Actor } from '../domain/audit.ts';
import type { Achievement, CredentialRequest, Pointer } from '../domain/credential.ts';
import { type Delivery, type DeliveryState, unparkedDelivery } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { firstIssue } from '../domain/evidence.ts';
import { saltedHash } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { emailAddressSchema } from '../domain/person.ts';
import { issueGraceSeconds } from '../domain/pointers.ts';
import type { SetAside } from '../domain/set-aside.ts';
import { deliveryStamp } from '../domain/stamp.ts';
import { addSeconds } from '../domain/time.ts';
import { actFact, actOnEnrollment, type Decided, type Seen } from './act-on-enrollment.ts';
import type { ActPorts, RecordActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';

/** What waits for a person: a credential that could not be issued, or an email that could not be sent. */
export type Parked =
  | { kind: 'credential'; achievement: Achievement; request: CredentialRequest }
  | { kind: 'email'; delivery: Delivery };

/** What is parked in one enrollment; what a person has set aside too. */
export function parkedIn(enrollment: Enrollment, deliveries: readonly Delivery[]): Parked[] {
  const credentials = Object.entries(enrollment.pointers).flatMap(([achievement, { pending }]): Parked[] =>
    pending?.parked === undefined
      ? []
      : [{ kind: 'credential', achievement: achievement as Achievement, request: pending }],
  );
  const emails = deliveries.filter(({ state }) => state === 'parked');
  return [...credentials, ...emails.map((delivery): Parked => ({ kind: 'email', delivery }))];
}

export const parkedIdOf = (parked: Parked) =>
  parked.kind === 'credential' ? parked.request.credentialId : parked.delivery.deliveryId;
export const parkedReasonOf = (parked: Parked) =>
  (parked.kind === 'credential' ? parked.request.parked : parked.delivery.reason) ?? 'no reason was recorded';
export const setAsideOf = (parked: Parked): SetAside | undefined =>
  parked.kind === 'credential' ? parked.request.setAside : parked.delivery.setAside;

export type ReplayInput = {
  id: string;
  /** Where the apprentice can be reached from now on, where the address is what was wrong. */
  email?: string;
  seen?: Seen | undefined;
  /** The parked email's state that the act is meant for; refused in any other. */
  stamp?: string | undefined;
};

/**
 * Has a parked credential issued or a parked email sent after all: clears what parked it, chained with who did so, and
 * then drives the step. What is not parked is refused, so that nothing is driven that is under way or over.
 */
export async function replayParked(
  ports: RecordActPorts,
  actor: Actor,
  ref: EnrollmentRef,
  input: ReplayInput,
): Promise<{ outcome: 'replayed'; kind: Parked['kind'] } | Refused> {
  const email = input.email === undefined ? undefined : emailAddressSchema.safeParse(input.email);
  if (email && !email.success)
    return refused('email.invalid', `email: ${firstIssue(email.error).replace(/^item: /, '')}`);
  const answer = await actOnParked(ports, ref, input, (parked, enrollment) => {
    if (email && toProgram(parked))
      return refused('email.not-theirs', 'email: this one goes to the program', { next: 'correct-contact' });
    const now = ports.clock.now();
    const address = email && correctedAddress(actor, enrollment, email.data);
    if (parked.kind === 'email') {
      const { delivery } = parked;
      const queued = unparkedDelivery(delivery, now);
      const fact = actFact(
        actor,
        'delivery-queued',
        input.id,
        { attempt: delivery.attempt, was: 'parked' },
        enrollment,
      );
      return {
        answer: parked,
        facts: [...(address?.facts ?? []), fact],
        patch: { ...address?.patch },
        deliveryChanges: [{ delivery: queued, from: ['parked'], attempt: delivery.attempt }],
      };
    }
    const { parked: _, parkedAt: __, setAside: ___, ...request } = parked.request;
    const pending = { ...request, redrives: 0, dueAt: addSeconds(now, issueGraceSeconds) };
    const { achievement } = parked;
    return {
      answer: parked,
      facts: [...(address?.facts ?? []), actFact(actor, 'credential-unparked', input.id, { achievement }, enrollment)],
      patch: { ...address?.patch, ...pendingPatch(enrollment, achievement, pending) },
    };
  });
  if ('outcome' in answer) return answer;
  const place = { version: 1, program: ref.program, enrollment: ref.enrollment } as const;
  if (answer.kind === 'email') await ports.queue.send({ type: 'delivery-requested', ...place, deliveryId: input.id });
  else {
    const { achievement, request } = answer;
    const { credentialId, requestedAt } = request;
    await ports.queue.send({ type: 'issue-requested', ...place, achievement, credentialId, requestedAt });
  }
  return { outcome: 'replayed', kind: answer.kind };
}

/**
 * Records that what is parked needs nothing more: who says so, when and why. It stays parked, so that nothing is issued
 * or sent; a replay takes it up again. An email that was called unwanted is set aside in the same way: it is not parked,
 * and where it is not sent to another address nothing else would ever settle it.
 */
export async function setParkedAside(
  ports: Pick<ActPorts, 'store' | 'clock'>,
  actor: Actor,
  ref: EnrollmentRef,
  input: { id: string; reason: string },
): Promise<{ outcome: 'set-aside'; kind: Parked['kind'] } | Refused> {
  const reason = input.reason.trim();
  const unfit = refuseReason(reason);
  if (unfit) return unfit;
  const answer = await actOnParked(
    ports,
    ref,
    { id: input.id },
    (parked, enrollment) => {
      const setAside: SetAside = { by: actor.id, at: ports.clock.now(), reason };
      // The ledger keeps no words of people's: their hash, and the words in the record.
      const facts = { reasonHash: saltedHash(enrollment.salt, input.id, reason) };
      if (parked.kind === 'email') {
        const { delivery } = parked;
        return {
          answer: parked,
          facts: [actFact(actor, 'delivery-set-aside', input.id, facts, enrollment)],
          patch: {},
          deliveryChanges: [{ delivery: { ...delivery, setAside }, from: [delivery.state], attempt: delivery.attempt }],
        };
      }
      const { achievement, request } = parked;
      return {
        answer: parked,
        facts: [actFact(actor, 'credential-set-aside', input.id, { achievement, ...facts }, enrollment)],
        patch: pendingPatch(enrollment, achievement, { ...request, setAside }),
      };
    },
    ['parked', 'complained'],
  );
  return 'outcome' in answer ? answer : { outcome: 'set-aside', kind: answer.kind };
}

/** A reason as records keep it: one line, so that a listing shows all of it. */
export function refuseReason(reason: string): Refused | undefined {
  if (reason.length >= 3 && reason.length <= 300 && !/\p{Cc}/u.test(reason)) return undefined;
  return refused('reason.invalid', 'reason: one line of 3 to 300 characters that says why; name nobody in it');
}

function actOnParked(
  ports: Pick<ActPorts, 'store' | 'clock'>,
  ref: EnrollmentRef,
  { id, seen, stamp }: { id: string; seen?: Seen | undefined; stamp?: string | undefined },
  decide: (parked: Parked, enrollment: Enrollment) => Decided<Parked> | Refused,
  states: readonly DeliveryState[] = ['parked'],
): Promise<Parked | Refused> {
  return actOnEnrollment(ports, ref, { bumpFence: false, seen }, async (enrollment) => {
    const delivery = await ports.store.readDelivery(ref, id);
    if (delivery && stamp !== undefined && stamp !== deliveryStamp(delivery))
      return refused('delivery.stale', 'delivery: it has changed since you read it; read it again, then decide');
    const email = delivery && states.includes(delivery.state) ? ({ kind: 'email', delivery } as const) : undefined;
    const parked = email ?? parkedIn(enrollment, []).find((each) => parkedIdOf(each) === id);
    if (parked) return decide(parked, enrollment);
    return refused('parked.unknown', `id: nothing of "${id}" is parked in this enrollment`, { next: 'list-parked' });
  });
}

const toProgram = (parked: Parked) =>
  parked.kind === 'email' && parked.delivery.about.kind === 'lapse-warning' && parked.delivery.about.to === 'program';

function pendingPatch(enrollment: Enrollment, achievement: Achievement, pending: CredentialRequest) {
  const pointer: Pointer = { ...enrollment.pointers[achievement], pending };
  return { pointers: { [achievement]: pointer } };
}

function correctedAddress(actor: Actor, enrollment: Enrollment, email: string) {
  const { salt } = enrollment;
  const apprentice = { ...enrollment.apprentice, email };
  const facts = { emailHash: saltedHash(salt, 'email', email), ...apprenticeFacts(salt, apprentice) };
  return {
    facts: [actFact(actor, 'address-corrected', enrollment.enrollment, facts, enrollment)],
    patch: { apprentice },
  };
}
