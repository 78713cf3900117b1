/**
 * What any adapter throws when the world fails it.
 * `code` is stable and safe to log; `retryable` says whether the same call may succeed later; `cause` keeps the original.
 */
export class AdapterError extends Error {
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { retryable: boolean; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'AdapterError';
    this.code = code;
    this.retryable = options.retryable;
  }
}
