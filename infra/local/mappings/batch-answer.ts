import type { InvocationResult } from '../runtime/environment.ts';

/** What a function's answer says of a batch. */
export type BatchAnswer =
  | { outcome: 'done' }
  /** Of these the function says that they failed; the rest is done. */
  | { outcome: 'partly-done'; failed: Set<string> }
  | { outcome: 'failed' };

/**
 * Reads a function's answer as an event source mapping does: with `ReportBatchItemFailures` an empty list is success, and an answer that
 * names no item, an unknown one, or has another form is a failure of the whole batch.
 * Rule: https://docs.aws.amazon.com/lambda/latest/dg/services-ddb-batchfailurereporting.html
 */
export function readBatchAnswer(
  result: InvocationResult,
  reportsItemFailures: boolean,
  items: readonly string[],
): BatchAnswer {
  if (result.outcome === 'failed') return { outcome: 'failed' };
  if (!reportsItemFailures) return { outcome: 'done' };
  let answer: unknown;
  try {
    answer = JSON.parse(result.payload || 'null');
  } catch {
    return { outcome: 'failed' };
  }
  if (answer === null || answer === undefined) return { outcome: 'done' };
  const failures = typeof answer === 'object' ? (answer as { batchItemFailures?: unknown }).batchItemFailures : false;
  if (failures === undefined || failures === null) return { outcome: 'done' };
  if (!Array.isArray(failures)) return { outcome: 'failed' };
  if (failures.length === 0) return { outcome: 'done' };
  const known = new Set(items);
  const failed = new Set<string>();
  for (const failure of failures) {
    const item: unknown = failure?.itemIdentifier;
    if (typeof item !== 'string' || !known.has(item)) return { outcome: 'failed' };
    failed.add(item);
  }
  return { outcome: 'partly-done', failed };
}
