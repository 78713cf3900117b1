import type { IncomingMessage, ServerResponse } from 'node:http';
import * as z from 'zod';
import { writeDurably } from './durable-file.ts';
import { readBody, respond } from './http-server.ts';
import type { Write } from './s3-store.ts';

/**
 * What `POST /_faults` takes (no bucket has such a name). Each call replaces the last; a restarted service behaves.
 * `GET /_faults` answers with how many writes it has refused since.
 */
const s3FaultsSchema = z.strictObject({ disk: z.literal('full').optional() });

const codes = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** The file system has no room: nothing was written, what was there is as it was. */
export function isDiskFull(error: unknown): boolean {
  return error instanceof Error && 'code' in error && codes.includes(String(error.code));
}

/** The disk, and a switch that fills it. */
export function faultyDisk(): {
  write: Write;
  serveFaults(request: IncomingMessage, response: ServerResponse): Promise<void>;
} {
  let isFull = false;
  let refused = 0;
  return {
    async write(path, content) {
      if (isFull) {
        refused += 1;
        throw Object.assign(new Error(`ENOSPC: no space left on device, write`), { code: 'ENOSPC' });
      }
      await writeDurably(path, content);
    },
    async serveFaults(request, response) {
      const reply = (status: number, body: unknown) =>
        respond(response, status, 'application/json', `${JSON.stringify(body)}\n`);
      if (request.method === 'GET') return reply(200, { ...(isFull && { disk: 'full' }), refused });
      // A page in a browser cannot send this type to another origin without asking first.
      if (request.method !== 'POST' || !request.headers['content-type']?.startsWith('application/json')) {
        return reply(415, { error: 'POST the faults as application/json.' });
      }
      const parsed = s3FaultsSchema.safeParse(readJson(await readBody(request, 64 * 1024)));
      if (!parsed.success) return reply(400, { error: 'body: {} or {"disk":"full"}' });
      isFull = parsed.data.disk === 'full';
      refused = 0;
      return reply(200, parsed.data);
    },
  };
}

function readJson(body: Buffer | 'too-large'): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}
