import type { Actor } from '../domain/audit.ts';
import { decideSkillSet } from '../domain/completion.ts';
import { type Achievement, type Pointer, revocationCodes, statesBefore } from '../domain/credential.ts';
import { firstIssue } from '../domain/evidence.ts';
import { saltedHash } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { personNameSchema } from '../domain/person.ts';
import { requestCredential, requestInPlaceOf } from '../domain/pointers.ts';
import { credentialStamp } from '../domain/stamp.ts';
import { actFact, actOnEnrollment, type Decided, type Seen } from './act-on-enrollment.ts';
import type { RecordActPorts } from './act-ports.ts';
import { unprintableMessage } from './enroll.ts';
import { type Refused, refused } from './refusal.ts';

export type RevokeInput = {
  credentialId: string;
  code: (typeof revocationCodes)[number];
  text: string;
  seen?: Seen | undefined;
  /** The credential's state that the act is meant for; refused in any other. */
  stamp?: string | undefined;
};

/** Revokes a credential in force. It is issued again only by an explicit reissue. */
export async function revokeCredential(
  ports: RecordActPorts,
  actor: Actor,
  ref: EnrollmentRef,
  input: RevokeInput,
): Promise<{ outcome: 'revoked' } | Refused> {
  if (!revocationCodes.includes(input.code))
    return refused('revocation.code', `code: one of ${revocationCodes.join(', ')}`);
  const text = input.text.trim();
  if (text.length < 3 || text.length > 500 || /\p{Cc}/u.test(text))
    return refused('revocation.text', 'text: one line of 3 to 500 characters that says why; verification shows it');
  const options = { bumpFence: true, seen: input.seen };
  return actOnEnrollment(
    ports,
    ref,
    options,
    async (enrollment): Promise<Decided<{ outcome: 'revoked' }> | Refused> => {
      // Read after the enrollment: a credential changes only with it, so that the commit's guard holds this one too.
      const isSeen = input.stamp === undefined || input.stamp === (await stampOf(ports, ref, input.credentialId));
      if (!isSeen)
        return refused('credential.stale', 'credential: it has changed since you read it; read it again, then decide');
      const found = Object.entries(enrollment.pointers).find(([, p]) => p.active?.credentialId === input.credentialId);
      if (!found)
        return refused(
          'credential.not-in-force',
          `credential: "${input.credentialId}" is not in force in this enrollment`,
          { next: 'list-credentials', enrollment: ref.enrollment },
        );
      const [achievement, pointer] = found;
      const now = ports.clock.now();
      const { active: _, pending: __, ...rest } = pointer;
      const facts = [
        actFact(
          actor,
          'credential-revoked',
          input.credentialId,
          { achievement, code: input.code, reasonHash: saltedHash(enrollment.salt, input.credentialId, text) },
          enrollment,
        ),
        ...(pointer.pending
          ? [actFact(actor, 'credential-request-cancelled', pointer.pending.credentialId, { achievement }, enrollment)]
          : []),
      ];
      const revocation = { code: input.code, text };
      return {
        answer: { outcome: 'revoked' as const },
        facts,
        patch: {
          pointers: { [achievement as Achievement]: { ...rest, revoked: true as const } },
          // What was suspended had no completion to stand on any more; the next one is found afresh.
          ...(achievement === 'completion' &&
            pointer.active?.suspended &&
            enrollment.completion && { completion: null }),
        },
        credentialChanges: [
          {
            credentialId: input.credentialId,
            from: statesBefore('revoked'),
            set: { state: 'revoked', revokedAt: now, revocation },
          },
        ],
      };
    },
  );
}

