import * as z from 'zod';
import { lookAfresh } from './look-afresh.ts';
import { type ChangeGroup, recoverFailedBatches, replayAside } from './recover.ts';
import { sweepDue } from './sweep-due.ts';
import type { SweepPorts } from './sweep-ports.ts';

/** What a schedule asks of the sweep. */
export const sweepEventSchema = z.object({ task: z.enum(['due', 'recover', 'daily']) });
export type SweepEvent = z.infer<typeof sweepEventSchema>;

/** Does one task of the sweep and tells how much there was to do. Any task may be repeated. */
export async function runTask(
  ports: SweepPorts,
  { task }: SweepEvent,
  group: (records: unknown[]) => ChangeGroup[],
): Promise<Record<string, number>> {
  switch (task) {
    case 'due':
      return sweepDue(ports);
    case 'daily':
      return lookAfresh(ports);
    case 'recover':
      // Replays first: a batch that cannot be read must not hold them up.
      return { replayed: await replayAside(ports), recovered: await recoverFailedBatches(ports, group) };
  }
}
