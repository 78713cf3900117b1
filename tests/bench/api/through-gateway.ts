import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadProgram } from '../../../functions/acts/load-program.ts';
import { connect } from '../../../functions/cli/connect.ts';
import { processWorld } from '../../../functions/cli/world.ts';
import { descriptionName } from '../../../infra/local/data-folder.ts';
import { readDemoProgram } from '../../../infra/local/demo/program-files.ts';
import { beginWalk } from '../../../infra/local/demo/walk.ts';
import { startStack } from '../../../infra/local/stack.ts';
import { signIn } from '../../support/sign-in.ts';
import { percentile, type Row, row } from '../row.ts';

const root = join(import.meta.dirname, '../../..');
const requests = 300;
/** Below the gateway's own limit, so that nothing is throttled. */
const pauseMs = 20;

/** One apprentice's progress as a client sees it: over HTTP, through the gateway and the function's process, to the table. */
export async function gatewayRows(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-bench-'));
  const stack = await startStack({ dataFolder: join(folder, 'stack'), schedules: false });
  const { dataFolder, endpoints, issuer, clientId } = stack.describe();
  const connection = connect({ stack: join(dataFolder, descriptionName) }, processWorld());
  try {
    const demo = readDemoProgram(root, 'staten-island-peer-specialist');
    await loadProgram(connection.ports, demo.files);
    const { ref } = await beginWalk(connection.ports, demo, demo.sample.apprentice);
    const place = { issuer, clientId, redirectUri: `${endpoints.http}/signed-in` };
    const who = { program: ref.program, role: 'apprentice', id: demo.sample.apprentice.id };
    const authorization = `Bearer ${(await signIn(place, who)).id_token}`;
    const address = `${endpoints.http}/enrollments/${ref.enrollment}/progress`;
    const times: number[] = [];
    for (let n = -20; n < requests; n++) {
      const begun = performance.now();
      const answer = await fetch(address, { headers: { authorization } });
      await answer.arrayBuffer();
      if (answer.status !== 200) throw new Error(`the app answered ${answer.status}`);
      if (n >= 0) times.push(performance.now() - begun);
      await sleep(pauseMs);
    }
    return [
      row('api.gateway.progress.p50', percentile(times, 50), 'ms'),
      row('api.gateway.progress.p99', percentile(times, 99), 'ms'),
    ];
  } finally {
    connection.close();
    await stack.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}
