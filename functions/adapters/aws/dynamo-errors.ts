import { TransactionCanceledException } from '@aws-sdk/client-dynamodb';
import { AdapterError } from '../../ports/adapter-error.ts';

const retryableNames = new Set([
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'InternalServerError',
  'ServiceUnavailable',
  'TransactionConflictException',
  'TransactionInProgressException',
  'TimeoutError',
  'NetworkingError',
  'ECONNREFUSED',
  'ECONNRESET',
]);

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
  if (error instanceof AdapterError) return error;
  const name = error instanceof Error ? error.name : 'unknown';
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
  const retryable = retryableNames.has(name) || retryableNames.has(code) || status === undefined || status >= 500;
  return new AdapterError(`table.${call}`, `the table did not answer ${call} (${name})`, { retryable, cause: error });
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
