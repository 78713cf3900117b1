import { Agent, createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { readBody } from '../../infra/local/services/http-server.ts';
import { loopbackHost } from '../../infra/local/services/loopback.ts';
import type { ServiceName } from '../../infra/local/services/process.ts';
import type { Rng } from '../simulation/rng.ts';

/** How calls on their way to a service are treated. */
export type WayFault =
  | { kind: 'slow'; ms: number }
  /** Taken and never answered: before the service hears of it, or after it has done it. */
  | { kind: 'hang-before' | 'hang-after'; ms: number }
  /** The connection closes: before the service hears of it, or after it has done it. */
  | { kind: 'cut-before' | 'cut-after' }
  /** Answered as the service does when it has too much to do. */
  | { kind: 'refused' }
  /** Every message that is sent arrives so many times. */
  | { kind: 'copies'; times: number };

/** The way to one service, on an address of its own. */
export interface FaultProxy {
  endpoint: string;
  /** Where the service is. */
  target: string;
  /** The fault that calls meet from now on, each with a chance; undefined: none. */
  set(fault: WayFault | undefined, chance?: number): void;
  /** Calls that met the fault since it was set. */
  met(): number;
  /** Calls that found the service gone, since the start: under way when it ended, or while it was down. */
  lost(): number;
  /** Answers since the start, by operation and status: `TransactWriteItems 400`. */
  answers: ReadonlyMap<string, number>;
  stop(): Promise<void>;
}

const maxBytes = 30 * 1024 * 1024;
const message = 'Too much at once.';
const throttled = (type: string) => ({
  status: 400,
  headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amzn-errortype': type },
  body: JSON.stringify({ __type: type, message }),
});
const unavailable = (code: string) => ({
  status: 503,
  headers: { 'content-type': 'application/xml' },
  body: `<?xml version="1.0"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`,
});
const refusals: Record<ServiceName, { status: number; headers: Record<string, string>; body: string }> = {
  dynamodb: throttled('com.amazonaws.dynamodb.v20120810#ThrottlingException'),
  sqs: throttled('com.amazonaws.sqs#RequestThrottled'),
  kms: throttled('ThrottlingException'),
  s3: unavailable('SlowDown'),
  ses: unavailable('ServiceUnavailable'),
};

export async function startFaultProxy(service: ServiceName, rng: Rng): Promise<FaultProxy> {
  const agent = new Agent({ keepAlive: true });
  let target = '';
  let fault: WayFault | undefined;
  let chance = 1;
  let met = 0;
  let lost = 0;
  const answers = new Map<string, number>();

  const pass = (incoming: IncomingMessage, body: Buffer): Promise<{ answer: IncomingMessage; body: Buffer }> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(target);
      // The host is signed: the service sees what the caller wrote.
      const options = { agent, hostname, port, method: incoming.method, path: incoming.url, headers: incoming.headers };
      const outgoing = request(options, (answer) => {
        readBody(answer, maxBytes).then((read) => resolve({ answer, body: read as Buffer }), reject);
      });
      outgoing.on('error', (error) => {
        lost += 1;
        reject(error);
      });
      outgoing.end(body);
    });
  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const body = (await readBody(incoming, maxBytes)) as Buffer;
    const now = fault && rng.chance(chance) ? fault : undefined;
    const applies = now?.kind !== 'copies' || String(incoming.headers['x-amz-target']).endsWith('SendMessage');
    if (now && applies) met += 1;
    if (now?.kind === 'refused') {
      const refusal = refusals[service];
      outgoing.writeHead(refusal.status, refusal.headers).end(refusal.body);
      return;
    }
    if (now?.kind === 'slow' || now?.kind === 'hang-before') await sleep(now.ms);
    if (now?.kind === 'hang-before' || now?.kind === 'cut-before') return void incoming.socket.destroy();
    const passed = await pass(incoming, body);
    if (now?.kind === 'hang-after') await sleep(now.ms);
    if (now?.kind === 'hang-after' || now?.kind === 'cut-after') return void incoming.socket.destroy();
    if (now?.kind === 'copies' && applies) for (let copy = 1; copy < now.times; copy++) await pass(incoming, body);
    const name = `${String(incoming.headers['x-amz-target']).split('.').at(-1)} ${passed.answer.statusCode}`;
    answers.set(name, (answers.get(name) ?? 0) + 1);
    outgoing.writeHead(passed.answer.statusCode ?? 502, passed.answer.headers).end(passed.body);
  };
  const server = createServer((incoming, outgoing) => {
    // A service that is down: the caller's connection closes too.
    serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, loopbackHost, resolve);
  });
  return {
    endpoint: `http://${loopbackHost}:${(server.address() as AddressInfo).port}`,
    get target() {
      return target;
    },
    set target(url) {
      target = url;
    },
    set(next, probability = 1) {
      fault = next;
      chance = probability;
      met = 0;
    },
    met: () => met,
    lost: () => lost,
    answers,
    async stop() {
      agent.destroy();
      server.closeAllConnections();
      await new Promise((stopped) => server.close(stopped));
    },
  };
}
