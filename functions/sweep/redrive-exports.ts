import { type ExportJob, isLeftBehind, isSettled } from '../domain/export-job.ts';
import type { Message } from '../domain/messages.ts';
import type { ExportJobs } from '../ports/export-jobs.ts';
import type { SweepPorts } from './sweep-ports.ts';

export type RedriveExportPorts = Pick<SweepPorts, 'queue' | 'clock' | 'journal'> & {
  store: Pick<SweepPorts['store'], 'listPrograms'>;
  exports: Pick<ExportJobs, 'list'>;
};

/**
 * Drives again the exports that a lost message or a crash left behind: those that nobody works on, and those whose end
 * nobody was told of. The newest page of each program's: what is older was driven for days.
 */
export async function redriveExports(ports: RedriveExportPorts): Promise<number> {
  let redriven = 0;
  for (const { program } of await ports.store.listPrograms()) {
    const { items } = await ports.exports.list(program.id);
    for (const job of items.filter((item) => isLeftBehind(item, ports.clock.now()))) {
      await ports.queue.send(messageFor(job));
      ports.journal('sweep.redriven', { program: program.id, kind: 'export', export: job.exportId });
      redriven++;
    }
  }
  return redriven;
}

function messageFor(job: ExportJob): Message {
  const { program, exportId } = job;
  return { type: isSettled(job) ? 'export-settled' : 'export-requested', version: 1, program, exportId };
}
