import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { startGuarded } from '../../../infra/local/services/guarded-child.ts';
import { claimPort, loopbackHost } from '../../../infra/local/services/loopback.ts';

const jars = fileURLToPath(new URL('../../../.build/dynamodb-local', import.meta.url));
const launcher = fileURLToPath(new URL('on-loopback.java', import.meta.url));
const javaHome = process.env.JAVA_HOME;
const java = javaHome === undefined ? 'java' : join(javaHome, 'bin', 'java');
const startTimeoutMs = 120_000;

/** What Amazon's DynamoDB Local lacks on this machine; undefined where it can be started. */
export function missingForDynamodbLocal(): string | undefined {
  if (spawnSync(java, ['-version']).status !== 0) return 'Java is not on the PATH';
  return jarsHere() ? undefined : 'its jars are not here: tests/contracts/README.md says how to fetch them';
}

function jarsHere(): boolean {
  try {
    return readdirSync(jars).some((name) => name.startsWith('DynamoDBLocal-'));
  } catch {
    return false;
  }
}

/** Starts Amazon's DynamoDB Local on loopback, its data in memory. */
export async function startDynamodbLocal(): Promise<{ endpoint: string; stop: () => Promise<void> }> {
  const port = await claimPort(0, 'DynamoDB Local');
  const options = ['-inMemory', '-disableTelemetry', '-port', String(port)];
  const own = ['-Xmx256m', `-Djava.library.path=${jars}`, '-cp', `${jars}/*`, '--source', '17', launcher];
  const child = await startGuarded(java, [...own, ...options], process.env);
  const endpoint = `http://${loopbackHost}:${port}`;
  const deadline = Date.now() + startTimeoutMs;
  while (!(await answers(endpoint))) {
    if (child.isRunning() && Date.now() < deadline) await sleep(100);
    else {
      await child.stop();
      throw new Error(`DynamoDB Local did not start: ${child.lastWords()}`);
    }
  }
  return { endpoint, stop: () => child.stop() };
}

async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(endpoint);
    return true;
  } catch {
    return false;
  }
}
