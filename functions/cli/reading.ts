import type { Access } from '../domain/access.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { type ActorFlags, actorFrom, type Context } from './command.ts';

type Read = Pick<Access, 'facts'> & { action?: Access['action'] };

/**
 * Enters a read of one enrollment's records into the access chain of who reads. Call it before anything is shown: where
 * the entry cannot be written, the command fails and shows nothing.
 *
 * @throws AdapterError
 */
export async function recordRead(context: Context, flags: ActorFlags, ref: EnrollmentRef, read: Read): Promise<void> {
  await enterAccess(context, flags, ref.program, { ...read, action: 'record-read', subject: ref.enrollment });
}

/** The same, of a list over a whole program. */
export async function recordListing(context: Context, flags: ActorFlags, program: string, read: Read): Promise<void> {
  await enterAccess(context, flags, program, { ...read, action: 'records-listed', subject: program });
}

/** An administrator's or an operator's, whoever sits at a terminal: the role of those who run the program. */
async function enterAccess(
  context: Context,
  flags: ActorFlags,
  program: string,
  access: Omit<Access, 'actor'>,
): Promise<void> {
  const actor = actorFrom(flags, 'operator', context.world);
  await context.connect().access.append(program, { ...access, actor });
}
