import * as z from 'zod';
import { chainHeadSchema } from './audit.ts';
import { type Achievement, type Pointer, pointerSchema } from './credential.ts';
import { frameworkRefSchema } from './framework.ts';
import { actorIdSchema, enrollmentIdSchema, programIdSchema } from './ids.ts';
import { emailAddressSchema, personNameSchema } from './person.ts';
import { type RequirementProgress, requirementProgressSchema } from './progress.ts';
import { type CivilDate, civilDateSchema, type Instant, instantSchema } from './time.ts';

export const enrollmentStatusSchema = z.enum(['open', 'complete', 'withdrawn']);
export type EnrollmentStatus = z.infer<typeof enrollmentStatusSchema>;

export const completionSchema = () =>
  z.strictObject({
    /** When the last requirement was met, not when we noticed. */
    at: instantSchema,
    on: civilDateSchema,
  });
export type Completion = z.infer<ReturnType<typeof completionSchema>>;

/** Why an apprentice left the program. */
export const leavingCodes = ['resigned', 'dismissed', 'transferred', 'never-started', 'other'] as const;

/** The act of leaving, on a withdrawn enrollment: its text stays here, the ledger holds its hash. */
export const leavingSchema = () =>
  z.strictObject({ at: instantSchema, code: z.enum(leavingCodes), text: z.string().max(500) });
export type Leaving = z.infer<ReturnType<typeof leavingSchema>>;

/**
 * An apprentice in a program, pinned to one framework version. The single item that evaluate and issue agree on:
 * `version` counts their writes, `fence` counts the acts of people that may take a completion back.
 */
export const enrollmentSchema = /* @__PURE__ */ z.lazy(() =>
  z.strictObject({
    program: programIdSchema,
    enrollment: enrollmentIdSchema,
    apprentice: z.strictObject({ id: actorIdSchema, name: personNameSchema, email: emailAddressSchema }),
    enrolledOn: civilDateSchema,
    framework: frameworkRefSchema(),
    /** The program's version that it was last judged by: a change of it is told in the ledger. */
    programHash: z.string().length(64).optional(),
    status: enrollmentStatusSchema,
    /** Secret: without it the ledger's hashes say nothing about the records. */
    salt: z.string().min(32).max(64),
    version: z.number().int().min(0),
    fence: z.number().int().min(0),
    progress: z.record(z.string(), requirementProgressSchema()),
    /** By requirement: since when its oldest evidence waits for an assessment. Absent where nothing does. */
    awaiting: z.record(z.string(), instantSchema).optional(),
    /** How many requirements are met: kept so that a decision need not count a thousand. */
    met: z.number().int().min(0),
    /** By requirement: assessments of this instant or earlier are void, since an assessment or withdrawal was edited or deleted. */
    marks: z.record(z.string(), instantSchema),
    /** By sort key: the hash of an item that was dated ahead of its own stream record. That content never counts. */
    refused: z.record(z.string(), z.string()),
    completion: completionSchema().optional(),
    /** Set while the status is *withdrawn*. */
    left: leavingSchema().optional(),
    pointers: z.record(z.string(), pointerSchema()),
    /** The next day on which a required certificate ends: today or later when it was written, in the program's time zone. */
    lapseOn: civilDateSchema.optional(),
    chain: chainHeadSchema(),
    lastChangeAt: instantSchema,
  }),
);
export type Enrollment = z.infer<typeof enrollmentSchema>;

/** What one write changes. `null` removes; what is absent stays. */
export type EnrollmentPatch = {
  progress?: Record<string, RequirementProgress | null>;
  awaiting?: Record<string, Instant | null>;
  met?: number;
  marks?: Record<string, string>;
  refused?: Record<string, string>;
  status?: EnrollmentStatus;
  completion?: Completion | null;
  left?: Leaving | null;
  lapseOn?: CivilDate | null;
  pointers?: Partial<Record<Achievement, Pointer>>;
  apprentice?: Enrollment['apprentice'];
  framework?: Enrollment['framework'];
  programHash?: string;
  chain?: Enrollment['chain'];
  lastChangeAt?: string;
};

/** The enrollment after a patch, as the store will hold it. The version is the store's to count. */
export function patched(enrollment: Enrollment, patch: EnrollmentPatch): Enrollment {
  const progress = patch.progress ? progressAfter(enrollment.progress, patch.progress) : enrollment.progress;
  const {
    completion: completionBefore,
    left: leftBefore,
    awaiting: awaitingBefore,
    lapseOn: lapseBefore,
    ...rest
  } = enrollment;
  const moves = patch.progress !== undefined || patch.awaiting !== undefined;
  const awaiting = moves ? awaitingAfter(awaitingBefore, patch.awaiting, progress) : awaitingBefore;
  const completion = patch.completion === undefined ? completionBefore : (patch.completion ?? undefined);
  const left = patch.left === undefined ? leftBefore : (patch.left ?? undefined);
  const lapseOn = patch.lapseOn === undefined ? lapseBefore : (patch.lapseOn ?? undefined);
  return {
    ...rest,
    ...(completion && { completion }),
    ...(left && { left }),
    ...(lapseOn !== undefined && { lapseOn }),
    progress,
    ...(awaiting && { awaiting }),
    met: patch.met ?? enrollment.met,
    marks: patch.marks ? { ...enrollment.marks, ...patch.marks } : enrollment.marks,
    refused: patch.refused ? { ...enrollment.refused, ...patch.refused } : enrollment.refused,
    status: patch.status ?? enrollment.status,
    pointers: patch.pointers
      ? { ...enrollment.pointers, ...(patch.pointers as Record<string, Pointer>) }
      : enrollment.pointers,
    apprentice: patch.apprentice ?? enrollment.apprentice,
    framework: patch.framework ?? enrollment.framework,
    ...(patch.programHash !== undefined && { programHash: patch.programHash }),
    chain: patch.chain ?? enrollment.chain,
    // Whatever is chained is a change: what looks for changed chains goes by this.
    lastChangeAt: patch.lastChangeAt ?? patch.chain?.at ?? enrollment.lastChangeAt,
  };
}

function progressAfter(
  before: Enrollment['progress'],
  changes: NonNullable<EnrollmentPatch['progress']>,
): Enrollment['progress'] {
  const progress = { ...before };
  for (const [id, value] of Object.entries(changes)) {
    if (value === null) delete progress[id];
    else progress[id] = value;
  }
  return progress;
}

/** What waits after a patch; where no evidence stands, none waits. */
function awaitingAfter(
  before: Enrollment['awaiting'],
  changes: EnrollmentPatch['awaiting'],
  progress: Enrollment['progress'],
): Enrollment['awaiting'] {
  const standing = Object.entries({ ...before, ...changes }).filter(([id, since]) => since !== null && progress[id]);
  return standing.length === 0 ? undefined : (Object.fromEntries(standing) as Record<string, Instant>);
}

/** Since when evidence of an enrollment waits for an assessor: the oldest of it. Who has left waits for none. */
export function awaitingSince({ status, awaiting }: Pick<Enrollment, 'status' | 'awaiting'>): Instant | undefined {
  return status === 'withdrawn' ? undefined : Object.values(awaiting ?? {}).sort()[0];
}

/** When the sweep must look at an enrollment's pending credentials: the earliest that no person has parked. */
export function pendingDueAt(enrollment: Pick<Enrollment, 'pointers'>): string | undefined {
  return Object.values(enrollment.pointers)
    .flatMap((pointer) => (pointer.pending && !pointer.pending.parked ? [pointer.pending.dueAt] : []))
    .sort()[0];
}
