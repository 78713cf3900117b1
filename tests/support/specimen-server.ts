import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { staticFiles } from '../../functions/adapters/web/static-files.ts';
import type { Language } from '../../functions/api/pages/language.ts';
import { securityHeaders } from '../../functions/api/security.ts';
import { pageSpecimens } from './page-specimens.ts';

/** Every page in every state at `/specimens/{name}?lang=`, with the headers that the app sends, on this machine alone. */
export async function serveSpecimens() {
  const files = staticFiles(process.cwd());
  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    for (const [name, value] of Object.entries(securityHeaders('http://127.0.0.1'))) response.setHeader(name, value);
    const [, folder, name = ''] = url.pathname.split('/');
    const file = folder === 'web' ? files.get(name) : undefined;
    if (file) return response.setHeader('content-type', file.type).end(file.bytes);
    const language = (url.searchParams.get('lang') ?? 'en') as Language;
    const specimen = pageSpecimens({ language }).find((each) => each.name === name);
    if (!specimen) return response.writeHead(404).end();
    return response.setHeader('content-type', 'text/html; charset=utf-8').end(String(await specimen.html));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    address: (name: string, language: Language = 'en') =>
      `http://127.0.0.1:${(server.address() as AddressInfo).port}/specimens/${name}?lang=${language}`,
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
