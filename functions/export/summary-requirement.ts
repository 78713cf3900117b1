import type { AuditEntry } from '../domain/audit.ts';
import type { EvidenceLine } from '../domain/bundle.ts';
import type { Requirement } from '../domain/framework.ts';
import { isRostered, type Program } from '../domain/program.ts';
import type { DescribedProgress } from '../domain/progress-description.ts';
import { civilDateOf } from '../domain/time.ts';
import type { SummaryBlock } from '../ports/summary-engine.ts';
import type { SummarySources } from './summary-content.ts';

/** One requirement: its registered text, how it stands, and every piece of evidence with what became of it. */
export function requirementEntry(
  requirement: Requirement,
  standing: DescribedProgress | undefined,
  sources: SummarySources,
): SummaryBlock {
  const { evidence } = sources;
  const index = indexOf(sources);
  const pieces = evidence.filter((piece) => piece.requirement === requirement.id);
  const paragraphs = pieces.map((piece) => aboutPiece(piece, index, sources));
  for (const each of index.superseded.get(requirement.id) ?? []) paragraphs.push([supersededWords(each)]);
  return {
    kind: 'entry',
    title: `${requirement.code ?? requirement.id} · ${requirement.text}`,
    standing: standing || pieces.length === 0 ? standingWords(standing) : 'Not decided.',
    paragraphs,
  };
}

/** What was done to an item, and what it was before. */
function supersededWords({ entry, before }: Superseded): string {
  const { action, subject, at, actor, seq, facts } = entry;
  const was = before?.facts.contentHash;
  const now = facts.contentHash;
  return [
    `Superseded: ${action} of ${subject}, at ${at} by ${actor.id}; ledger entry ${seq}`,
    ...(before && was !== undefined
      ? [`before, by ledger entry ${before.seq} of ${before.actor.id}, hash ${was}`]
      : []),
    ...(now === undefined ? [] : [`with it, hash ${now}`]),
    ...(facts.refused === undefined ? [] : [`refused: ${facts.refused}`]),
  ].join('; ');
}

function standingWords(standing: DescribedProgress | undefined): string {
  switch (standing?.status) {
    case undefined:
      return 'No evidence.';
    case 'awaiting':
      return 'Awaits an assessor.';
    case 'not-met':
      return 'Not met.';
    case 'unsettled':
      return `Unsettled: what was assessed has been ${standing.why} since.`;
    case 'met': {
      const hours = standing.hours ? `, ${standing.hours.sum} hours` : '';
      const until = (standing.intervals ?? []).map(({ from, to }) => `${from} to ${to ?? 'no end'}`);
      return `Met since ${standing.since}${hours}${until.length > 0 ? `, held ${until.join(', ')}` : ''}.`;
    }
  }
}

/** `before`: the entry that last told of the same item. */
type Superseded = { entry: AuditEntry; before: AuditEntry | undefined };

type Index = {
  /** The entry of each item, by requirement and subject: what it was last chained as. */
  bySubject: Map<string, AuditEntry>;
  /** By requirement: what edited, deleted or refused something. */
  superseded: Map<string, Superseded[]>;
  /** The versions of the program in the order of the ledger. */
  versions: { seq: number; hash: string }[];
};

const superseding = /-(edited|deleted|rejected)$/;
const indexes = new WeakMap<SummarySources, Index>();

function indexOf(sources: SummarySources): Index {
  const known = indexes.get(sources);
  if (known) return known;
  const index: Index = { bySubject: new Map(), superseded: new Map(), versions: [] };
  const latest = new Map<string, AuditEntry>();
  for (const entry of sources.shown) {
    const { facts, subject, action, seq } = entry;
    if (facts.programHash !== undefined) index.versions.push({ seq, hash: String(facts.programHash) });
    if (facts.requirement === undefined) continue;
    const requirement = String(facts.requirement);
    const key = `${requirement} ${subject}`;
    const told = { entry, before: latest.get(key) };
    latest.set(key, entry);
    if (!superseding.test(action)) index.bySubject.set(key, entry);
    else if (!index.superseded.get(requirement)?.push(told)) index.superseded.set(requirement, [told]);
  }
  indexes.set(sources, index);
  return index;
}

function aboutPiece(piece: EvidenceLine, index: Index, sources: SummarySources): string[] {
  const { certificate, hours, withdrawn, unchained } = piece;
  const told = [
    `of ${piece.occurredOn}`,
    ...(hours === undefined ? [] : [`${hours} hours`]),
    `submitted by ${piece.submittedBy} at ${piece.submittedAt}`,
  ];
  const lines = [
    `Evidence ${piece.evidence}, ${told.join(', ')}`,
    `hash ${piece.contentHash}${unchained ? '; not in the ledger at the checkpoint' : ''}`,
  ];
  if (certificate) {
    const until = certificate.expiresOn ?? 'no date';
    lines.push(
      `External certificate of ${certificate.issuer}, number ${certificate.number}, issued ${certificate.issuedOn}, expires ${until}`,
    );
  }
  for (const each of piece.assessments) {
    const entry = index.bySubject.get(`${piece.requirement} ${piece.evidence}/${each.assessment}`);
    const other = each.evidenceHash === piece.contentHash ? '' : '; of evidence that has changed since';
    const where = entry ? `; ledger entry ${entry.seq}` : '';
    const verb = certificate ? 'Checked and assessed' : 'Assessed';
    const by = authority(each.assessor, each.assessedAt, entry, index, sources);
    lines.push(
      `${verb} ${each.outcome} by ${by}, at ${each.assessedAt}, assessment ${each.assessment}${where}${other}`,
    );
  }
  if (piece.assessments.length === 0) lines.push('Not assessed');
  if (withdrawn) lines.push(`Withdrawn by ${withdrawn.by} at ${withdrawn.at}`);
  return lines;
}

/** Who assessed, and what the roster of the program's version in force then says of it. */
function authority(
  assessor: string,
  assessedAt: string,
  entry: AuditEntry | undefined,
  { versions: order }: Index,
  { versions, program }: SummarySources,
): string {
  const hash = order.findLast(({ seq }) => seq <= (entry?.seq ?? 0))?.hash ?? order[0]?.hash;
  const then = (hash === undefined ? undefined : versions.get(hash)) ?? program;
  const rostered = then.assessors.find((each) => each.id === assessor);
  const voided = voidedWords(assessor, program);
  if (!rostered) return `${assessor}, who was not on the roster${voided}`;
  const { name, title, from, until } = rostered;
  const inTime = isRostered(then, assessor, civilDateOf(assessedAt, then.timeZone));
  const span = `on the roster from ${from}${until ? ` until ${until}` : ''}${inTime ? '' : ', and not on that day'}`;
  const version = hash ? `, program version ${hash.slice(0, 12)}` : '';
  return `${assessor} (${name}${title ? `, ${title}` : ''}; ${span}${version})${voided}`;
}

function voidedWords(assessor: string, program: Program): string {
  const voided = program.assessors.find((each) => each.id === assessor)?.voided;
  return voided ? ` [voided at ${voided.at} by ${voided.by}]` : '';
}
