import { parentPort, workerData } from 'node:worker_threads';
import type { SummaryContent } from '../../ports/summary-engine.ts';
import { pdfSummaryEngine } from './summary-engine.ts';
import { typefaceFiles } from './text/typeface-files.ts';

// A thread of `summaryThread`: sets one summary after another, in the order in which they come.

export type SummaryAsked = { id: number; content: SummaryContent };
export type SummaryAnswered = { id: number } & ({ bytes: Uint8Array } | { failed: string });

const engine = pdfSummaryEngine({ fonts: typefaceFiles(String(workerData)) });

parentPort?.on('message', ({ id, content }: SummaryAsked) => {
  engine.render(content).then(
    (bytes) => {
      // Handed over and not copied, where it is all that lies there.
      const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
      parentPort?.postMessage({ id, bytes: whole } satisfies SummaryAnswered, [whole.buffer as ArrayBuffer]);
    },
    (error: unknown) => parentPort?.postMessage({ id, failed: String(error) } satisfies SummaryAnswered),
  );
});
