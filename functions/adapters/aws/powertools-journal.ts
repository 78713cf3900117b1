import { Logger } from '@aws-lambda-powertools/logger';
import { Metrics, MetricUnit } from '@aws-lambda-powertools/metrics';
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
 * A step's journal. Each entry is one line that is log and metric at once (CloudWatch's embedded metric format),
 * written as it happens: a function that is killed afterwards has told it, and no log level silences what alarms count.
 */
export function powertoolsJournal(step: string): StepJournal {
  const metrics = new Metrics({ namespace: metricsNamespace });
  metrics.clearDefaultDimensions();
  metrics.setDefaultDimensions({ step });
  const logger = new Logger({ serviceName: step });
  return {
    journal(code, fields = {}) {
      for (const [name, value] of Object.entries(fields)) metrics.addMetadata(name, String(value));
      metrics.addMetadata('code', code).addMetadata('message', journalEvents[code]);
      metrics.addMetric(code, MetricUnit.Count, 1).publishStoredMetrics();
    },
    failed(error, fields = {}) {
      logger.error('A step failed; its event comes again', { ...fields, ...failureFields(error) });
    },
  };
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
