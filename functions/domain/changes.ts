import { type Actor, type AuditAction, type AuditFact, unknownHand } from './audit.ts';
import {
  type EvidencePart,
  type EvidencePlace,
  evidencePartition,
  type ParsedItem,
  parseEvidenceKeys,
  parseItem,
  type RawItem,
} from './evidence.ts';
import type { Requirement } from './framework.ts';
import { documentHash, saltedHash } from './hash.ts';
import type { Change } from './messages.ts';
import type { ProgressRules } from './progress.ts';
import { type Refusal, refuseAssessment, refuseSubmission } from './rules.ts';
import { addSeconds, clockToleranceSeconds, type Instant } from './time.ts';

/** An item that does not count, kept where people see it. Names fields, never values. */
export type Aside = {
  sk: string;
  code: string;
  reason: string;
  /** The stream record that showed it: its time, its sequence number, and the hash of what it held. */
  at: string;
  sequence: string;
  imageHash?: string | undefined;
};

export type JudgedChange = {
  /** What the ledger learns; absent for a write that changed nothing. */
  fact?: AuditFact;
  /** An assessment or withdrawal was edited or deleted: the instant up to which assessments are void. */
  mark?: { requirement: string; at: string };
  /** Content that was dated ahead of its own stream record, by its hash. */
  refused?: { sk: string; hash: string };
};

/** No key of the contract's form is longer; a longer one goes by its hash, so that what it leads to can be stored. */
const maxCauseKeyLength = 250;

/** What makes a change unlike any other: its ledger entry's key. */
export function causeOf(change: Pick<Change, 'sk' | 'sequence'>): string {
  const key = change.sk.length > maxCauseKeyLength ? documentHash(change.sk) : change.sk;
  return `${key}@${change.sequence}`;
}

/** The requirement that a sort key speaks of, or undefined where the key is not of the contract's form. */
export function requirementOfChange(change: Pick<Change, 'sk'>, rules: Pick<ProgressRules, 'ref'>): string | undefined {
  return parseEvidenceKeys(evidencePartition(rules.ref), change.sk)?.requirement;
}

/**
 * Judges one change by what its record showed, whatever the item holds by now: the ledger tells what happened, in
 * full; progress is decided elsewhere, from what stands.
 */
export function judgeChange(
  change: Change,
  current: RawItem | undefined,
  requirements: ReadonlyMap<string, Requirement>,
  rules: ProgressRules,
): JudgedChange {
  if (change.kind === 'touched') return {};
  const cause = causeOf(change);
  const place = parseEvidenceKeys(evidencePartition(rules.ref), change.sk);
  if (!place) {
    const facts = { reason: 'key: not of the form that the contract gives', at: change.at };
    return {
      fact: { actor: unknownHand, action: 'evidence-set-aside', subject: documentHash(change.sk), facts, cause },
    };
  }
  const subject = subjectOf(place);
  const base = { requirement: place.requirement, at: change.at };
  const mark = place.part === 'evidence' ? undefined : { requirement: place.requirement, at: change.at };
  if (change.kind === 'deleted') {
    return {
      fact: { actor: unknownHand, action: deletedAction[place.part], subject, facts: base, cause },
      ...(mark && { mark }),
    };
  }
  const image = change.image ?? current?.attributes;
  if (image === undefined) return {};
  const contentHash = saltedHash(rules.salt, change.sk, image);
  const parsed = parseItem(place, image);
  // Without its image a change tells nothing of when the content that stands now came.
  const told = change.image !== undefined || change.imageHash === documentHash(image);
  const ahead = told && parsed.ok && isAhead(parsed, change.at);
  const refusal = refusalOf(place, parsed, ahead, requirements, rules);
  const facts = { ...base, contentHash, ...(refusal && { refused: refusal.code, reason: refusal.message }) };
  // Only of the content that stands: the record of an older one may come after the record of the newer.
  const hash = ahead ? documentHash(image) : undefined;
  const stands = hash !== undefined && current !== undefined && hash === documentHash(current.attributes);
  const refused = stands ? { refused: { sk: change.sk, hash } } : {};
  if (change.kind === 'edited') {
    return {
      fact: { actor: unknownHand, action: editedAction[place.part], subject, facts, cause },
      ...(mark && { mark }),
      ...refused,
    };
  }
  const outcome =
    parsed.ok && parsed.part === 'assessment' ? { outcome: parsed.value.outcome, evidence: parsed.value.evidence } : {};
  const action = parsed.ok ? putAction(place.part, refusal) : 'evidence-set-aside';
  return {
    fact: { actor: actorOf(parsed, rules), action, subject, facts: { ...facts, ...outcome }, cause },
    ...refused,
  };
}

