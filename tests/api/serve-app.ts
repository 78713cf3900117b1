import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import type { Hono } from 'hono';

/** The application on this machine's loopback, for clients that need a socket. */
export async function serveApp(app: Hono): Promise<{ url: string; stop(): Promise<void> }> {
  const server = createServer(async (request, response) => {
    const headers = new Headers();
    for (let i = 0; i < request.rawHeaders.length; i += 2)
      headers.append(request.rawHeaders[i] ?? '', request.rawHeaders[i + 1] ?? '');
    // Neither Lambda's adapter nor fetch has a request of these methods: as at the gateway, they never reach the app.
    if (request.method === 'TRACE' || request.method === 'CONNECT')
      return response.writeHead(405, { allow: 'GET, HEAD, POST, PATCH' }).end();
    const hasBody = request.method !== 'GET' && request.method !== 'HEAD';
    const answer = await app.request(`${url}${request.url}`, {
      method: request.method,
      headers,
      ...(hasBody && { body: Readable.toWeb(request), duplex: 'half' }),
    } as RequestInit);
    response.writeHead(answer.status, [...answer.headers].flat());
    response.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
