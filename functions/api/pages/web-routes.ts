import * as z from 'zod';
import { refused } from '../../acts/refusal.ts';
import { defineRoute } from '../route.ts';
import { homePage } from './home-page.ts';
import { frameOf, page, whoIsSignedIn } from './page-answer.ts';

const yearSeconds = 365 * 24 * 3600;

const files = defineRoute(
  {
    method: 'get',
    path: '/web/{name}',
    summary: 'A static file of the pages',
    access: 'public',
    request: {
      params: z.object({ name: z.string().max(60) }),
      query: z.object({ v: z.string().max(64).optional() }),
    },
    responses: { 200: { description: 'The file' } },
    page: true,
  },
  ({ ports, params, query, headers }) => {
    const file = ports.files.get(params.name);
    if (!file) return refused('route.unknown', 'there is nothing at this address');
    const etag = `"${file.hash}"`;
    // An address that names the content never has another; any other is asked for again.
    const isNamed = query.v === file.hash.slice(0, 16);
    const kept = {
      ETag: etag,
      'Cache-Control': isNamed ? `public, max-age=${yearSeconds}, immutable` : 'public, max-age=300',
    };
    if (headers.get('if-none-match') === etag) return { status: 304, plain: null, headers: kept };
    return { status: 200, plain: file.bytes, headers: { ...kept, 'Content-Type': file.type } };
  },
);

const home = defineRoute(
  {
    method: 'get',
    path: '/',
    summary: 'Where everybody begins',
    access: 'public',
    responses: { 200: { description: 'The page' } },
    page: true,
  },
  async (call) => {
    const who = await whoIsSignedIn(call);
    const stored = who && (await call.ports.store.readProgram(who.program));
    const frame = frameOf({ ...call, who });
    return page(call, frame, homePage(frame, stored?.program));
  },
);

export const webRoutes = [files, home];
