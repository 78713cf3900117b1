import {
  completionLine,
  credentialLine,
  deliveryLine,
  type EvidenceLine,
  enrollmentLine,
  entryLine,
  evidenceLines,
  isSensitive,
  sensitiveIds,
} from '../domain/bundle.ts';
import type { Credential } from '../domain/credential.ts';
import type { ChapterCounts, ChapterSources, ChapterText, ChapterWriter } from '../ports/chapter-writer.ts';
import type { SummaryEngine } from '../ports/summary-engine.ts';
import { type BundleText, bundleText } from './bundle-text.ts';
import { summaryContent } from './summary-content.ts';
import { bundleTables } from './tables.ts';

/** Writes chapters in the thread that asks for them. */
export function chapterWriter(summaries: SummaryEngine): ChapterWriter {
  return {
    async write(sources) {
      const { facts, record, framework } = sources;
      const texts: ChapterText[] = [];
      const text = bundleText({ append: async (path, content, head = '') => void texts.push({ path, head, content }) });
      const hidden = facts.unredacted ? new Set<string>() : sensitiveIds(framework);
      const evidence = evidenceLines(record.enrollment, sources.evidence, record.ledger, hidden);
      const credentials = record.credentials.filter(({ credentialId }) => sources.issued.includes(credentialId));
      const counts = writeLines(text, sources, { hidden, evidence, credentials });
      await text.flush(true);
      const free = () => undefined;
      if (!facts.summaries) return { texts, counts, free };
      const content = summaryContent({
        ...{ ...facts, framework, hidden, evidence, versions: sources.versions, readers: sources.readers },
        record: { ...record, credentials },
        shown: hidden.size === 0 ? record.ledger : record.ledger.filter((entry) => !isSensitive(entry, hidden)),
      });
      return { texts, counts, free, summary: await summaries.render(content) };
    },
  };
}

type Shown = { hidden: ReadonlySet<string>; evidence: readonly EvidenceLine[]; credentials: readonly Credential[] };

/** The enrollment's own line, its ledger in the chain's order, and what hangs on it; each in its table too. */
function writeLines(text: BundleText, sources: ChapterSources, { hidden, evidence, credentials }: Shown) {
  const { facts, record, framework, head, proof } = sources;
  const { enrollment, ledger, deliveries } = record;
  const tables = bundleTables(text);
  const counts: ChapterCounts = {
    entries: ledger.length,
    redacted: 0,
    evidence: evidence.length,
    completions: 0,
    credentials: credentials.length,
    deliveries: deliveries.length,
  };
  const own = enrollmentLine(enrollment, sources.nameSeal, head, proof);
  text.line(own);
  tables.enrollment(own);
  for (const entry of ledger) {
    const written = entryLine(enrollment, entry, hidden);
    text.line(written);
    tables.entry(written);
    if ('redacted' in written) counts.redacted++;
  }
  for (const piece of evidence) {
    text.line(piece);
    tables.evidence(piece);
  }
  if (enrollment.completion) {
    const completion = completionLine(enrollment, enrollment.completion.on);
    text.line(completion);
    tables.completion(completion, record, { ...facts, framework });
    counts.completions++;
  }
  for (const credential of credentials) {
    text.line(credentialLine(credential));
    tables.credential(credential);
  }
  for (const delivery of deliveries) {
    text.line(deliveryLine(delivery));
    tables.delivery(delivery);
  }
  return counts;
}
