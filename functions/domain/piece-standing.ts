import type { Enrollment } from './enrollment.ts';
import { rulesOf } from './evaluation.ts';
import {
  type Assessment,
  type EvidencePlace,
  evidencePartition,
  parseEvidenceKeys,
  parseItem,
  type RawItem,
  type Submission,
} from './evidence.ts';
import { type Framework, requirementsOf } from './framework.ts';
import type { Program } from './program.ts';
import { refuseSubmission } from './rules.ts';

/** Where one piece of evidence stands, without its words. */
export type PieceStanding = {
  requirement: string;
  evidence: string;
  state: 'waiting' | 'met' | 'not-met' | 'withdrawn' | 'refused';
  /** Absent where the item cannot be read. */
  occurredOn?: string;
  submittedBy?: string;
  submittedAt?: string;
  /** The newest assessment, if there is one. */
  assessor?: string;
  assessedAt?: string;
  /** Why it is refused: names fields, never values. */
  reason?: string;
};

type Around = { enrollment: Enrollment; program: Program; framework: Framework };

/** Every piece of some items, in the framework's order and then by id. What an assessor has to look at is `waiting`. */
export function piecesStanding(items: readonly RawItem[], around: Around): PieceStanding[] {
  const placed = items.flatMap(({ sk, attributes }) => {
    const place = parseEvidenceKeys(evidencePartition(around.enrollment), sk);
    return place ? [{ place, attributes }] : [];
  });
  const order = new Map([...requirementsOf(around.framework).keys()].map((id, i) => [id, i]));
  const rank = (piece: PieceStanding) => order.get(piece.requirement) ?? order.size;
  const byPiece = Map.groupBy(placed, ({ place }) => `${place.requirement}#${place.evidence}`);
  return placed
    .filter(({ place }) => place.part === 'evidence')
    .map((own) => pieceStanding(own, byPiece.get(`${own.place.requirement}#${own.place.evidence}`) ?? [], around))
    .sort((a, b) => rank(a) - rank(b) || (a.evidence < b.evidence ? -1 : 1));
}

type Placed = { place: EvidencePlace; attributes: Record<string, unknown> };

/** `beside`: every item of this very piece. */
function pieceStanding(own: Placed, beside: readonly Placed[], around: Around): PieceStanding {
  const { requirement, evidence } = own.place;
  const base = { requirement, evidence };
  const parsed = parseItem(own.place, own.attributes);
  const withdrawn = beside.some(({ place }) => place.part === 'withdrawal');
  if (!parsed.ok) return { ...base, state: withdrawn ? 'withdrawn' : 'refused', reason: parsed.reason };
  const { occurredOn, submittedBy, submittedAt } = parsed.value as Submission;
  const piece = { ...base, occurredOn, submittedBy, submittedAt };
  if (withdrawn) return { ...piece, state: 'withdrawn' };
  const rules = rulesOf(around.enrollment, around.program);
  const refused = refuseSubmission(
    parsed.value as Submission,
    requirementsOf(around.framework).get(requirement),
    rules,
  );
  if (refused) return { ...piece, state: 'refused', reason: refused.message };
  const newest = beside.flatMap(readAssessment).sort((a, b) => (a.assessedAt < b.assessedAt ? 1 : -1))[0];
  if (!newest) return { ...piece, state: 'waiting' };
  return { ...piece, state: newest.outcome, assessor: newest.assessor, assessedAt: newest.assessedAt };
}

function readAssessment({ place, attributes }: Placed): Assessment[] {
  if (place.part !== 'assessment') return [];
  const parsed = parseItem(place, attributes);
  return parsed.ok ? [parsed.value as Assessment] : [];
}
