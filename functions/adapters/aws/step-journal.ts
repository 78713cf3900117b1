import * as z from 'zod';
import { firstIssue } from '../../domain/evidence.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import { type Journal, journalEvents } from '../../ports/journal.ts';

/** Every metric of ours is in this namespace, named by its journal code, with the one dimension `step`. */
export const metricsNamespace = 'Journeypaper';

export type StepJournal = {
  journal: Journal;
  /** Tells of a failure that the event source will retry: its codes, and where in our code it was. */
  failed(error: unknown, fields?: Record<string, string | number>): void;
};

/**
 * A step's journal. Each entry is one line that is log and metric at once, in CloudWatch's embedded metric format
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html),
 * written as it happens: a function that is killed afterwards has told it, and no log level silences what alarms count.
 */
export function stepJournal(step: string): StepJournal {
  return {
    journal(code, fields = {}) {
      // `code` is the entry's own: that of what went wrong stands where a failure has it too.
      const { code: reason, ...rest } = fields;
      const named = reason === undefined ? rest : { ...rest, reason };
      const told = Object.fromEntries(Object.entries(named).map(([name, value]) => [name, String(value)]));
      const metric = { Namespace: metricsNamespace, Dimensions: [['step']], Metrics: [{ Name: code, Unit: 'Count' }] };
      const _aws = { Timestamp: Date.now(), CloudWatchMetrics: [metric] };
      write('stdout', { ...told, _aws, step, [code]: 1, code, message: journalEvents[code] });
    },
    failed(error, fields = {}) {
      const message = 'A step failed; its event comes again';
      write('stderr', { level: 'ERROR', step, message, ...fields, ...failureFields(error) });
    },
  };
}

/** Straight to the stream: the runtime's own console puts a prefix before a line, which is then no metric any more. */
function write(stream: 'stdout' | 'stderr', line: Record<string, unknown>): void {
  process[stream].write(`${JSON.stringify(line)}\n`);
}

/** An error without its words, unless they are ours: a service's message may repeat an address. */
export function failureFields(error: unknown): Record<string, string | boolean> {
  if (!(error instanceof Error)) return { error: typeof error };
  const cause = error.cause instanceof Error ? { cause: error.cause.name } : {};
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
  const at = frames
    .slice(0, 3)
    .map((line) => line.trim())
    .join(' < ');
  if (error instanceof AdapterError) {
    return { error: error.name, reason: error.code, retryable: error.retryable, detail: error.message, at, ...cause };
  }
  if (error instanceof z.ZodError) return { error: error.name, detail: firstIssue(error), at, ...cause };
  return { error: error.name, at, ...cause };
}
