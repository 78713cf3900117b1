import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import type { AdapterError } from '../../ports/adapter-error.ts';
import { awsFailure } from './aws-failure.ts';

/** Runs one call to the table; what the world does wrong becomes an `AdapterError` with a stable code. */
export async function call<T>(name: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TransactionCanceledException || isConditionFailure(error)) throw error;
    throw toAdapterError(name, error);
  }
}

export function isConditionFailure(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}

export function toAdapterError(call: string, error: unknown): AdapterError {
  return awsFailure(`table.${call}`, `the table's ${call}`, error);
}

export type Cancellation =
  | { kind: 'conflict' }
  | { kind: 'failed-conditions'; indexes: number[] }
  | { kind: 'throttled' }
  | { kind: 'invalid' };

/** Why a transaction was cancelled: which items' conditions failed, or what else stood in the way. */
export function readCancellation(error: TransactionCanceledException): Cancellation {
  const codes = (error.CancellationReasons ?? []).map((reason) => reason.Code ?? 'None');
  const indexes = codes.flatMap((code, i) => (code === 'ConditionalCheckFailed' ? [i] : []));
  if (indexes.length > 0) return { kind: 'failed-conditions', indexes };
  if (codes.includes('TransactionConflict')) return { kind: 'conflict' };
  if (codes.some((code) => code === 'ThrottlingError' || code === 'ProvisionedThroughputExceeded'))
    return { kind: 'throttled' };
  return { kind: 'invalid' };
}
