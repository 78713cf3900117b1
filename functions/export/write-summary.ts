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

/** Puts one enrollment's record into the bundle as a PDF, with every version of the program that it was judged by. */
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
  await bundle.sink.append(`summaries/${enrollment}.pdf`, await ports.summaries.render(content));
  bundle.counts.summaries++;
}
