import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { LocalError } from './local-error.ts';
import { type RunningServer, readBody, respond, serveHttp } from './services/http-server.ts';

/** What can be asked of a running stack. */
export interface Orders {
  describe(): unknown;
  drain(timeoutSeconds?: number): Promise<void>;
  runSchedule(task: string): Promise<unknown>;
  kill(piece: string): Promise<unknown>;
  restore(piece: string): Promise<unknown>;
  pieces(): string[];
  /** Every process of the stack but this one. */
  pids(): number[];
}

const orderSchema = z.strictObject({
  task: z.string().optional(),
  piece: z.string().optional(),
  timeoutSeconds: z.number().positive().optional(),
});

/**
 * The stack's own HTTP address: `GET /` describes it; `POST /run-schedule {"task"}`, `/drain {"timeoutSeconds"}`, `/kill {"piece"}`,
 * `/restore {"piece"}` do as they say and answer when it is done.
 *
 * @throws LocalError `port-in-use`.
 */
export function startAdmin(port: number, orders: Orders): Promise<RunningServer> {
  return serveHttp('admin', port, async (request, response) => {
    const reply = (status: number, body: unknown) =>
      respond(response, status, 'application/json', `${JSON.stringify(body)}\n`);
    try {
      await answer(request, response, orders, reply);
    } catch (error) {
      if (!(error instanceof LocalError)) throw error;
      reply(409, { error: error.code, message: error.message });
    }
  });
}

async function answer(
  request: IncomingMessage,
  _response: ServerResponse,
  orders: Orders,
  reply: (status: number, body: unknown) => void,
) {
  const path = (request.url ?? '/').split('?')[0];
  if (request.method === 'GET')
    return path === '/'
      ? reply(200, { ...(orders.describe() as object), pieces: orders.pieces(), pids: orders.pids() })
      : reply(404, { error: 'not-found' });
  // A page in a browser cannot send this type to another origin without asking first.
  if (request.method !== 'POST' || !request.headers['content-type']?.startsWith('application/json')) {
    return reply(415, { error: 'unsupported', message: 'POST as application/json.' });
  }
  const parsed = orderSchema.safeParse(readJson(await readBody(request, 64 * 1024)));
  if (!parsed.success) return reply(400, { error: 'invalid', message: parsed.error.issues[0]?.message });
  const { task, piece, timeoutSeconds } = parsed.data;
  if (path === '/drain') return reply(200, { drained: (await orders.drain(timeoutSeconds)) === undefined });
  if (path === '/run-schedule' && task !== undefined) return reply(200, (await orders.runSchedule(task)) ?? null);
  if (path === '/kill' && piece !== undefined) return reply(200, { killed: await orders.kill(piece) });
  if (path === '/restore' && piece !== undefined)
    return reply(200, { restored: (await orders.restore(piece)) === undefined });
  return reply(404, { error: 'not-found' });
}

function readJson(body: Buffer | 'too-large'): unknown {
  try {
    return JSON.parse(body.toString() || '{}');
  } catch {
    return undefined;
  }
}
