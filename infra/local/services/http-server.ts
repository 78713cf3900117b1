import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { isLoopbackHostname, listenError, loopbackHost } from './loopback.ts';

export type HttpHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

export interface RunningServer {
  endpoint: string;
  port: number;
  stop(): Promise<void>;
}

/**
 * Serves HTTP on 127.0.0.1. A request that names another host is refused with 421: a web page that rebinds its own name
 * to this machine must not read somebody's mail. A handler that throws is a bug: the caller sees 500 and the error goes to standard error.
 *
 * @throws LocalError `port-in-use`.
 */
export function serveHttp(service: string, port: number, handler: HttpHandler): Promise<RunningServer> {
  const server = createServer((request, response) => {
    // Node's own header does not go by a clock that was set forward, and SDK clients set theirs by it.
    response.setHeader('date', new Date().toUTCString());
    if (!namesThisMachine(request)) {
      respond(
        response,
        421,
        'text/plain; charset=utf-8',
        `This is a local ${service} server. Call it as ${loopbackHost}.\n`,
      );
      return;
    }
    handler(request, response).catch((error: unknown) => {
      if (request.destroyed && !request.complete) return;
      process.stderr.write(`${service}: ${error instanceof Error ? error.stack : String(error)}\n`);
      if (!response.headersSent) respond(response, 500, 'text/plain; charset=utf-8', 'Internal error\n');
      else response.destroy();
    });
  });
  // Longer than the SDK keeps a socket, so that it never writes into one that we are closing.
  server.keepAliveTimeout = 60_000;
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, port, service)));
    server.listen(port, loopbackHost, () => {
      const address = server.address();
      const actualPort = address && typeof address === 'object' ? address.port : port;
      resolve({
        endpoint: `http://${loopbackHost}:${actualPort}`,
        port: actualPort,
        stop: () =>
          new Promise((stopped) => {
            server.close(() => stopped());
            server.closeAllConnections();
          }),
      });
    });
  });
}

/**
 * The whole body of a request. Returns `too-large` once it passes the limit, without keeping what follows.
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<Buffer | 'too-large'> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = chunk as Buffer;
    size += bytes.length;
    // Keep draining: a response sent while the client still writes is lost to it as a reset connection.
    if (size <= limitBytes) chunks.push(bytes);
  }
  return size > limitBytes ? 'too-large' : Buffer.concat(chunks);
}

export function respond(
  response: ServerResponse,
  status: number,
  contentType: string,
  body: string | Uint8Array,
  headers: Record<string, string> = {},
): void {
  const bytes = typeof body === 'string' ? Buffer.from(body) : body;
  response.writeHead(status, { 'content-type': contentType, 'content-length': bytes.length, ...headers });
  response.end(bytes);
}

/** Whether a request was sent to this machine by its name: a page that rebinds its own name to it was not. */
export function namesThisMachine(request: IncomingMessage): boolean {
  const url = `http://${request.headers.host ?? ''}`;
  return URL.canParse(url) && isLoopbackHostname(new URL(url).hostname);
}
