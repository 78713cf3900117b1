import type { Actor } from '../domain/audit.ts';
import { type Achievement, revocationCodes, statesBefore } from '../domain/credential.ts';
import { saltedHash } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { withoutPending } from '../domain/pointers.ts';
import { credentialStamp } from '../domain/stamp.ts';
import { actFact, actOnEnrollment, type Decided, type Seen } from './act-on-enrollment.ts';
import type { RecordActPorts } from './act-ports.ts';
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
      const { active: _, ...rest } = withoutPending(pointer);
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
