import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { InvocationResult } from '../runtime/environment.ts';
import { namesThisMachine, type RunningServer, readBody } from '../services/http-server.ts';
import { listenError, loopbackHost } from '../services/loopback.ts';
import type { HttpPlan, RoutePlan } from '../template/plan-http.ts';
import { type Answer, gatewayAnswer, readAnswer } from './function-answer.ts';
import { type Match, matchRoute } from './match-route.ts';
import { logTime, type ReceivedRequest, readTarget, requestEvent } from './request-event.ts';
import { tokenBucket } from './token-bucket.ts';

export interface GatewayOptions {
  plan: HttpPlan;
  /** 0: any free port. */
  port: number;
  invoke(functionName: string, event: string): Promise<InvocationResult>;
  /** One line for each request, in the template's format. */
  log(line: string): void;
  /** How long a request may take to arrive; half a minute. */
  requestTimeoutMs?: number;
}

/** https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-quotas.html */
const maxBodyBytes = 10 * 1024 * 1024;
const maxHeaderBytes = 10_240;
/** What one call of a function takes; beyond it Lambda refuses, and a body of 6 MB in base64 is longer than that. */
const maxEventBytes = 6 * 1024 * 1024;
const defaultRequestTimeoutMs = 30_000;

interface Outcome {
  answer: Answer;
  match?: Match | undefined;
  /** What the gateway calls its refusal. */
  refusal?: string;
  functionMs?: number;
}

/**
 * API Gateway's HTTP API on 127.0.0.1: turns requests into events of payload format 2.0 and functions' answers into
 * responses, within the real one's limits. It refuses what names another host, as every local server does.
 *
 * @throws LocalError `port-in-use`.
 */
export function startGateway(options: GatewayOptions): Promise<RunningServer> {
  const timeoutMs = options.requestTimeoutMs ?? defaultRequestTimeoutMs;
  const buckets = bucketsOf(options.plan.routes);
  let port = options.port;
  const server = createServer(
    {
      maxHeaderSize: maxHeaderBytes,
      requestTimeout: timeoutMs,
      headersTimeout: timeoutMs,
      connectionsCheckingInterval: Math.min(1_000, timeoutMs / 4),
    },
    (request, response) => {
      const begun = performance.now();
      const requestId = randomUUID();
      const at = new Date();
      serve(options, buckets, request, { requestId, at, port })
        // Half a request: whoever sent it went away, or took too long.
        .catch(() => (request.complete ? failed() : refused(408, 'Request Timeout', 'INCOMPLETE_REQUEST')))
        .then((outcome) => {
          // Whoever asked may be gone by now.
          if (!response.destroyed) send(response, request.method ?? '', requestId, outcome.answer);
          options.log(logLine(options.plan, request.method ?? '', requestId, at, outcome, performance.now() - begun));
        })
        .catch(() => response.destroy());
    },
  );
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, port, 'the app')));
    server.listen(port, loopbackHost, () => {
      port = (server.address() as AddressInfo).port;
      resolve({
        endpoint: `http://${loopbackHost}:${port}`,
        port,
        stop: () =>
          new Promise((stopped) => {
            server.close(() => stopped());
            server.closeAllConnections();
          }),
      });
    });
  });
}

function bucketsOf(routes: readonly RoutePlan[]): Map<RoutePlan, () => boolean> {
  return new Map(
    routes.map((route) => [route, route.limit ? tokenBucket(route.limit, () => performance.now()) : () => true]),
  );
}

async function serve(
  { plan, invoke }: GatewayOptions,
  buckets: Map<RoutePlan, () => boolean>,
  request: IncomingMessage,
  call: { requestId: string; at: Date; port: number },
): Promise<Outcome> {
  if (!namesThisMachine(request)) return refused(421, 'Misdirected Request', 'MISDIRECTED');
  const target = readTarget(request.url ?? '');
  if (!target) return refused(400, 'Bad Request', 'BAD_REQUEST');
  const match = matchRoute(plan.routes, request.method ?? '', target.path);
  if (!match) return refused(404, 'Not Found', 'MISSING_ROUTE');
  if (!buckets.get(match.route)?.()) return { ...refused(429, 'Too Many Requests', 'THROTTLED'), match };
  const body = await readBody(request, maxBodyBytes);
  if (body === 'too-large') return { ...refused(413, 'Request Entity Too Large', 'REQUEST_TOO_LARGE'), match };
  const received: ReceivedRequest = {
    method: request.method ?? '',
    target: request.url ?? '',
    rawHeaders: request.rawHeaders,
    httpVersion: request.httpVersion,
    body,
    sourceIp: request.socket.remoteAddress ?? loopbackHost,
  };
  const event = JSON.stringify(requestEvent(received, target, match, { apiId: plan.apiId, ...call }));
  if (Buffer.byteLength(event) > maxEventBytes)
    return { ...refused(413, 'Request Entity Too Large', 'REQUEST_TOO_LARGE'), match };
  return { ...(await callFunction(match.route, (name) => invoke(name, event))), match };
}

async function callFunction(
  { functionName, timeoutMs }: RoutePlan,
  invoke: (functionName: string) => Promise<InvocationResult>,
): Promise<Outcome> {
  const begun = performance.now();
  const timer = new AbortController();
  const result = await Promise.race([
    invoke(functionName),
    sleep(timeoutMs, undefined, { signal: timer.signal, ref: false }),
  ]);
  timer.abort();
  const functionMs = performance.now() - begun;
  if (!result) return { ...refused(503, 'Service Unavailable', 'INTEGRATION_TIMEOUT'), functionMs };
  if (result.outcome === 'failed') return { ...failed(), functionMs };
  const answer = readAnswer(result.payload);
  return answer ? { answer, functionMs } : { ...failed(), functionMs };
}

function refused(status: number, message: string, refusal: string): Outcome {
  return { answer: gatewayAnswer(status, message), refusal };
}

const failed = () => refused(500, 'Internal Server Error', 'INTEGRATION_FAILURE');

/** A header that cannot be sent makes it the gateway's own answer. */
function send(response: ServerResponse, method: string, requestId: string, answer: Answer): void {
  try {
    for (const [name, value] of answer.headers) response.setHeader(name, value);
  } catch {
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    send(response, method, requestId, failed().answer);
    return;
  }
  response.setHeader('apigw-requestid', requestId);
  response.statusCode = answer.status;
  const hasNone = answer.status === 204 || answer.status === 304;
  if (!hasNone) response.setHeader('content-length', answer.body.length);
  response.end(hasNone || method === 'HEAD' ? undefined : answer.body);
}

function logLine(
  { accessLogFormat = '', apiId }: HttpPlan,
  method: string,
  requestId: string,
  at: Date,
  { answer, match, refusal, functionMs }: Outcome,
  ms: number,
): string {
  const context: Record<string, string | undefined> = {
    apiId,
    requestId,
    requestTime: logTime(at),
    routeKey: match?.route.key,
    httpMethod: method,
    status: String(answer.status),
    'error.responseType': refusal,
    responseLatency: String(Math.round(ms)),
    integrationLatency: functionMs === undefined ? undefined : String(Math.round(functionMs)),
    responseLength: String(answer.body.length),
    stage: '$default',
  };
  return accessLogFormat.replace(/\$context\.([A-Za-z.]+)/g, (_, name: string) => context[name] ?? '-');
}