/** Does an item as it stands count, and if not, why? What does not is set aside, visible and replayable. */
export function asideOf(
  item: RawItem,
  requirements: ReadonlyMap<string, Requirement>,
  rules: ProgressRules,
  change: Pick<Change, 'at' | 'sequence'>,
): Aside | undefined {
  const { at, sequence } = change;
  const place = parseEvidenceKeys(evidencePartition(rules.ref), item.sk);
  if (!place)
    return { sk: item.sk, code: 'item.key', reason: 'key: not of the form that the contract gives', at, sequence };
  const parsed = parseItem(place, item.attributes);
  const refused = rules.refused[item.sk];
  const ahead = refused !== undefined && refused === documentHash(item.attributes);
  const refusal = refusalOf(place, parsed, ahead, requirements, rules);
  return refusal && { sk: item.sk, code: refusal.code, reason: refusal.message, at, sequence };
}

function refusalOf(
  place: EvidencePlace,
  parsed: ParsedItem,
  ahead: boolean,
  requirements: ReadonlyMap<string, Requirement>,
  rules: ProgressRules,
): Refusal | undefined {
  if (!parsed.ok) return { code: 'item.malformed', message: parsed.reason };
  if (ahead)
    return {
      code: 'evidence.future',
      message: 'dated more than five minutes ahead of the moment it reached the table',
    };
  const requirement = requirements.get(place.requirement);
  if (parsed.part === 'evidence') return refuseSubmission(parsed.value, requirement, rules);
  if (!requirement)
    return { code: 'requirement.unknown', message: "requirement: not in the enrollment's framework version" };
  return parsed.part === 'assessment' ? refuseAssessment(parsed.value, rules) : undefined;
}

function isAhead(parsed: Extract<ParsedItem, { ok: true }>, recordAt: string): boolean {
  const dated = datedOf(parsed);
  return dated > recordAt && dated > addSeconds(recordAt, clockToleranceSeconds);
}

function datedOf(parsed: Extract<ParsedItem, { ok: true }>): Instant {
  if (parsed.part === 'evidence') return parsed.value.submittedAt;
  return parsed.part === 'assessment' ? parsed.value.assessedAt : parsed.value.withdrawnAt;
}

const deletedAction: Record<EvidencePart, AuditAction> = {
  evidence: 'evidence-deleted',
  assessment: 'assessment-deleted',
  withdrawal: 'withdrawal-deleted',
};
const editedAction: Record<EvidencePart, AuditAction> = {
  evidence: 'evidence-edited',
  assessment: 'assessment-edited',
  withdrawal: 'withdrawal-edited',
};

function putAction(part: EvidencePart, refusal: Refusal | undefined): AuditAction {
  if (part === 'withdrawal') return refusal ? 'withdrawal-rejected' : 'evidence-withdrawn';
  return `${part}-${refusal ? 'rejected' : 'accepted'}`;
}

function actorOf(parsed: ParsedItem, rules: ProgressRules): Actor {
  if (!parsed.ok) return unknownHand;
  if (parsed.part === 'assessment') return { id: parsed.value.assessor, role: 'assessor' };
  const id = parsed.part === 'evidence' ? parsed.value.submittedBy : parsed.value.withdrawnBy;
  return { id, role: id === rules.apprenticeId ? 'apprentice' : 'submitter' };
}

function subjectOf(place: EvidencePlace): string {
  return place.part === 'assessment' ? `${place.evidence}/${place.assessment}` : place.evidence;
}
