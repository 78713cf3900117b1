import type { Actor } from '../domain/audit.ts';
import type { Achievement, Pointer } from '../domain/credential.ts';
import { type Enrollment, leavingCodes } from '../domain/enrollment.ts';
import { saltedHash } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { withoutPending } from '../domain/pointers.ts';
import { actFact, actOnEnrollment, type Decided, type Seen } from './act-on-enrollment.ts';
import type { RecordActPorts } from './act-ports.ts';
import { askForLook } from './ask-for-look.ts';
import { type Refused, refused } from './refusal.ts';

export type LeaveInput = { code: (typeof leavingCodes)[number]; text: string };

/**
 * Records that an apprentice left the program: nothing more is issued, what is pending is cancelled, evidence is no
 * longer taken. Skill-set credentials issued before stay in force. Who has completed has nothing left to leave: the
 * credential is revoked instead, where it must be.
 */
export async function withdrawFromProgram(
  ports: RecordActPorts,
  actor: Actor,
  ref: EnrollmentRef,
  input: LeaveInput,
  seen?: Seen,
): Promise<{ outcome: 'withdrawn' | 'repeated' } | Refused> {
  if (!leavingCodes.includes(input.code)) return refused('leaving.code', `code: one of ${leavingCodes.join(', ')}`);
  const text = input.text.trim();
  if (text.length < 3 || text.length > 500 || /\p{Cc}/u.test(text))
    return refused('leaving.text', 'reason: one line of 3 to 500 characters that says why; only the program reads it');
  const before = await ports.store.readEnrollment(ref);
  if (before?.status === 'withdrawn') return { outcome: 'repeated' };
  return actOnEnrollment(
    ports,
    ref,
    { bumpFence: true, seen },
    (enrollment): Decided<{ outcome: 'withdrawn' }> | Refused => {
      if (enrollment.status === 'complete')
        return refused('enrollment.complete', 'enrollment: complete already, so that there is nothing to leave', {
          next: 'revoke',
          credential: enrollment.pointers.completion?.active?.credentialId,
        });
      const { pointers, cancelled } = cancelPending(enrollment);
      const hash = saltedHash(enrollment.salt, 'leaving', text);
      return {
        answer: { outcome: 'withdrawn' },
        facts: [
          actFact(actor, 'enrollment-withdrawn', ref.enrollment, { code: input.code, reasonHash: hash }, enrollment),
          ...cancelled.map(({ credentialId, achievement }) =>
            actFact(actor, 'credential-request-cancelled', credentialId, { achievement }, enrollment),
          ),
        ],
        patch: {
          status: 'withdrawn',
          left: { at: ports.clock.now(), code: input.code, text },
          pointers,
          ...(enrollment.completion && { completion: null }),
        },
      };
    },
  );
}

/** Takes an apprentice back who had left: the record goes on where it stood, and is looked at as a whole. */
export async function resumeEnrollment(
  ports: RecordActPorts,
  actor: Actor,
  ref: EnrollmentRef,
  seen?: Seen,
): Promise<{ outcome: 'resumed' } | Refused> {
  const answer = await actOnEnrollment(
    ports,
    ref,
    { bumpFence: true, seen },
    (enrollment): Decided<{ outcome: 'resumed' }> | Refused => {
      if (enrollment.status !== 'withdrawn')
        return refused(
          'enrollment.not-withdrawn',
          `enrollment: ${enrollment.status}, not withdrawn; nothing to resume`,
        );
      return {
        answer: { outcome: 'resumed' },
        facts: [actFact(actor, 'enrollment-resumed', ref.enrollment, {}, enrollment)],
        // A certificate that stands again meanwhile: the record is complete, as evaluate would find.
        patch: { status: stands(enrollment) ? 'complete' : 'open', left: null },
      };
    },
  );
  // Whoever crashed between the two says it again, and is then refused: what follows is driven all the same.
  if (answer.outcome === 'resumed' || answer.code === 'enrollment.not-withdrawn')
    await askForLook(ports, ref, 'resumed');
  return answer;
}

function stands({ pointers }: Enrollment): boolean {
  const active = pointers.completion?.active;
  return active !== undefined && !active.suspended;
}

function cancelPending({ pointers }: Enrollment) {
  const kept: Partial<Record<Achievement, Pointer>> = {};
  const cancelled: { credentialId: string; achievement: string }[] = [];
  for (const [achievement, pointer] of Object.entries(pointers)) {
    if (!pointer.pending) continue;
    kept[achievement as Achievement] = withoutPending(pointer);
    cancelled.push({ credentialId: pointer.pending.credentialId, achievement });
  }
  return { pointers: kept, cancelled };
}
