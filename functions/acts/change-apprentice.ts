import { apprenticeFacts } from '../domain/apprentice-seal.ts';
import type { Actor, AuditFact } from '../domain/audit.ts';
import type { Achievement, CredentialRequest, Pointer } from '../domain/credential.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { firstIssue } from '../domain/evidence.ts';
import { saltedHash } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { emailAddressSchema, personNameSchema } from '../domain/person.ts';
import { requestUnderName } from '../domain/pointers.ts';
import { epochOf, type Instant } from '../domain/time.ts';
import { maxDelaySeconds } from '../ports/message-queue.ts';
import { actFact, actOnEnrollment, type Decided, type Seen } from './act-on-enrollment.ts';
import type { RecordActPorts } from './act-ports.ts';
import { unprintableMessage } from './enroll.ts';
import { type Refused, refused } from './refusal.ts';

export type ChangeApprenticeInput = { name?: string | undefined; email?: string | undefined; seen?: Seen | undefined };
/** `requested`: the certificates that were pending, asked for anew under the corrected name. */
export type Changed = { outcome: 'changed' | 'unchanged'; requested: string[] };

/**
 * Corrects an apprentice's name or address. What was issued keeps the name that it was printed with: a reissue is an
 * act of its own. What is only pending is asked for anew, so that no certificate is issued under a name known as wrong.
 */
export async function changeApprentice(
  ports: RecordActPorts,
  actor: Actor,
  ref: EnrollmentRef,
  input: ChangeApprenticeInput,
): Promise<Changed | Refused> {
  const asked = readInput(ports, input);
  if ('outcome' in asked) return asked;
  // A pending certificate froze the name: one that is being issued meanwhile must not pass the correction.
  const options = { bumpFence: asked.name !== undefined, seen: input.seen };
  const answer = await actOnEnrollment(ports, ref, options, (enrollment): Decided<Renewed[]> | Refused => {
    const { apprentice, salt } = enrollment;
    const name = asked.name === apprentice.name ? undefined : asked.name;
    const email = asked.email === apprentice.email ? undefined : asked.email;
    if (name === undefined && email === undefined) return unchanged;
    const renewed = name === undefined ? [] : renewPending(ports, enrollment, name);
    const corrected = { ...apprentice, ...(name !== undefined && { name }), ...(email !== undefined && { email }) };
    const sealed = apprenticeFacts(salt, corrected);
    return {
      answer: renewed,
      facts: [
        ...(name === undefined
          ? []
          : [correction(actor, 'name-corrected', { nameHash: saltedHash(salt, 'name', name), ...sealed }, enrollment)]),
        ...(email === undefined
          ? []
          : [
              correction(
                actor,
                'address-corrected',
                { emailHash: saltedHash(salt, 'email', email), ...sealed },
                enrollment,
              ),
            ]),
        ...renewed.flatMap((each) => renewalFacts(actor, each, enrollment)),
      ],
      patch: {
        apprentice: corrected,
        ...(renewed.length > 0 && { pointers: pointersOf(enrollment, renewed) }),
      },
    };
  });
  if (answer === unchanged) return { outcome: 'unchanged', requested: [] };
  if ('outcome' in answer) return answer;
  await askForIssue(ports, ref, answer);
  return { outcome: 'changed', requested: answer.map(({ request }) => request.credentialId) };
}

const unchanged = refused('apprentice.unchanged', 'name and email are these already');

function readInput(ports: RecordActPorts, input: ChangeApprenticeInput): { name?: string; email?: string } | Refused {
  const name = input.name === undefined ? undefined : personNameSchema.safeParse(input.name);
  if (name && !name.success) return refused('name.invalid', `name: ${firstIssue(name.error).replace(/^item: /, '')}`);
  const unprintable = name ? ports.unprintable(name.data) : [];
  if (unprintable.length > 0) return refused('name.unprintable', unprintableMessage(unprintable));
  const email = input.email === undefined ? undefined : emailAddressSchema.safeParse(input.email);
  if (email && !email.success)
    return refused('email.invalid', `email: ${firstIssue(email.error).replace(/^item: /, '')}`);
  if (!name && !email) return refused('apprentice.nothing', 'name: give a name, an email address or both');
  return { ...(name && { name: name.data }), ...(email && { email: email.data }) };
}

type Renewed = { achievement: Achievement; replaced: CredentialRequest; request: CredentialRequest };

function renewPending(ports: RecordActPorts, { pointers }: Enrollment, name: string): Renewed[] {
  const now = ports.clock.now();
  return Object.entries(pointers).flatMap(([achievement, { pending }]): Renewed[] => {
    if (!pending) return [];
    const ids = { credentialId: ports.ids.id(), code: ports.ids.code() };
    return [
      {
        achievement: achievement as Achievement,
        replaced: pending,
        request: requestUnderName(pending, name, ids, now),
      },
    ];
  });
}

function pointersOf({ pointers }: Enrollment, renewed: readonly Renewed[]) {
  const next: Partial<Record<Achievement, Pointer>> = {};
  for (const { achievement, request } of renewed) next[achievement] = { ...pointers[achievement], pending: request };
  return next;
}

const correction = (actor: Actor, action: AuditFact['action'], facts: AuditFact['facts'], enrollment: Enrollment) =>
  actFact(actor, action, enrollment.enrollment, facts, enrollment);

function renewalFacts(actor: Actor, { achievement, replaced, request }: Renewed, enrollment: Enrollment): AuditFact[] {
  const { credentialId, facts, replaces, releaseAt, requestedAt, parked, setAside } = request;
  const told = (action: AuditFact['action'], more: AuditFact['facts']) =>
    actFact(actor, action, credentialId, { achievement, ...more }, enrollment);
  return [
    actFact(actor, 'credential-request-cancelled', replaced.credentialId, { achievement }, enrollment),
    told('credential-requested', {
      completedOn: facts.completedOn,
      ...(replaces !== undefined && { replaces }),
      ...(releaseAt > requestedAt && { releaseAt }),
    }),
    ...(parked === undefined ? [] : [told('credential-parked', { reason: parked })]),
    ...(setAside
      ? [told('credential-set-aside', { reasonHash: saltedHash(enrollment.salt, credentialId, setAside.reason) })]
      : []),
  ];
}

/** What a person has set aside stays so. A hold longer than the queue's is released by the sweep. */
async function askForIssue(ports: RecordActPorts, ref: EnrollmentRef, renewed: readonly Renewed[]): Promise<void> {
  for (const { achievement, request } of renewed) {
    const { credentialId, requestedAt, releaseAt, parked } = request;
    const delaySeconds = secondsUntil(releaseAt, ports.clock.now());
    if (parked !== undefined || delaySeconds > maxDelaySeconds) continue;
    const { program, enrollment } = ref;
    const what = { program, enrollment, achievement, credentialId, requestedAt };
    await ports.queue.send({ type: 'issue-requested', version: 1, ...what }, { delaySeconds });
  }
}

const secondsUntil = (at: Instant, now: Instant) => Math.max(0, Math.ceil((epochOf(at) - epochOf(now)) / 1000));
