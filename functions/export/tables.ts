import type { AccessEntry } from '../domain/access.ts';
import type { CompletionLine, EnrollmentLine, EntryLine, EvidenceLine } from '../domain/bundle.ts';
import { noticeDaysLeft } from '../domain/completion-notice.ts';
import type { Credential } from '../domain/credential.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { Framework } from '../domain/framework.ts';
import type { Program } from '../domain/program.ts';
import type { EnrollmentRecord } from '../ports/record-store.ts';
import type { BundleText } from './bundle-text.ts';
import { byteOrderMark, type Cell, csvRow } from './csv.ts';

const columns = {
  'enrollments.csv': [
    'enrollment',
    'apprentice',
    'name',
    'enrolled_on',
    'framework',
    'status',
    'completed_on',
    'entries',
  ],
  'ledger.csv': ['enrollment', 'seq', 'at', 'actor', 'role', 'action', 'subject', 'facts', 'hash'],
  'evidence.csv': [
    'enrollment',
    'requirement',
    'evidence',
    'submitted_by',
    'submitted_at',
    'occurred_on',
    'certificate_issuer',
    'certificate_number',
    'certificate_issued_on',
    'certificate_expires_on',
    'assessor',
    'assessed_at',
    'outcome',
    'withdrawn_at',
    'content_hash',
  ],
  'completions.csv': [
    'enrollment',
    'apprentice',
    'name',
    'program',
    'sponsor',
    'occupation',
    'onet_code',
    'rapids_code',
    'term_hours',
    'framework',
    'enrolled_on',
    'completed_on',
    'certificate',
    'certificate_issued_at',
    'notice_due_on',
    'notice_days_left',
    'notice_overdue',
    'notice_given_on',
  ],
  'credentials.csv': [
    'enrollment',
    'credential',
    'achievement',
    'name_as_printed',
    'completed_on',
    'issued_at',
    'state',
    'replaces',
    'superseded_by',
    'revoked_at',
    'revocation_code',
    'document_hash',
    'engine',
  ],
  'deliveries.csv': [
    'enrollment',
    'delivery',
    'about',
    'state',
    'queued_at',
    'attempts',
    'sent_at',
    'settled_at',
    'reason',
  ],
  'access.csv': ['at', 'actor', 'role', 'action', 'subject', 'facts'],
} as const;
type TableName = keyof typeof columns;

const heads = Object.fromEntries(
  Object.entries(columns).map(([table, names]) => [table, byteOrderMark + csvRow(names)]),
) as Record<TableName, string>;

type Completed = Pick<EnrollmentRecord, 'enrollment' | 'credentials'>;
type Known = { framework: Framework; program: Program; today: string };

/**
 * The same records as spreadsheets open them: comma-separated, in UTF-8 with a byte order mark. The JSON lines are the
 * record; these are for reading.
 */
export function bundleTables(text: Pick<BundleText, 'add'>) {
  const row = (table: TableName, cells: readonly Cell[]) => text.add(table, csvRow(cells), heads[table]);
  return {
    enrollment: (of: EnrollmentLine) =>
      row('enrollments.csv', [
        of.enrollment,
        of.apprentice.id,
        of.apprentice.name,
        of.enrolledOn,
        `${of.framework.id} ${of.framework.version}`,
        of.status,
        of.completion?.on,
        of.chain.seq,
      ]),
    entry(line: EntryLine) {
      const { seq, at, actor, action, hash } = line.entry;
      const detail = 'redacted' in line ? ['redacted', ''] : [line.entry.subject, JSON.stringify(line.entry.facts)];
      return row('ledger.csv', [line.enrollment, seq, at, actor.id, actor.role, action, ...detail, hash]);
    },
    evidence(line: EvidenceLine) {
      const { certificate } = line;
      const piece = [
        ...[line.enrollment, line.requirement, line.evidence, line.submittedBy, line.submittedAt, line.occurredOn],
        ...[certificate?.issuer, certificate?.number, certificate?.issuedOn, certificate?.expiresOn],
      ];
      const assessed = line.assessments.length > 0 ? line.assessments : [undefined];
      for (const a of assessed)
        row('evidence.csv', [...piece, a?.assessor, a?.assessedAt, a?.outcome, line.withdrawn?.at, line.contentHash]);
    },
    /** What a registration agency's form asks for, as far as it is on record; what is not stays blank. */
    completion({ completedOn, noticeDueOn }: CompletionLine, { enrollment, credentials }: Completed, known: Known) {
      const { framework, program, today } = known;
      const certificate = credentials.find(
        (each) => each.achievement === 'completion' && (each.state === 'issued' || each.state === 'suspended'),
      );
      const daysLeft = noticeDaysLeft(completedOn, today);
      row('completions.csv', [
        ...[enrollment.enrollment, enrollment.apprentice.id, enrollment.apprentice.name],
        ...[program.id, program.sponsor, framework.title],
        ...[framework.onetCode ?? '', framework.rapidsCode ?? '', framework.hours ?? ''],
        ...[`${framework.id} ${framework.version}`, enrollment.enrolledOn, completedOn],
        ...[certificate?.credentialId, certificate?.issuedAt, noticeDueOn, daysLeft, daysLeft < 0 ? 'yes' : 'no', ''],
      ]);
    },
    credential: (of: Credential) =>
      row('credentials.csv', [
        ...[of.enrollment, of.credentialId, of.achievement, of.facts.name, of.facts.completedOn, of.issuedAt, of.state],
        ...[of.replaces, of.supersededBy, of.revokedAt, of.revocation?.code, of.document.hash, of.document.engine],
      ]),
    delivery: (of: Delivery) =>
      row('deliveries.csv', [
        of.enrollment,
        of.deliveryId,
        of.about.kind,
        of.state,
        of.queuedAt,
        of.attempt,
        of.sentAt,
        of.settledAt,
        of.reason,
      ]),
    access: ({ at, actor, action, subject, facts }: AccessEntry) =>
      row('access.csv', [at, actor.id, actor.role, action, subject, JSON.stringify(facts)]),
  };
}
