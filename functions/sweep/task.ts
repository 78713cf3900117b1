import * as z from 'zod';
import { type CheckpointPorts, takeCheckpoints } from '../checkpoint/take-checkpoint.ts';
import { lookAfresh } from './look-afresh.ts';
import { type ChangeGroup, recoverFailedBatches, replayAside } from './recover.ts';
import { type RedriveExportPorts, redriveExports } from './redrive-exports.ts';
import { sweepDue } from './sweep-due.ts';
import type { SweepPorts } from './sweep-ports.ts';

/** What a schedule asks of the sweep. */
export const sweepEventSchema = z.object({ task: z.enum(['due', 'recover', 'daily', 'checkpoint']) });
/** Everything that any task needs; the sweep itself knows nothing of keys and checkpoints. */
export type TaskPorts = SweepPorts & CheckpointPorts & RedriveExportPorts;
export type SweepEvent = z.infer<typeof sweepEventSchema>;

/** Does one task of the sweep and tells how much there was to do. Any task may be repeated. */
export async function runTask(
  ports: TaskPorts,
  { task }: SweepEvent,
  group: (records: unknown[]) => ChangeGroup[],
): Promise<Record<string, number>> {
  switch (task) {
    case 'due':
      return sweepDue(ports);
    case 'daily':
      return lookAfresh(ports);
    case 'checkpoint':
      return takeCheckpoints(ports);
    case 'recover':
      // Replays first: a batch that cannot be read must not hold them up.
      return {
        replayed: await replayAside(ports),
        exports: await redriveExports(ports),
        recovered: await recoverFailedBatches(ports, group),
      };
  }
}
