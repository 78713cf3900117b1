import { type EvidenceLine, isSensitive } from '../domain/bundle.ts';
import type { Framework } from '../domain/framework.ts';
import type { Program } from '../domain/program.ts';
import type { EnrollmentRecord } from '../ports/record-store.ts';
import type { ExportPorts } from './export-ports.ts';
import { type Bundle, programVersion } from './open-bundle.ts';
import { summaryContent } from './summary-content.ts';

export type SummaryRecord = {
  record: EnrollmentRecord;
  evidence: EvidenceLine[];
  framework: Framework;
  hidden: ReadonlySet<string>;
};

/** Has one enrollment's record set as a PDF, and puts into the bundle every version of the program that it was judged by. */
export async function writeSummary(ports: ExportPorts, bundle: Bundle, parts: SummaryRecord): Promise<void> {
  const { record, hidden } = parts;
  const { enrollment } = record.enrollment;
  const versions = new Map<string, Program | undefined>();
  for (const { facts } of record.ledger) {
    if (facts.programHash === undefined) continue;
    const hash = String(facts.programHash);
    if (!versions.has(hash)) versions.set(hash, await programVersion(ports, bundle, hash));
  }
  const content = summaryContent({
    ...parts,
    shown: hidden.size === 0 ? record.ledger : record.ledger.filter((entry) => !isSensitive(entry, hidden)),
    program: bundle.program,
    versions,
    readers: bundle.readers.of(enrollment),
    checkpoint: bundle.checkpoint,
    madeAt: bundle.madeAt,
  });
  const rendered = ports.summaries.render(content);
  // Told when it is its turn.
  rendered.catch(() => undefined);
  bundle.summaries.push({ path: `summaries/${enrollment}.pdf`, rendered });
  await putSummaries(bundle, ahead);
}

/** Summaries that are set while the next enrollments are written. */
const ahead = 4;

/** Puts summaries into the bundle, in the order of their enrollments, until so many are left. */
export async function putSummaries(bundle: Bundle, left: number): Promise<void> {
  while (bundle.summaries.length > left) {
    const [first] = bundle.summaries.splice(0, 1);
    if (!first) return;
    await bundle.sink.append(first.path, await first.rendered);
    bundle.counts.summaries++;
  }
}
