import { AdapterError } from '../../ports/adapter-error.ts';

/** The request itself is wrong: the same call fails again whenever it is made. */
const hopeless = new Set([
  'ValidationException',
  'ValidationError',
  'InvalidParameterValue',
  'InvalidParameterCombination',
  'InvalidMessageContents',
  'InvalidArgument',
  'InvalidRequest',
  'EntityTooLarge',
  'KeyTooLongError',
  'MalformedXML',
]);

/**
 * What a failed SDK call means to a step. Retryable unless the request itself is wrong: a missing permission, a
 * missing queue or a disabled key is mended by an operator, and the work is then to go on by itself.
 * The message names the call and the error's name, never the service's own words: those may repeat an address.
 */
export function awsFailure(code: string, call: string, error: unknown): AdapterError {
  if (error instanceof AdapterError) return error;
  const name = errorName(error);
  return new AdapterError(code, `${call} failed (${name})`, { retryable: !hopeless.has(name), cause: error });
}

/** The service's error code, without the suffix that some SDK classes add. */
export function errorName(error: unknown): string {
  return error instanceof Error ? error.name : 'unknown';
}

/**
 * What was stored came with another checksum than it was stored with: it was damaged where it lies or on its way. The
 * SDK has no name for it.
 */
export function isDamaged(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('Checksum mismatch');
}

/** The HTTP status of an answer; undefined where none came. */
export function statusOf(error: unknown): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } } | undefined)?.$metadata?.httpStatusCode;
}
