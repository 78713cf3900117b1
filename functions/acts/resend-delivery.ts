import type { Actor } from '../domain/audit.ts';
import { type Delivery, isSettled, resentDelivery } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { firstIssue } from '../domain/evidence.ts';
import { saltedHash } from '../domain/hash.ts';
import { type EnrollmentRef, evidenceIdSchema } from '../domain/ids.ts';
import { deliveryTroubleSince } from '../domain/needs.ts';
import { emailAddressSchema } from '../domain/person.ts';
import { deliveryStamp } from '../domain/stamp.ts';
import { actFact, actOnEnrollment, type Decided, type Seen } from './act-on-enrollment.ts';
import type { RecordActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';

export type ResendInput = {
  /** The email that is to be sent once more. */
  delivery: string;
  /** For this email alone; the apprentice's own address stays as it is. */
  email?: string | undefined;
  /** The new email's id. Given, it makes a repeat of the same act harmless. */
  as?: string | undefined;
  seen?: Seen | undefined;
  /** The email's state that the act is meant for; refused in any other. */
  stamp?: string | undefined;
};
export type Resent = { outcome: 'resent' | 'repeated'; delivery: string };

/**
 * Sends the email of a credential in force once more, because a person asks for it: a new email with an id of its own,
 * so that it is never taken for a duplicate, which the same email sent twice would be. What is on its way already is
 * not sent again.
 */
export async function resendDelivery(
  ports: RecordActPorts,
  actor: Actor,
  ref: EnrollmentRef,
  input: ResendInput,
): Promise<Resent | Refused> {
  const email = input.email === undefined ? undefined : emailAddressSchema.safeParse(input.email);
  if (email && !email.success)
    return refused('email.invalid', `email: ${firstIssue(email.error).replace(/^item: /, '')}`);
  const deliveryId = input.as ?? ports.ids.id();
  if (!evidenceIdSchema.safeParse(deliveryId).success)
    return refused('delivery.id', 'as: letters, digits, "_" and "-" only, beginning with a letter or digit');
  const options = { bumpFence: false, seen: input.seen };
  const answer = await actOnEnrollment(ports, ref, options, async (enrollment): Promise<Decided<Resent> | Refused> => {
    const delivery = await ports.store.readDelivery(ref, input.delivery);
    if (delivery && input.stamp !== undefined && input.stamp !== deliveryStamp(delivery))
      return refused('delivery.stale', 'delivery: it has changed since you read it; read it again, then decide');
    const refusal = delivery ? refuseResend(enrollment, delivery, email?.data) : unknown(ref, input.delivery);
    if (!delivery || refusal) return refusal ?? unknown(ref, input.delivery);
    const known = await ports.store.readDelivery(ref, deliveryId);
    if (known) return known.resendOf === input.delivery ? repeated : exists(deliveryId);
    const again = resentDelivery(delivery, deliveryId, email?.data, ports.clock.now());
    const credential = delivery.about.kind === 'credential' ? delivery.about.credentialId : '';
    const facts = {
      ...{ credential, resendOf: input.delivery },
      ...(email && { emailHash: saltedHash(enrollment.salt, 'email', email.data) }),
    };
    // Sent anew on a person's word: what failed of it before needs nobody any more, and the new email speaks for itself.
    const all = await ports.store.listDeliveries(ref);
    const answered = all.filter((each) => each.deliveryId === input.delivery || hasFailedToo(each, credential));
    return {
      answer: { outcome: 'resent', delivery: deliveryId },
      facts: [actFact(actor, 'delivery-queued', deliveryId, facts, enrollment)],
      patch: {},
      newDeliveries: [again],
      deliveryChanges: answered.map((each) => ({
        ...{ delivery: { ...each, resentAs: deliveryId }, from: [each.state], attempt: each.attempt },
      })),
    };
  });
  if (answer.outcome === 'refused' && answer !== repeated) return answer;
  // Also of a repeat: it may have been recorded and never asked for.
  const { program, enrollment } = ref;
  await ports.queue.send({ type: 'delivery-requested', version: 1, program, enrollment, deliveryId });
  return { outcome: answer === repeated ? 'repeated' : 'resent', delivery: deliveryId };
}

const hasFailedToo = (delivery: Delivery, credential: string) =>
  delivery.about.kind === 'credential' &&
  delivery.about.credentialId === credential &&
  deliveryTroubleSince(delivery) !== undefined;

const repeated = refused('delivery.repeated', 'delivery: it has been sent again already under this id');
const exists = (id: string) => refused('delivery.exists', `as: there is an email "${id}" already; leave the id out`);
const unknown = ({ enrollment }: EnrollmentRef, id: string) =>
  refused('delivery.unknown', `delivery: this enrollment has no email "${id}"`, { next: 'list-emails', enrollment });

function refuseResend(enrollment: Enrollment, delivery: Delivery, email: string | undefined): Refused | undefined {
  const { about, state } = delivery;
  if (about.kind !== 'credential')
    return refused('delivery.not-a-credential', 'delivery: a warning, not a certificate; those are not sent again');
  const inForce = Object.values(enrollment.pointers).some(
    ({ active }) => active?.credentialId === about.credentialId && !active.suspended,
  );
  if (!inForce)
    return refused(
      'credential.not-in-force',
      'delivery: its certificate is not in force, and only those in force are sent',
    );
  if (!isSettled(state))
    return refused('delivery.under-way', `delivery: ${state}, so that it is on its way already; wait until it is sent`);
  if (state === 'complained' && email === undefined)
    return refused('delivery.complained', 'email: who received it called it unwanted; give another address');
  return undefined;
}
