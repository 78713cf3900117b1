import type { ApiSettings } from './api-ports.ts';

/** Lambda takes 6 MB and API Gateway 10; what people send us fits into one, 500 pieces of evidence included. */
export const maxBodyBytes = 1_048_576;

/** Nothing from anywhere else, nothing inline: scripts and styles are files of ours. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** What every answer says to browsers. A page that needs more says so itself, and only that then counts. */
export function securityHeaders(origin: string): Record<string, string> {
  return {
    'Content-Security-Policy': contentSecurityPolicy,
    'X-Content-Type-Options': 'nosniff',
    'X-Frame-Options': 'DENY',
    // With none at all, a browser says of a form on our own page that it came from nowhere, and its `Origin` is refused.
    'Referrer-Policy': 'same-origin',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Permissions-Policy': 'camera=(), geolocation=(), microphone=()',
    'X-Robots-Tag': 'noindex, nofollow',
    'Cache-Control': 'no-store',
    ...(!isLoopback(origin) && { 'Strict-Transport-Security': 'max-age=63072000; includeSubDomains' }),
  };
}

/** The origin that people reach us under, without a slash at its end. */
export function originOf({ publicOrigin }: Pick<ApiSettings, 'publicOrigin'>, url: URL): string {
  return publicOrigin ?? url.origin;
}

export function isLoopback(origin: string): boolean {
  return /^http:\/\/(127\.\d+\.\d+\.\d+|localhost|\[::1\])(:\d+)?$/.test(origin);
}

/**
 * Did a page of ours send this? Browsers say where a form or a script's request comes from; one that says nothing is
 * not believed. Asked of every change that a cookie stands for.
 */
export function isSameOrigin(headers: Headers, origin: string): boolean {
  const from = headers.get('origin');
  return from === null ? headers.get('sec-fetch-site') === 'same-origin' : from === origin;
}
