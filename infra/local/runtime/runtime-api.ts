import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { readBody } from '../services/http-server.ts';
import { loopbackHost } from '../services/loopback.ts';

/** One event on its way to a function. */
export interface Invocation {
  requestId: string;
  /** The event, as JSON. */
  event: string;
  /** Milliseconds since 1970. */
  deadline: number;
  functionArn: string;
}

export interface RuntimeApiEvents {
  /** The process asks for an event: it is ready, or has finished the last. */
  ready(): void;
  returned(requestId: string, payload: string): void;
  /** `requestId` undefined: it failed while it started. */
  failed(requestId: string | undefined, errorType: string): void;
}

export interface RuntimeApi {
  /** `host:port`, for `AWS_LAMBDA_RUNTIME_API`. */
  address: string;
  /** Answers the process's open question for an event. Only after `ready`. */
  deliver(invocation: Invocation): void;
  stop(): void;
}

const version = '/2018-06-01/runtime';
/** A function's response is at most 6 MB. */
const maxResponseBytes = 6 * 1024 * 1024 + 64 * 1024;

/**
 * Lambda's Runtime API for one execution environment, on 127.0.0.1: whatever speaks it, our bootstrap or Amazon's own
 * client, gets the same bundle's events from here.
 */
export async function startRuntimeApi(events: RuntimeApiEvents): Promise<RuntimeApi> {
  let waiting: ServerResponse | undefined;
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  const serve = async (request: IncomingMessage, response: ServerResponse) => {
    const path = request.url ?? '';
    if (request.method === 'GET' && path === `${version}/invocation/next`) {
      waiting = response;
      response.on('close', () => {
        if (waiting === response) waiting = undefined;
      });
      events.ready();
      return;
    }
    const body = await readBody(request, maxResponseBytes);
    const [, requestId, verb] = new RegExp(`^${version}/invocation/([\\w-]+)/(response|error)$`).exec(path) ?? [];
    const isInitError = path === `${version}/init/error`;
    if (request.method !== 'POST' || (!requestId && !isInitError)) return void response.writeHead(404).end();
    response.writeHead(202, { 'content-type': 'application/json' }).end('{"status":"OK"}');
    if (body === 'too-large') events.failed(requestId, 'Function.ResponseSizeTooLarge');
    else if (verb === 'response') events.returned(String(requestId), body.toString());
    else events.failed(requestId, errorTypeOf(body.toString()));
  };
  server.keepAliveTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, loopbackHost, resolve);
  });
  return {
    address: `${loopbackHost}:${(server.address() as AddressInfo).port}`,
    deliver({ requestId, event, deadline, functionArn }) {
      const response = waiting;
      waiting = undefined;
      response?.writeHead(200, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(event),
        'lambda-runtime-aws-request-id': requestId,
        'lambda-runtime-deadline-ms': String(deadline),
        'lambda-runtime-invoked-function-arn': functionArn,
        'lambda-runtime-trace-id': 'Root=1-00000000-000000000000000000000000;Sampled=0',
      });
      response?.end(event);
    },
    stop() {
      server.close();
      server.closeAllConnections();
    },
  };
}

function errorTypeOf(body: string): string {
  try {
    return String((JSON.parse(body) as { errorType?: unknown }).errorType ?? 'Error');
  } catch {
    return 'Error';
  }
}
