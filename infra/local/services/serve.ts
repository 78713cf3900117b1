/*
 * One local service in a process of its own:  node infra/local/services/serve.ts ses '{"dataDir":"…"}'
 *
 * Prints one JSON line, { "ready": true, "endpoint": …, "port": … } or { "ready": false, "error": { "code", "message" } }, and ends when
 * its standard input closes: however its parent ends, nothing of it is left behind.
 */
import { flushCompileCache } from 'node:module';
import { LocalError } from '../local-error.ts';
import type { ServiceName, ServiceOptions } from './process.ts';

interface Started {
  endpoint: string;
  port: number;
  stop(): Promise<void>;
}

const stopGraceMs = 2_000;

// Each service's modules are loaded in its own process only.
const starters: {
  [Name in ServiceName]: (options: ServiceOptions[Name]) => Promise<Started & Record<string, unknown>>;
} = {
  dynamodb: async (options) => {
    const { startDynamodb } = await import('./dynamodb.ts');
    const running = await startDynamodb({ ...options, onUnexpectedExit: fail });
    return { ...running, emulatorPid: running.pid() };
  },
  sqs: async (options) => ({ ...(await (await import('./sqs.ts')).startSqs(options)) }),
  ses: async ({ eventQueues, ...options }) => {
    const { startSes } = await import('./ses.ts');
    const { publishToQueues } = await import('./ses-event-queue.ts');
    return { ...(await startSes({ ...options, publish: publishToQueues(eventQueues ?? {}) })) };
  },
  s3: async (options) => ({ ...(await (await import('./s3.ts')).startS3(options)) }),
  kms: async (options) => ({ ...(await (await import('./kms.ts')).startKms(options)) }),
};

function fail(error: unknown): void {
  const { code, message } =
    error instanceof LocalError
      ? error
      : { code: 'service-failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  process.stdout.write(`${JSON.stringify({ ready: false, error: { code, message } })}\n`, () => process.exit(1));
}

async function main(name: string | undefined, json: string | undefined): Promise<void> {
  const start = starters[name as ServiceName] as
    | ((options: unknown) => Promise<Started & Record<string, unknown>>)
    | undefined;
  if (!start || !json) {
    throw new LocalError('invalid-options', `Usage: serve.ts ${Object.keys(starters).join('|')} '{"dataDir": "…"}'`);
  }
  const running = await start(JSON.parse(json));
  const end = () => {
    setTimeout(() => process.exit(0), stopGraceMs).unref();
    running.stop().finally(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.stdin.once('close', end).resume();
  // Now, not at the end: whoever is killed leaves its cache too.
  flushCompileCache();
  process.stdout.write(`${JSON.stringify({ ready: true, ...running })}\n`);
}

await main(process.argv[2], process.argv[3]).catch(fail);
