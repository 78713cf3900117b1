import { apprenticeFacts } from '../domain/apprentice-seal.ts';
import type { Actor, AuditFact } from '../domain/audit.ts';
import { decideSkillSet } from '../domain/completion.ts';
import type { Achievement, CredentialRequest, Pointer } from '../domain/credential.ts';
import type { Completion, Enrollment } from '../domain/enrollment.ts';
import { firstIssue } from '../domain/evidence.ts';
import type { Framework } from '../domain/framework.ts';
import { saltedHash } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { personNameSchema } from '../domain/person.ts';
import { requestCredential, withPending } from '../domain/pointers.ts';
import type { Instant } from '../domain/time.ts';
import type { StoredProgram } from '../ports/record-store.ts';
import { actFact, actOnEnrollment, type Seen } from './act-on-enrollment.ts';
import type { RecordActPorts } from './act-ports.ts';
import { unprintableMessage } from './enroll.ts';
import { type Refused, refused } from './refusal.ts';

export type ReissueInput = {
  achievement: Achievement;
  /** The corrected name, where the name is what was wrong. */
  name?: string | undefined;
  seen?: Seen | undefined;
};

/**
 * Asks for a new credential in place of the one in force (which stays until the new one is issued), or after a
 * revocation. Only what is complete can be issued again.
 */
export async function reissueCredential(
  ports: RecordActPorts,
  actor: Actor,
  ref: EnrollmentRef,
  { achievement, name: given, seen }: ReissueInput,
): Promise<{ outcome: 'requested'; credentialId: string } | Refused> {
  const corrected = correctedName(ports, given);
  if ('outcome' in corrected) return corrected;
  const { name } = corrected;
  const stored = await ports.store.readProgram(ref.program);
  if (!stored) return refused('program.unknown', `program: there is no "${ref.program}"`);
  const pinned = (await ports.store.readEnrollment(ref))?.framework;
  const framework = pinned && (await ports.store.readFramework(pinned));
  const answer = await actOnEnrollment(ports, ref, { bumpFence: true, seen }, (enrollment) => {
    const now = ports.clock.now();
    const basis = basisOf(enrollment, achievement, { stored, framework, now });
    if ('outcome' in basis) return basis;
    const apprentice = { ...enrollment.apprentice, ...(name !== undefined && { name }) };
    const request = requestAnew(ports, { ...enrollment, apprentice }, stored, basis, now);
    // The mark of a revocation stays until the new one is issued: a request that falls is not made again by itself.
    const pointer = withPending(basis.pointer, request);
    return {
      answer: { outcome: 'requested' as const, credentialId: request.credentialId, requestedAt: now },
      facts: reissueFacts(actor, enrollment, { achievement, name, request, basis }),
      patch: { ...(name !== undefined && { apprentice }), pointers: { [achievement]: pointer } },
    };
  });
  if (answer.outcome === 'refused') return answer;
  const { credentialId, requestedAt } = answer;
  const { program, enrollment } = ref;
  await ports.queue.send({
    ...{ type: 'issue-requested', version: 1, program, enrollment },
    ...{ achievement, credentialId, requestedAt },
  });
  return { outcome: 'requested', credentialId };
}

/** A name as it can be printed; without one, it stays. */
function correctedName(ports: RecordActPorts, given: string | undefined): { name: string | undefined } | Refused {
  if (given === undefined) return { name: undefined };
  const name = personNameSchema.safeParse(given);
  if (!name.success) return refused('name.invalid', `name: ${firstIssue(name.error).replace(/^item: /, '')}`);
  const unprintable = ports.unprintable(name.data);
  if (unprintable.length > 0) return refused('name.unprintable', unprintableMessage(unprintable));
  return { name: name.data };
}

/** What a reissue stands on: the pointer as it is, and the completion that the new paper is dated by. */
type Basis = { pointer: Pointer; completion: Completion };

function basisOf(
  enrollment: Enrollment,
  achievement: Achievement,
  { stored, framework, now }: { stored: StoredProgram; framework: Framework | undefined; now: Instant },
): Basis | Refused {
  const pointer: Pointer = enrollment.pointers[achievement] ?? {};
  const { active, pending } = pointer;
  const seeMissing = { next: 'see-missing', enrollment: enrollment.enrollment } as const;
  if (enrollment.status !== 'complete' && achievement === 'completion')
    return refused('enrollment.incomplete', 'enrollment: not complete, so that nothing can be issued', seeMissing);
  if (active?.suspended)
    return refused('credential.suspended', 'credential: suspended, since its basis fell away', seeMissing);
  const { progress, enrolledOn } = enrollment;
  const standing = framework && { framework, program: stored.program, enrolledOn, progress };
  const reached =
    achievement === 'completion'
      ? enrollment.completion
      : standing && decideSkillSet(standing, achievement.slice('skill-set:'.length));
  const completion = active ? { at: now, on: active.completedOn } : reached;
  const isKnown = active !== undefined || pending !== undefined || pointer.revoked === true;
  if (!isKnown || !completion)
    return refused(
      'credential.none',
      'credential: none was ever issued for this achievement, so that there is nothing to reissue',
    );
  return { pointer, completion };
}

function requestAnew(
  { ids }: Pick<RecordActPorts, 'ids'>,
  { apprentice, framework }: Pick<Enrollment, 'apprentice' | 'framework'>,
  { hashes }: Pick<StoredProgram, 'hashes'>,
  { pointer: { active }, completion }: Basis,
  now: Instant,
): CredentialRequest {
  return requestCredential(
    {
      now,
      newIds: () => ({ credentialId: ids.id(), code: ids.code() }),
      holdHours: 0,
      facts: (completedOn) => ({ name: apprentice.name, completedOn, framework, hashes }),
    },
    { ...completion, at: now },
    active?.credentialId,
  );
}

type Reissue = { achievement: Achievement; name: string | undefined; request: CredentialRequest; basis: Basis };

function reissueFacts(actor: Actor, enrollment: Enrollment, reissue: Reissue): AuditFact[] {
  const { achievement, name, request, basis } = reissue;
  const { active, pending } = basis.pointer;
  const fact = (action: AuditFact['action'], subject: string, facts: AuditFact['facts']) =>
    actFact(actor, action, subject, facts, enrollment);
  const requested = {
    ...{ achievement, completedOn: basis.completion.on },
    ...(active && { replaces: active.credentialId }),
  };
  return [
    ...(name === undefined
      ? []
      : [
          fact('name-corrected', enrollment.enrollment, {
            nameHash: saltedHash(enrollment.salt, 'name', name),
            ...apprenticeFacts(enrollment.salt, { ...enrollment.apprentice, name }),
          }),
        ]),
    ...(pending ? [fact('credential-request-cancelled', pending.credentialId, { achievement })] : []),
    fact('credential-requested', request.credentialId, requested),
  ];
}
