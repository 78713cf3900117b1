import { enrollmentAt } from '../domain/as-of.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { EvidenceLine } from '../domain/bundle.ts';
import { type Checkpoint, checkpointHash } from '../domain/checkpoint.ts';
import { type Framework, type Requirement, requirementsOf } from '../domain/framework.ts';
import { documentHash } from '../domain/hash.ts';
import type { Program } from '../domain/program.ts';
import type { RequirementProgress } from '../domain/progress.ts';
import { describeProgress } from '../domain/progress-description.ts';
import type { Instant } from '../domain/time.ts';
import type { Readers } from '../ports/chapter-writer.ts';
import type { EnrollmentRecord } from '../ports/record-store.ts';
import type { SummaryBlock, SummaryContent, SummaryFact, SummarySection } from '../ports/summary-engine.ts';
import { aboutCredentials, aboutEmails, aboutReads } from './summary-afterwards.ts';
import { requirementEntry } from './summary-requirement.ts';

/** All that a summary is made of: one enrollment as it stood at the checkpoint, and who read it up to now. */
export type SummarySources = {
  record: EnrollmentRecord;
  /** The ledger without what is redacted, in the chain's order. */
  shown: readonly AuditEntry[];
  evidence: readonly EvidenceLine[];
  framework: Framework;
  /** The ids of sensitive requirements and skill sets that must not appear. */
  hidden: ReadonlySet<string>;
  program: Program;
  /** Each version of the program that the record was judged by, by hash. */
  versions: ReadonlyMap<string, Program | undefined>;
  readers: Readers;
  checkpoint: Checkpoint;
  madeAt: Instant;
};

/** What one enrollment's record says, put into words for people. */
export function summaryContent(sources: SummarySources): SummaryContent {
  const { record, program, checkpoint, hidden, madeAt } = sources;
  const { enrollment, apprentice } = record.enrollment;
  return {
    title: `Record of ${apprentice.name}`,
    under: [
      `${program.name} · ${program.sponsor}`,
      `Enrollment ${enrollment}, up to checkpoint ${checkpoint.number} of ${checkpoint.at}`,
    ],
    running: `${apprentice.name} · ${enrollment}`,
    foot: `${program.name} · checkpoint ${checkpoint.number} of ${checkpoint.at} · verify.mjs in the bundle checks its record`,
    author: program.sponsor,
    id: enrollment,
    madeAt,
    language: 'en',
    page: program.page,
    sections: [
      { heading: 'The record', blocks: [{ kind: 'facts', facts: recordFacts(sources) }, ...redactionNote(hidden)] },
      ...requirementSections(sources),
      { heading: 'Decisions', blocks: decisions(sources) },
      { heading: 'Credentials', blocks: aboutCredentials(sources) },
      { heading: 'Emails', blocks: aboutEmails(sources) },
      { heading: 'Acts and changes', blocks: otherActs(sources) },
      { heading: 'Who read this record', blocks: aboutReads(sources) },
    ],
  };
}

const shownIn = (program: Program) => `times are UTC; days are of ${program.timeZone}`;

function recordFacts({ record, program, framework, checkpoint }: SummarySources): SummaryFact[] {
  const { enrollment } = record;
  const last = record.ledger.at(-1);
  const { completion, left } = enrollment;
  return [
    ['Apprentice', `${enrollment.apprentice.name} (${enrollment.apprentice.id})`],
    ['Enrolled on', `${enrollment.enrolledOn}; ${shownIn(program)}`],
    ['Standards', `${framework.title}; ${framework.id} ${framework.version}, hash ${enrollment.framework.hash}`],
    ['Status', enrollment.status + (left ? `: left on ${left.at}, ${left.code}` : '')],
    [
      'Completed',
      completion ? `on ${completion.on}, when the last requirement was met at ${completion.at}` : 'not yet',
    ],
    ['Ledger', last ? `${last.seq} entries; the last is of ${last.at}, hash ${last.hash}` : 'no entries'],
    ['Checkpoint', `${checkpoint.number} of ${checkpoint.at}, hash ${checkpointHash(checkpoint)}`],
  ];
}

function redactionNote(hidden: ReadonlySet<string>): SummaryBlock[] {
  if (hidden.size === 0) return [];
  const text =
    'What would disclose something about the health of the holder is redacted: requirements, evidence and entries.';
  return [{ kind: 'text', text }];
}

