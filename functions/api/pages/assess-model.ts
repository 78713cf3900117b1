import {
  type Assessment,
  evidencePartition,
  parseEvidenceKeys,
  parseItem,
  type RawItem,
  type Submission,
} from '../../domain/evidence.ts';
import { type Framework, type Requirement, requirementsOf } from '../../domain/framework.ts';
import { documentHash } from '../../domain/hash.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import { awaitingEvidence, type ProgressRules } from '../../domain/progress.ts';

/** One piece of evidence that waits for an assessor. */
export type Piece = {
  requirement: string;
  evidence: string;
  text: string;
  /** Guidance for the supervisor that stands within the registered text. */
  guidance: string | undefined;
  submission: Pick<Submission, 'submittedAt' | 'occurredOn' | 'attestation' | 'pointer' | 'hours' | 'certificate'>;
};
/** Pieces of one skill set, or of the courses or certificates. */
export type PieceGroup = {
  id: string;
  kind: 'set' | 'courses' | 'certificates';
  text: string | undefined;
  pieces: Piece[];
};

/**
 * What waits for an assessor in one enrollment, by skill set in the framework's order, the oldest of a requirement
 * first: standing evidence of which no standing assessment speaks.
 */
export function awaitingPieces(items: readonly RawItem[], framework: Framework, rules: ProgressRules): PieceGroup[] {
  const requirements = requirementsOf(framework);
  const byRequirement = Map.groupBy(
    items,
    ({ sk }) => parseEvidenceKeys(evidencePartition(rules.ref), sk)?.requirement,
  );
  const pieces = [...requirements.values()].flatMap((requirement) =>
    awaitingEvidence(requirement, byRequirement.get(requirement.id) ?? [], rules)
      .sort((a, b) => (a.submittedAt < b.submittedAt ? -1 : 1))
      .map((submission) => pieceOf(submission, framework)),
  );
  const within = (id: string) =>
    pieces.filter((piece) => {
      const requirement = requirements.get(piece.requirement);
      return requirement && groupIdOf(requirement) === id;
    });
  const groups: PieceGroup[] = [
    ...framework.skillSets.map((set) => ({
      id: set.id,
      kind: 'set' as const,
      text: set.display ?? set.text,
      pieces: within(set.id),
    })),
    { id: 'courses', kind: 'courses', text: undefined, pieces: within('courses') },
    { id: 'certificates', kind: 'certificates', text: undefined, pieces: within('certificates') },
  ];
  return groups.filter((group) => group.pieces.length > 0);
}

const groupIdOf = ({ kind, set }: Requirement) => set ?? (kind === 'course' ? 'courses' : 'certificates');

function pieceOf(submission: Submission, framework: Framework): Piece {
  const { requirement, evidence } = submission;
  const skill = framework.skillSets.flatMap(({ skills }) => skills).find(({ id }) => id === requirement);
  const text = requirementsOf(framework).get(requirement)?.display ?? requirement;
  return { requirement, evidence, text, guidance: skill?.guidance, submission };
}

/** The field of a form that says what an assessor decided of a piece. */
export const decisionField = ({ requirement, evidence }: Pick<Piece, 'requirement' | 'evidence'>) =>
  `decision.${requirement}.${evidence}`;
export const noteField = ({ requirement, evidence }: Pick<Piece, 'requirement' | 'evidence'>) =>
  `note.${requirement}.${evidence}`;

/** Beside each piece a form says what was on the page: what came or changed since then is not decided unseen. */
export const shownField = ({ requirement, evidence }: Pick<Piece, 'requirement' | 'evidence'>) =>
  `shown.${requirement}.${evidence}`;
export const shownAs = ({ submission }: Pick<Piece, 'submission'>) => documentHash(submission).slice(0, 16);

export type Decision = Pick<Assessment, 'requirement' | 'evidence' | 'outcome'> & { note?: string };

/** Of the pieces that a form showed and decided about, those that do not wait any more. */
export function decidedMeanwhile(
  groups: readonly PieceGroup[],
  framework: Framework,
  form: Readonly<Record<string, string>>,
): Pick<Piece, 'requirement' | 'evidence'>[] {
  const waiting = new Set(groups.flatMap(({ pieces }) => pieces.map(shownField)));
  const requirements = requirementsOf(framework);
  return Object.keys(form).flatMap((name) => {
    const [, requirement, evidence] = /^shown\.([\w-]+)\.([\w-]+)$/.exec(name) ?? [];
    if (requirement === undefined || evidence === undefined || waiting.has(name)) return [];
    const piece = { requirement, evidence };
    const known = requirements.get(requirement);
    const chosen = form[decisionField(piece)];
    const isChosen = chosen === 'met' || chosen === 'not-met' || (known && form.whole === groupIdOf(known));
    return isChosen ? [piece] : [];
  });
}

/** Who assessed some pieces last, each once. */
export function assessorsOf(
  pieces: readonly Pick<Piece, 'requirement' | 'evidence'>[],
  items: readonly RawItem[],
  ref: EnrollmentRef,
): string[] {
  const pk = evidencePartition(ref);
  const latest = new Map<string, Assessment>();
  for (const { sk, attributes } of items) {
    const place = parseEvidenceKeys(pk, sk);
    const parsed = place?.part === 'assessment' ? parseItem(place, attributes) : undefined;
    if (!parsed?.ok || parsed.part !== 'assessment') continue;
    const { value } = parsed;
    const before = latest.get(shownField(value));
    if (!before || before.assessedAt <= value.assessedAt) latest.set(shownField(value), value);
  }
  return [...new Set(pieces.flatMap((piece) => latest.get(shownField(piece))?.assessor ?? []))];
}

/**
 * What a form decided: of the pieces that it showed as they are now, those with *met* or *not met*. `whole` names a
 * skill set that was signed off at once: each of its pieces for which nothing else was chosen is met. `changed` counts
 * decisions about what has changed since it was shown: they are not taken.
 */
export function readDecisions(
  groups: readonly PieceGroup[],
  form: Readonly<Record<string, string>>,
): { decisions: Decision[]; changed: number } {
  const decisions: Decision[] = [];
  let changed = 0;
  for (const group of groups) {
    for (const piece of group.pieces) {
      const shown = form[shownField(piece)];
      const chosen = form[decisionField(piece)];
      const decided = chosen === 'met' || chosen === 'not-met' ? chosen : undefined;
      const outcome = decided ?? (form.whole === group.id && shown !== undefined ? 'met' : undefined);
      if (outcome === undefined) continue;
      if (shown !== shownAs(piece)) {
        changed++;
        continue;
      }
      const note = form[noteField(piece)]?.trim();
      decisions.push({ requirement: piece.requirement, evidence: piece.evidence, outcome, ...(note ? { note } : {}) });
    }
  }
  return { decisions, changed };
}
