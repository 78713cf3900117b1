/*
 * All local services in one process: five would take five times the memory. Bundled by build.ts, and started with the options of
 * each as JSON. Like serve.ts it prints one line when it is ready, and ends when its standard input closes.
 */
import { LocalError } from './local-error.ts';
import { startDynamodb } from './services/dynamodb.ts';
import { startKms } from './services/kms.ts';
import type { ServiceOptions } from './services/process.ts';
import { startS3 } from './services/s3.ts';
import { startSes } from './services/ses.ts';
import { publishToQueues } from './services/ses-event-queue.ts';
import { startSqs } from './services/sqs.ts';

const stopGraceMs = 2_000;

function fail(error: unknown): void {
  const { code, message } = error instanceof LocalError ? error : { code: 'service-failed', message: String(error) };
  process.stdout.write(`${JSON.stringify({ ready: false, error: { code, message } })}\n`, () => process.exit(1));
}

async function main(options: ServiceOptions): Promise<void> {
  const { eventQueues, ...ses } = options.ses;
  const services = {
    dynamodb: await startDynamodb({ ...options.dynamodb, onUnexpectedExit: fail }),
    sqs: await startSqs(options.sqs),
    ses: await startSes({ ...ses, publish: publishToQueues(eventQueues ?? {}) }),
    s3: await startS3(options.s3),
    kms: await startKms(options.kms),
  };
  const end = () => {
    setTimeout(() => process.exit(0), stopGraceMs).unref();
    Promise.allSettled(Object.values(services).map((service) => service.stop())).finally(() => process.exit(0));
  };
  process.once('SIGTERM', end);
  process.stdin.once('close', end).resume();
  const endpoints = Object.fromEntries(Object.entries(services).map(([name, { endpoint }]) => [name, endpoint]));
  process.stdout.write(`${JSON.stringify({ ready: true, endpoints, emulatorPid: services.dynamodb.pid() })}\n`);
}

await main(JSON.parse(process.argv[2] ?? '{}') as ServiceOptions).catch(fail);
