import { type Context, Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { type Refused, refused } from '../acts/refusal.ts';
import { allRoutes } from './all-routes.ts';
import type { ApiPorts, ApiSettings } from './api-ports.ts';
import { problemOf } from './problem.ts';
import type { Route } from './route.ts';
import { maxBodyBytes, originOf, securityHeaders } from './security.ts';
import { failure, problemResponse, serveRoute } from './serve-route.ts';

const maxUrlLength = 8_192;

/**
 * The HTTP application: the same behind API Gateway, in the local realisation and in the tests. It takes routes from
 * `defineRoute` alone; whatever they do not answer is a problem with a stable code.
 */
export function makeApp(ports: ApiPorts, settings: ApiSettings, routes: readonly Route[] = allRoutes): Hono {
  const app = new Hono();
  const refuse = (c: Context, refusal: Refused, route?: { page: true }) =>
    problemResponse(problemOf(refusal), route, ports, settings, c);
  app.use(async (c, next) => {
    await next();
    const headers = securityHeaders(originOf(settings, new URL(c.req.url)));
    for (const [name, value] of Object.entries(headers)) if (!c.res.headers.has(name)) c.res.headers.set(name, value);
  });
  app.use(async (c, next) => {
    if (c.req.url.length <= maxUrlLength) return next();
    return refuse(c, refused('request.too-long', 'the address is too long'));
  });
  app.use(
    bodyLimit({
      maxSize: maxBodyBytes,
      onError: (c) => refuse(c, refused('request.too-large', 'body: 1 MB at the most')),
    }),
  );
  for (const route of routes)
    app.on(route.method.toUpperCase(), honoPath(route.path), (c) => serveRoute(route, ports, settings, c));
  for (const [path, methods] of methodsByPath(routes))
    app.all(honoPath(path), (c) => {
      c.header('Allow', methods.join(', '));
      return refuse(c, refused('request.method', `method: one of ${methods.join(', ')}`));
    });
  app.notFound((c) => {
    const route = c.req.header('accept')?.includes('text/html') ? ({ page: true } as const) : undefined;
    return refuse(c, refused('route.unknown', 'there is nothing at this address'), route);
  });
  app.onError((error, c) => failure(error, ports, undefined, settings, c));
  return app;
}

/** `/enrollments/{enrollment}` as Hono writes it: `/enrollments/:enrollment`. */
export const honoPath = (path: string) => path.replaceAll(/\{(\w+)\}/g, ':$1');

function methodsByPath(routes: readonly Route[]): Map<string, string[]> {
  const methods = new Map<string, string[]>();
  for (const { path, method } of routes) {
    const known = methods.get(path) ?? [];
    methods.set(path, [...known, ...(method === 'get' ? ['GET', 'HEAD'] : [method.toUpperCase()])]);
  }
  return methods;
}
