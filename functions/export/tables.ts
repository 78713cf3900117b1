import { stringify } from 'csv-stringify/sync';
import type { AccessEntry } from '../domain/access.ts';
import type { EnrollmentLine, EntryLine, EvidenceLine } from '../domain/bundle.ts';
import type { Credential } from '../domain/credential.ts';
import type { Delivery } from '../domain/delivery.ts';
import type { BundleSink } from '../ports/bundle-sink.ts';

type Cell = string | number | undefined;

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

/** Setting the library up costs more than a row. */
const rowsAtOnce = 256;

/**
 * The same records as spreadsheets open them: comma-separated, in UTF-8 with a byte order mark (without it Excel takes
 * accents apart). A cell that a spreadsheet would run as a formula is defused by an apostrophe before it. The JSON
 * lines are the record; these are for reading.
 */
export function bundleTables(sink: BundleSink) {
  const waiting = new Map<TableName, (readonly Cell[])[]>();
  const begun = new Set<TableName>();
  async function write(table: TableName): Promise<void> {
    const rows = waiting.get(table) ?? [];
    const bom = !begun.has(table);
    begun.add(table);
    waiting.delete(table);
    // With quotes everywhere a line break within a cell, or a separator of another country, stays in its cell.
    const options = { escape_formulas: true, quoted: true, bom, record_delimiter: 'windows' } as const;
    await sink.append(table, stringify(bom ? [[...columns[table]], ...rows] : rows, options));
  }
  async function row(table: TableName, cells: readonly Cell[]): Promise<void> {
    const rows = waiting.get(table);
    if (!rows) waiting.set(table, [cells]);
    else if (rows.push(cells) >= rowsAtOnce) await write(table);
  }
  return {
    /** Writes what waits: call it when every row is there. */
    async end() {
      for (const table of waiting.keys()) await write(table);
    },
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
    async evidence(line: EvidenceLine) {
      const { certificate } = line;
      const piece = [
        ...[line.enrollment, line.requirement, line.evidence, line.submittedBy, line.submittedAt, line.occurredOn],
        ...[certificate?.issuer, certificate?.number, certificate?.issuedOn, certificate?.expiresOn],
      ];
      const assessed = line.assessments.length > 0 ? line.assessments : [undefined];
      for (const a of assessed)
        await row('evidence.csv', [
          ...piece,
          a?.assessor,
          a?.assessedAt,
          a?.outcome,
          line.withdrawn?.at,
          line.contentHash,
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
