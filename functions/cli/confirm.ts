import { type Answer, usageFailure } from './answer.ts';
import type { Context } from './command.ts';
import { exitCodes } from './exit-codes.ts';

export type ConfirmFlags = { all?: true; yes?: true };

/**
 * One by its id, or all of them and then only with a person's yes, or `--yes` in a script.
 *
 * @throws CliFailure `usage` where neither an id nor `--all` was given, or both.
 */
export function chosenId(id: string | undefined, { all }: ConfirmFlags): string | undefined {
  if (id === undefined && !all) throw usageFailure('usage', 'id: not given; name one, or give --all');
  if (id !== undefined && all) throw usageFailure('usage', '--all: cannot stand beside an id; leave one of them out');
  return id;
}

/** Undefined: go on. Otherwise the answer that ends the command: nothing was done. */
export async function confirmMany(
  { world }: Pick<Context, 'world'>,
  { yes }: ConfirmFlags,
  question: string,
): Promise<Answer | undefined> {
  if (yes) return undefined;
  const asked = world.confirm(question);
  if (asked === undefined) throw usageFailure('usage', `${question} Nobody is here to ask: add --yes to do it`);
  if (await asked) return undefined;
  return { exitCode: exitCodes.refused, json: { outcome: 'declined' }, text: 'Nothing was done.', errors: [] };
}
