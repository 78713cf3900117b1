import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { connect } from '../../functions/cli/connect.ts';
import { processWorld } from '../../functions/cli/world.ts';
import { instantOf } from '../../functions/domain/time.ts';
import { descriptionName } from '../../infra/local/data-folder.ts';
import { type Stack, type StackOptions, startStack } from '../../infra/local/stack.ts';
import { onInterruption } from '../support/interruption.ts';

/** A stack for one measurement, its services apart so that each one's memory shows, and the acts of people on it. */
export async function startLoadStack(
  options: Omit<StackOptions, 'dataFolder'>,
): Promise<{ stack: Stack; ports: ActPorts; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-load-'));
  const dataFolder = join(folder, 'stack');
  let pids = (): number[] => [];
  const over = onInterruption({ name: 'load', folder, kill: () => pids().forEach(killNow) });
  const stack = await startStack({
    dataFolder,
    servicesApart: true,
    schedules: false,
    processesPerFunction: 2,
    ...options,
  });
  pids = () => stack.pids();
  const connection = connect({ stack: join(dataFolder, descriptionName) }, processWorld());
  return {
    stack,
    ports: { ...connection.ports, clock: { now: () => instantOf(stack.clock.now()) } },
    async close() {
      connection.close();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
      over();
    },
  };
}

function killNow(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended already.
  }
}
