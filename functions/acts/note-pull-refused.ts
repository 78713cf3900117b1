import type { Access } from '../domain/access.ts';
import type { Actor } from '../domain/audit.ts';
import type { AccessLog } from '../ports/access-log.ts';
import type { RecordStore } from '../ports/record-store.ts';

type Ports = { store: Pick<RecordStore, 'readProgram'>; access: AccessLog };

/**
 * Enters a pull that was asked for and not given into the access chain of who asked. A program that is not there has no
 * chain: nothing is entered.
 */
export async function notePullRefused(
  { store, access }: Ports,
  actor: Actor,
  program: string,
  code: string,
  facts: Access['facts'] = {},
): Promise<void> {
  if (!(await store.readProgram(program))) return;
  await access.append(program, { actor, action: 'export-refused', subject: program, facts: { code, ...facts } });
}
