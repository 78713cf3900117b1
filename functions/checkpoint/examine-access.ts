import { type AccessEntry, findAccessChainFault } from '../domain/access.ts';
import { accessChainName, type Head } from '../domain/checkpoint.ts';
import type { AccessLog } from '../ports/access-log.ts';
import type { CheckpointStore } from '../ports/checkpoint-store.ts';

export type BrokenChain = { chain: string; seq: number };

/**
 * Who read a program's records between two days (UTC, both included), and each chain that is not whole: that does not
 * lead to its head, or not by what the last checkpoint has sealed.
 */
export async function examineAccess(
  { access, checkpoints }: { access: Pick<AccessLog, 'list' | 'heads'>; checkpoints: Pick<CheckpointStore, 'latest'> },
  program: string,
  from: string,
  to: string,
): Promise<{ entries: AccessEntry[]; broken: BrokenChain[] }> {
  // Before the entries: a read that comes meanwhile is then one more than the head says, and no fault.
  const before = await headsBetween(access, program, from, to);
  const entries: AccessEntry[] = [];
  for await (const entry of access.list(program, from, to)) entries.push(entry);
  const after = await headsBetween(access, program, from, to);
  const sealed = new Map(
    ((await checkpoints.latest(program))?.heads ?? [])
      .filter(({ chain }) => isBetween(chain, from, to))
      .map((head) => [head.chain, head]),
  );
  const chains = Map.groupBy(entries, ({ actor, day }) => accessChainName(actor.id, day));
  const names = new Set([...before.keys(), ...chains.keys(), ...sealed.keys()]);
  const broken = [...names].sort().flatMap((chain) => {
    const own = chains.get(chain) ?? [];
    const seq = findAccessChainFault(program, chain, own, before.get(chain) ?? after.get(chain), sealed.get(chain));
    return seq === undefined ? [] : [{ chain, seq }];
  });
  return { entries, broken };
}

async function headsBetween(
  access: Pick<AccessLog, 'heads'>,
  program: string,
  from: string,
  to: string,
): Promise<Map<string, Head>> {
  const heads = new Map<string, Head>();
  for await (const head of access.heads(program, from))
    if (isBetween(head.chain, from, to)) heads.set(head.chain, head);
  return heads;
}

function isBetween(chain: string, from: string, to: string): boolean {
  const [kind, , day = ''] = chain.split('/');
  return kind === 'access' && from <= day && day <= to;
}
