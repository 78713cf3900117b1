import { localAccountId } from '../services/loopback.ts';
import type { Match } from './match-route.ts';

/** A request as it came over the wire, its body whole. */
export interface ReceivedRequest {
  method: string;
  /** Path and query, as sent. */
  target: string;
  /** Names and values in turns, as sent: Node's `rawHeaders`. */
  rawHeaders: readonly string[];
  httpVersion: string;
  body: Buffer;
  sourceIp: string;
}

export interface Target {
  /** Decoded; what follows a `?` in it is cut off, as the gateway does. */
  path: string;
  query: string;
}

/** Headers that are about one connection, and those that become something else in the event. */
const notPassed = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'expect',
  'cookie',
  'content-length',
]);

/** The parts of a request's target. Undefined where it is none: no path, or a percent sign that decodes to nothing. */
export function readTarget(target: string): Target | undefined {
  const at = target.indexOf('?');
  const raw = at < 0 ? target : target.slice(0, at);
  if (!raw.startsWith('/')) return undefined;
  try {
    // The real gateway hands on a decoded path, cut off at a question mark that was encoded.
    return { path: decodeURIComponent(raw).split('?')[0] ?? '/', query: at < 0 ? '' : target.slice(at + 1) };
  } catch {
    return undefined;
  }
}

/** Header names in lower case, the values of one name joined by commas. */
export function joinHeaders(rawHeaders: readonly string[]): Map<string, string> {
  const joined = new Map<string, string>();
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] ?? '').toLowerCase();
    const value = rawHeaders[i + 1] ?? '';
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return joined;
}

/** The event of payload format 2.0 for a request. */
export function requestEvent(
  request: ReceivedRequest,
  { path, query }: Target,
  { route, parameters }: Match,
  call: { apiId: string; requestId: string; at: Date; port: number },
): Record<string, unknown> {
  const headers = joinHeaders(request.rawHeaders);
  const cookies = cookiesOf(request.rawHeaders);
  const host = headers.get('host') ?? '';
  const isText = request.body.length === 0 || isTextType(headers.get('content-type'));
  return {
    version: '2.0',
    routeKey: route.key,
    rawPath: path,
    rawQueryString: query,
    ...(cookies.length > 0 && { cookies }),
    headers: passedHeaders(headers, request, call),
    ...(query !== '' && { queryStringParameters: joinQuery(query) }),
    requestContext: {
      accountId: localAccountId,
      apiId: call.apiId,
      domainName: host,
      domainPrefix: host.split('.')[0],
      http: {
        method: request.method,
        path,
        protocol: `HTTP/${request.httpVersion}`,
        sourceIp: request.sourceIp,
        userAgent: headers.get('user-agent') ?? '',
      },
      requestId: call.requestId,
      routeKey: route.key,
      stage: '$default',
      time: logTime(call.at),
      timeEpoch: call.at.getTime(),
    },
    ...(Object.keys(parameters).length > 0 && { pathParameters: parameters }),
    ...(request.body.length > 0 && { body: request.body.toString(isText ? 'utf8' : 'base64') }),
    isBase64Encoded: !isText,
  };
}

function passedHeaders(
  headers: Map<string, string>,
  request: ReceivedRequest,
  call: { requestId: string; port: number },
): Record<string, string> {
  const named = new Set((headers.get('connection') ?? '').split(',').map((name) => name.trim().toLowerCase()));
  const passed = [...headers].filter(([name]) => !notPassed.has(name) && !named.has(name));
  const forwarded = headers.get('x-forwarded-for');
  return {
    ...Object.fromEntries(passed),
    'content-length': String(request.body.length),
    'x-amzn-trace-id': `Root=1-${call.requestId}`,
    'x-forwarded-for': forwarded === undefined ? request.sourceIp : `${forwarded}, ${request.sourceIp}`,
    'x-forwarded-port': String(call.port),
    'x-forwarded-proto': 'http',
  };
}

function cookiesOf(rawHeaders: readonly string[]): string[] {
  return rawHeaders
    .filter((_, i) => i % 2 === 1 && rawHeaders[i - 1]?.toLowerCase() === 'cookie')
    .flatMap((value) => value.split(';'))
    .map((cookie) => cookie.trim())
    .filter((cookie) => cookie !== '');
}

function joinQuery(query: string): Record<string, string> {
  const joined = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) {
    const before = joined.get(name);
    joined.set(name, before === undefined ? value : `${before},${value}`);
  }
  return Object.fromEntries(joined);
}

/**
 * What the gateway hands on as text; everything else, a form and a body without a type too, comes in base64. Its
 * documentation gives no list: this is the one that others measured.
 */
function isTextType(contentType = ''): boolean {
  const type = contentType.split(';')[0]?.trim().toLowerCase() ?? '';
  return type.startsWith('text/') || /^application\/(json|xml|javascript)$/.test(type);
}

/** `22/Nov/2026:12:00:00 +0000` */
export function logTime(at: Date): string {
  const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) ([\d:]+) GMT$/.exec(at.toUTCString()) ?? [];
  return `${day}/${month}/${year}:${time} +0000`;
}
