import { type ParseArgsConfig, parseArgs } from 'node:util';
import { LocalError } from './local-error.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T }>>['values'];

/** A script's options. @throws LocalError `invalid-options` with what is wrong, and the script's help. */
export function readScriptOptions<T extends Options>(args: string[], options: T, help: string): Values<T> {
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new LocalError('invalid-options', `${error instanceof Error ? error.message : String(error)}\n\n${help}`);
  }
}

/** @throws LocalError `invalid-options` naming the option and what it takes. */
export function wholeNumber(name: string, given: unknown, lowest: number, highest: number): number {
  const number = Number(given);
  if (Number.isInteger(number) && number >= lowest && number <= highest) return number;
  throw new LocalError('invalid-options', `--${name} takes a whole number from ${lowest} to ${highest}.`);
}
