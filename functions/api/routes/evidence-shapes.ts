import * as z from 'zod';
import {
  type Assessment,
  type EvidencePlace,
  evidencePartition,
  parseEvidenceKeys,
  parseItem,
  type RawItem,
  type Submission,
  submissionSchema,
} from '../../domain/evidence.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import { evidenceIdSchema, requirementIdSchema } from '../../domain/ids.ts';
import type { Mask } from '../../domain/masking.ts';
import type { PieceStanding } from '../../domain/piece-standing.ts';
import { civilDateSchema, instantSchema } from '../../domain/time.ts';

/** A piece of evidence as somebody submits it. Who submits it and when, the request says. */
export const pieceSchema = /* @__PURE__ */ z.lazy(() =>
  submissionSchema
    .pick({ requirement: true, occurredOn: true, attestation: true, pointer: true, hours: true, certificate: true })
    .extend({ evidence: evidenceIdSchema.optional().describe('An id of your own; without it, a new one') })
    .meta({
      id: 'Piece',
      title: 'Piece',
      description: 'Evidence for one requirement: an attestation and a pointer to its proof',
    }),
);
export type Piece = z.output<typeof pieceSchema>;

/** What one piece of a batch came to. */
export const verdictSchema = <T extends z.ZodRawShape>(done: T) =>
  z.union([
    z.strictObject(done),
    z.strictObject({ outcome: z.literal('refused'), code: z.string(), message: z.string() }),
  ]);

const assessmentView = () =>
  z.strictObject({
    assessment: z.string(),
    assessor: z.string(),
    assessedAt: instantSchema,
    outcome: z.enum(['met', 'not-met']),
    note: z.string().optional(),
  });

const words = () => ({
  attestation: z.string().optional(),
  pointer: z.string().optional(),
  hours: z.number().optional(),
  certificate: z
    .strictObject({
      issuer: z.string(),
      number: z.string(),
      issuedOn: civilDateSchema,
      expiresOn: civilDateSchema.optional(),
    })
    .optional(),
});

/** One piece in a list. What it says is told to the apprentice and to assessors alone. */
export const evidenceViewSchema = () =>
  z
    .strictObject({
      requirement: z.union([requirementIdSchema, z.string()]),
      evidence: z.string(),
      state: z.enum(['waiting', 'met', 'not-met', 'withdrawn', 'refused']),
      submittedBy: z.string().optional(),
      submittedAt: instantSchema.optional(),
      occurredOn: civilDateSchema.optional(),
      reason: z.string().optional().describe('Why it is refused'),
      ...words(),
      assessments: z.array(assessmentView()).max(100).describe('The newest first'),
    })
    .meta({ id: 'Evidence', title: 'Evidence of a record' });

type Beside = { submission?: Submission; assessments: Assessment[] };
const maxAssessments = 100;

/** Everything of some items that belongs to one piece, by requirement and id. */
export function piecesByPlace(ref: EnrollmentRef, items: readonly RawItem[]): Map<string, Beside> {
  const pieces = new Map<string, Beside>();
  for (const { sk, attributes } of items) {
    const place = parseEvidenceKeys(evidencePartition(ref), sk);
    const parsed = place && parseItem(place, attributes);
    if (!place || !parsed?.ok) continue;
    const piece = pieces.get(placeOf(place)) ?? { assessments: [] };
    pieces.set(placeOf(place), piece);
    if (parsed.part === 'evidence') piece.submission = parsed.value;
    if (parsed.part === 'assessment') piece.assessments.push(parsed.value);
  }
  return pieces;
}

export const placeOf = ({ requirement, evidence }: Pick<EvidencePlace, 'requirement' | 'evidence'>) =>
  `${requirement}#${evidence}`;

export function evidenceView(standing: PieceStanding, beside: Beside | undefined, mask: Mask, tellsWords: boolean) {
  const { requirement, evidence, state, submittedBy, submittedAt, occurredOn, reason } = standing;
  const { attestation, pointer, hours, certificate } = beside?.submission ?? {};
  const newest = [...(beside?.assessments ?? [])].sort((a, b) => (a.assessedAt > b.assessedAt ? -1 : 1));
  return {
    ...{ requirement: mask.ids(requirement), evidence, state },
    ...(submittedBy !== undefined && { submittedBy }),
    ...(submittedAt !== undefined && { submittedAt }),
    ...(occurredOn !== undefined && { occurredOn }),
    ...(reason !== undefined && { reason }),
    ...(hours !== undefined && { hours }),
    ...(tellsWords && {
      ...(attestation !== undefined && { attestation }),
      ...(pointer !== undefined && { pointer }),
      ...(certificate && { certificate }),
    }),
    assessments: newest.slice(0, maxAssessments).map(({ assessment, assessor, assessedAt, outcome, note }) => ({
      ...{ assessment, assessor, assessedAt, outcome },
      ...(tellsWords && note !== undefined && { note }),
    })),
  };
}
