import { parse } from 'hono/utils/cookie';
import { isLoopback } from './security.ts';

/**
 * Names that begin so cannot be set by another host of the same domain, nor without TLS. A browser refuses them, and
 * `Secure`, on plain http, which is what this machine speaks with itself.
 */
export const cookieName = (origin: string, name: string) => (isLoopback(origin) ? name : `__Host-${name}`);
export const sessionCookieName = (origin: string) => cookieName(origin, 'session');

/** A cookie of ours: never read by scripts, never sent along with what other sites begin, save for links. */
export function cookie(origin: string, name: string, value: string, seconds: number): string {
  const secure = isLoopback(origin) ? '' : '; Secure';
  return `${name}=${value}; Path=/; Max-Age=${seconds}; HttpOnly; SameSite=Lax${secure}`;
}

export function readCookie(headers: Headers, name: string): string | undefined {
  return parse(headers.get('cookie') ?? '', name)[name];
}
