import { join } from 'node:path';
import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { connect } from '../../functions/cli/connect.ts';
import { processWorld } from '../../functions/cli/world.ts';
import { descriptionName } from '../../infra/local/data-folder.ts';

const world = processWorld();

/** The acts of people on a stack that is up now; for a look, since a stack that comes back listens elsewhere. */
export function actsAt(dataFolder: string): ActPorts & { close(): void } {
  const { ports, close } = connect({ stack: join(dataFolder, descriptionName) }, world);
  return { ...ports, close };
}
