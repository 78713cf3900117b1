/** Why the local realisation cannot do what was asked. The codes are stable: tests and the CLI match on them. */
export type LocalErrorCode =
  | 'port-in-use'
  | 'emulator-missing'
  | 'emulator-version'
  | 'emulator-failed'
  | 'endpoint-not-local'
  | 'invalid-options'
  | 'already-running'
  | 'build-failed'
  | 'template-unknown'
  | 'data-outdated'
  | 'data-damaged'
  | 'folder-not-writable'
  | 'not-quiet'
  | 'service-failed';

/**
 * An expected failure of the local realisation. `message` names what is wrong and what to do about it, so that it can
 * be printed as it stands; nobody needs the stack.
 */
export class LocalError extends Error {
  override readonly name = 'LocalError';
  readonly code: LocalErrorCode;

  constructor(code: LocalErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