function requirementSections(sources: SummarySources): SummarySection[] {
  const { framework, record, hidden } = sources;
  const all = [...requirementsOf(framework).values()].filter(({ id }) => !hidden.has(id));
  const progress = enrollmentAt(record.ledger, record.enrollment, endOfTime)?.progress ?? {};
  const entries = (requirements: readonly Requirement[]) =>
    requirements.map((each) => requirementEntry(each, progress[each.id], sources));
  const ofKind = (kind: Requirement['kind'], heading: string) => {
    const blocks = entries(all.filter((each) => each.kind === kind));
    return blocks.length > 0 ? [{ heading, blocks }] : [];
  };
  const sets = framework.skillSets.filter(({ id }) => !hidden.has(id));
  return [
    ...sets.map((set): SummarySection => {
      const skills = all.filter((each) => each.set === set.id);
      return { heading: `Skill set ${set.id}`, blocks: [{ kind: 'text', text: set.text }, ...entries(skills)] };
    }),
    ...ofKind('course', 'Courses'),
    ...ofKind('certificate', 'External certificates'),
  ];
}

const endOfTime = '9999-12-31T23:59:59.999Z';

/** Each completion that was reached or undone, the rules in force then, and how every requirement stood. */
function decisions({ record, hidden, framework, versions }: SummarySources): SummaryBlock[] {
  const { ledger, enrollment } = record;
  const decided = ledger.filter(({ action }) => action === 'completion-reached' || action === 'completion-undone');
  if (decided.length === 0) return [{ kind: 'text', text: 'No completion has been decided.' }];
  return decided.flatMap((entry): SummaryBlock[] => {
    const before = ledger.filter(({ seq }) => seq <= entry.seq);
    const past = enrollmentAt(before, enrollment, endOfTime);
    const standings = Object.entries(past?.progress ?? {}).filter(([id]) => !hidden.has(id));
    const inputs = standings.map(([id, each]) => `${id} ${describeProgress(each as RequirementProgress)}`).sort();
    const { id, version, hash } = past?.framework ?? enrollment.framework;
    const then = past?.programHash === undefined ? undefined : versions.get(past.programHash);
    const policy = then ? documentHash(then.policy) : lastFact(before, 'policyHash');
    const facts: SummaryFact[] = [
      ['Decision', `${entry.action}${entry.facts.on ? ` on ${entry.facts.on}, met at ${entry.facts.reachedAt}` : ''}`],
      ['Decided', `at ${entry.at} by ${entry.actor.id}; ledger entry ${entry.seq}, hash ${entry.hash}`],
      ['Standards then', `${id} ${version}, hash ${hash}; ${requirementsOf(framework).size} requirements now`],
      ['Program version', programVersionWords(past?.programHash, versions)],
      ...(policy === undefined ? [] : [['Policy', `hash ${policy}`] as const]),
    ];
    const text = `Its inputs, ${inputs.length} requirements: ${inputs.join('; ')}`;
    return [
      { kind: 'facts', facts },
      { kind: 'text', text },
    ];
  });
}

function programVersionWords(hash: string | undefined, versions: ReadonlyMap<string, Program | undefined>): string {
  if (hash === undefined) return 'not told in the ledger';
  return `hash ${hash}${versions.get(hash) ? '; in this bundle' : ''}`;
}

function lastFact(ledger: readonly AuditEntry[], name: string): string | undefined {
  const value = ledger.findLast(({ facts }) => facts[name] !== undefined)?.facts[name];
  return value === undefined ? undefined : String(value);
}

const acts: ReadonlySet<AuditEntry['action']> = new Set([
  'enrolled',
  'enrollment-withdrawn',
  'enrollment-resumed',
  'framework-moved',
  'program-changed',
  'assessor-voided',
  'certificate-lapsed',
  'name-corrected',
  'address-corrected',
  'restored',
  'evidence-set-aside',
] as const);

function otherActs({ shown }: SummarySources): SummaryBlock[] {
  const rows = shown
    .filter(({ action }) => acts.has(action))
    .map(({ seq, at, actor, action, facts }) => [
      `${seq}`,
      at,
      `${actor.id}, ${actor.role}`,
      `${action} ${words(facts)}`,
    ]);
  if (rows.length === 0) return [{ kind: 'text', text: 'None.' }];
  return [{ kind: 'table', columns: ['Entry', 'At', 'By', 'What'], shares: [0.07, 0.2, 0.2, 0.53], rows }];
}

function words(facts: AuditEntry['facts']): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ');
}