async function stampOf({ store }: Pick<RecordActPorts, 'store'>, ref: EnrollmentRef, id: string) {
  const credential = await store.readCredential(ref, id);
  return credential && credentialStamp(credential);
}

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
  input: ReissueInput,
): Promise<{ outcome: 'requested'; credentialId: string } | Refused> {
  const name = input.name === undefined ? undefined : personNameSchema.safeParse(input.name);
  if (name && !name.success) return refused('name.invalid', `name: ${firstIssue(name.error).replace(/^item: /, '')}`);
  const unprintable = name ? ports.unprintable(name.data) : [];
  if (unprintable.length > 0) return refused('name.unprintable', unprintableMessage(unprintable));
  const stored = await ports.store.readProgram(ref.program);
  if (!stored) return refused('program.unknown', `program: there is no "${ref.program}"`);
  const pinned = (await ports.store.readEnrollment(ref))?.framework;
  const framework = pinned && (await ports.store.readFramework(pinned));
  const answer = await actOnEnrollment(ports, ref, { bumpFence: true, seen: input.seen }, (enrollment) => {
    const pointer: Pointer = enrollment.pointers[input.achievement] ?? {};
    const { active, pending } = pointer;
    const { progress, enrolledOn } = enrollment;
    const standing = framework && { framework, program: stored.program, enrolledOn, progress };
    if (enrollment.status !== 'complete' && input.achievement === 'completion') {
      return refused('enrollment.incomplete', 'enrollment: not complete, so that nothing can be issued', {
        next: 'see-missing',
        enrollment: ref.enrollment,
      });
    }
    if (active?.suspended)
      return refused('credential.suspended', 'credential: suspended, since its basis fell away', {
        next: 'see-missing',
        enrollment: ref.enrollment,
      });
    const isKnown = active !== undefined || pending !== undefined || pointer.revoked === true;
    const reached =
      input.achievement === 'completion'
        ? enrollment.completion
        : standing && decideSkillSet(standing, input.achievement.slice('skill-set:'.length));
    const completion = active ? { at: ports.clock.now(), on: active.completedOn } : reached;
    if (!isKnown || !completion)
      return refused(
        'credential.none',
        'credential: none was ever issued for this achievement, so that there is nothing to reissue',
      );
    const apprentice = { ...enrollment.apprentice, ...(name && { name: name.data }) };
    const now = ports.clock.now();
    const fresh = requestCredential(
      {
        now,
        newIds: () => ({ credentialId: ports.ids.id(), code: ports.ids.code() }),
        holdHours: 0,
        facts: (completedOn) => ({
          name: apprentice.name,
          completedOn,
          framework: enrollment.framework,
          hashes: stored.hashes,
        }),
      },
      { ...completion, at: now },
      active?.credentialId,
    );
    const request = requestInPlaceOf(pending, fresh);
    const { achievement } = input;
    // The mark of a revocation stays until the new one is issued: a request that falls is not made again by itself.
    const { pending: _, ...rest } = pointer;
    const facts = [
      ...(name
        ? [
            actFact(
              actor,
              'name-corrected',
              ref.enrollment,
              { nameHash: saltedHash(enrollment.salt, 'name', name.data) },
              enrollment,
            ),
          ]
        : []),
      ...(pending
        ? [actFact(actor, 'credential-request-cancelled', pending.credentialId, { achievement }, enrollment)]
        : []),
      actFact(
        actor,
        'credential-requested',
        request.credentialId,
        { achievement, completedOn: completion.on, ...(active && { replaces: active.credentialId }) },
        enrollment,
      ),
    ];
    return {
      answer: { outcome: 'requested' as const, credentialId: request.credentialId, requestedAt: now },
      facts,
      patch: { ...(name && { apprentice }), pointers: { [achievement]: { ...rest, pending: request } } },
    };
  });
  if (answer.outcome === 'refused') return answer;
  const { credentialId, requestedAt } = answer;
  await ports.queue.send({
    type: 'issue-requested',
    version: 1,
    program: ref.program,
    enrollment: ref.enrollment,
    achievement: input.achievement,
    credentialId,
    requestedAt,
  });
  return { outcome: 'requested', credentialId };
}
