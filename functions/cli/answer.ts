import type { Refused } from '../acts/refusal.ts';
import { type ExitCode, exitCodeOf, exitCodes } from './exit-codes.ts';
import { inCommands } from './remedies.ts';

/** What a command has to say: the same thing for programs and for people, and how the process ends. */
export type Answer = {
  exitCode: ExitCode;
  /** Printed alone on standard output with `--json`. */
  json: unknown;
  /** Printed on standard output without it; empty: nothing. */
  text: string;
  /** One sentence each, for standard error, that names the field and the remedy. */
  errors: string[];
};

export function done(json: unknown, text: string): Answer {
  return { exitCode: exitCodes.done, json, text, errors: [] };
}

/** `options`: which option gave a field that the refusal may begin with, where it goes by another name. */
export function refusal(told: Refused, options: Record<string, string> = {}): Answer {
  const refused = inCommands(told);
  const [, field = '', rest = ''] = /^(\w+)(: .*)$/s.exec(refused.message) ?? [];
  const option = options[field];
  const message = option === undefined ? refused.message : `${option}${rest}`;
  return { exitCode: exitCodeOf(refused.code), json: { ...refused, message }, text: '', errors: [message] };
}

/** An expected reason to stop that is no answer of an act: wrong usage, a bad file, no stack. */
export class CliFailure extends Error {
  override readonly name = 'CliFailure';
  readonly code: string;
  readonly exitCode: ExitCode;

  constructor(code: string, exitCode: ExitCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.exitCode = exitCode;
  }
}

export const usageFailure = (code: string, message: string, cause?: unknown) =>
  new CliFailure(code, exitCodes.usage, message, cause);
