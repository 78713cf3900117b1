import { once } from 'node:events';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { startGateway } from '../../../infra/local/http/gateway.ts';
import type { InvocationResult } from '../../../infra/local/runtime/environment.ts';
import type { HttpPlan, RoutePlan } from '../../../infra/local/template/plan-http.ts';

type Event = Record<string, unknown> & {
  headers: Record<string, string>;
  requestContext: { http: { method: string; path: string; sourceIp: string }; routeKey: string; time: string };
};

const route = (key: string, parts: RoutePlan['parts'], more: Partial<RoutePlan> = {}): RoutePlan => ({
  key,
  method: key.split(' ')[0] ?? '',
  parts,
  functionName: 'api',
  timeoutMs: 30_000,
  ...more,
});
const everything = route('ANY /{proxy+}', [{ kind: 'rest', name: 'proxy' }]);
const home = route('ANY /', [{ kind: 'text', text: '' }]);
const verify = route('ANY /v/{code}', [
  { kind: 'text', text: 'v' },
  { kind: 'one', name: 'code' },
]);

interface Served {
  endpoint: string;
  port: number;
  events: Event[];
  log: string[];
}

/** A gateway whose function keeps its events and answers as it is told. */
async function gateway(
  answer: (event: Event) => unknown = () => ({ statusCode: 204 }),
  more: { plan?: Partial<HttpPlan>; requestTimeoutMs?: number } = {},
): Promise<Served> {
  const events: Event[] = [];
  const log: string[] = [];
  const server = await startGateway({
    plan: { apiId: 'Api', name: 'App', routes: [everything, home, verify], ...more.plan },
    port: 0,
    log: (line) => void log.push(line),
    async invoke(_, json): Promise<InvocationResult> {
      const event = JSON.parse(json) as Event;
      events.push(event);
      const returned = await answer(event);
      return returned instanceof Error
        ? { outcome: 'failed', requestId: 'r', errorType: returned.message }
        : { outcome: 'returned', requestId: 'r', payload: JSON.stringify(returned) ?? 'null' };
    },
    ...(more.requestTimeoutMs !== undefined && { requestTimeoutMs: more.requestTimeoutMs }),
  });
  onTestFinished(() => server.stop());
  return { endpoint: server.endpoint, port: server.port, events, log };
}

/** Without what `fetch` would tidy: repeated headers, odd paths. */
async function send(
  { port }: Served,
  {
    path = '/',
    method = 'GET',
    headers = {},
    body,
  }: { path?: string; method?: string; headers?: Record<string, string | string[]>; body?: Buffer | string },
): Promise<{ status: number; headers: IncomingHttpHeaders; body: Buffer }> {
  const outgoing = httpRequest({ host: '127.0.0.1', port, path, method, headers, agent: false });
  outgoing.end(body);
  const [response] = await once(outgoing, 'response');
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) };
}

/** What comes back for bytes on a bare connection, until it is closed. */
async function raw({ port }: Served, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  socket.write(text);
  let answer = '';
  socket.setEncoding('utf8').on('data', (more: string) => {
    answer += more;
  });
  await Promise.race([once(socket, 'close'), once(socket, 'end')]);
  socket.destroy();
  return answer;
}

afterAll(() => sleep(0));

test('a request becomes an event of payload format 2.0', async () => {
  const served = await gateway();
  await send(served, {
    path: '/people/a%20b/%C3%A9?q=1&q=2&empty=&x=a%26b',
    method: 'PATCH',
    headers: {
      'X-Many': ['one', 'two'],
      cookie: 'a=1; b=2',
      'content-type': 'application/json',
      'x-forwarded-for': '10.0.0.1',
    },
    body: '{"name":"Zoë"}',
  });
  const [event] = served.events;
  expect(event).toMatchObject({
    version: '2.0',
    routeKey: 'ANY /{proxy+}',
    rawPath: '/people/a b/é',
    rawQueryString: 'q=1&q=2&empty=&x=a%26b',
    queryStringParameters: { q: '1,2', empty: '', x: 'a&b' },
    pathParameters: { proxy: 'people/a b/é' },
    cookies: ['a=1', 'b=2'],
    body: '{"name":"Zoë"}',
    isBase64Encoded: false,
    requestContext: {
      apiId: 'Api',
      stage: '$default',
      http: { method: 'PATCH', path: '/people/a b/é', protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
    },
  });
  expect(event?.headers).toMatchObject({
    'x-many': 'one,two',
    'content-length': '15',
    'x-forwarded-for': '10.0.0.1, 127.0.0.1',
    'x-forwarded-proto': 'http',
    host: `127.0.0.1:${served.port}`,
  });
  expect(event?.headers.cookie).toBeUndefined();
  expect(event?.headers.connection).toBeUndefined();
  expect(event?.requestContext.time).toMatch(/^\d\d\/[A-Z][a-z]{2}\/\d{4}:\d\d:\d\d:\d\d \+0000$/);
});

test.each([
  ['application/json; charset=utf-8', false],
  ['text/csv', false],
  ['application/x-www-form-urlencoded', true],
  ['multipart/form-data; boundary=x', true],
  ['application/problem+json', true],
  ['application/octet-stream', true],
  [undefined, true],
])('a body of type %s comes as base64: %s', async (type, isBase64) => {
  const served = await gateway();
  const bytes = isBase64 ? Buffer.from([0, 255, 254, 10]) : Buffer.from('é');
  await send(served, { method: 'POST', body: bytes, headers: type === undefined ? {} : { 'content-type': type } });
  const [{ isBase64Encoded, body } = { isBase64Encoded: undefined, body: undefined }] = served.events;
  expect(isBase64Encoded).toBe(isBase64);
  expect(Buffer.from(String(body), isBase64 ? 'base64' : 'utf8')).toEqual(bytes);
});

test("a function's answer goes back: status, headers, every cookie, bytes", async () => {
  const bytes = Buffer.from([137, 80, 78, 71, 0, 255]);
  const served = await gateway(() => ({
    statusCode: 201,
    headers: { 'content-type': 'image/png', etag: '"1"', connection: 'close', 'content-length': '999' },
    cookies: ['a=1; HttpOnly', 'b=2'],
    isBase64Encoded: true,
    body: bytes.toString('base64'),
  }));
  const { status, headers, body } = await send(served, {});
  expect(status).toBe(201);
  expect(headers).toMatchObject({
    'content-type': 'image/png',
    etag: '"1"',
    'content-length': '6',
    'set-cookie': ['a=1; HttpOnly', 'b=2'],
  });
  expect(headers['apigw-requestid']).toMatch(/^[0-9a-f-]{36}$/);
  expect(body).toEqual(bytes);
});

test('an answer without a status is the body itself', async () => {
  const { status, headers, body } = await send(await gateway(() => ({ hello: 'there' })), {});
  expect([status, headers['content-type'], body.toString()]).toEqual([200, 'application/json', '{"hello":"there"}']);
});

test.each([
  ['fails', () => new Error('Sandbox.Timedout')],
  ['answers with a status that is none', () => ({ statusCode: 99 })],
  ['answers with a header that would end the line', () => ({ statusCode: 200, headers: { 'x-a': 'b\r\nx-c: d' } })],
  ['answers nothing', () => null],
])('a function that %s is an internal error in so many words', async (_, answer) => {
  const served = await gateway(answer);
  const { status, headers, body } = await send(served, {});
  expect([status, body.toString()]).toEqual([500, '{"message":"Internal Server Error"}']);
  expect(headers['x-c']).toBeUndefined();
});

test('a function that does not answer in time is not waited for', async () => {
  const slow = { ...everything, timeoutMs: 50 };
  const served = await gateway(() => sleep(500, { statusCode: 200 }), { plan: { routes: [slow] } });
  const { status, body } = await send(served, { path: '/x' });
  expect([status, body.toString()]).toEqual([503, '{"message":"Service Unavailable"}']);
});

test('HEAD says how long the answer would be, and sends none of it', async () => {
  const { status, headers, body } = await send(await gateway(() => ({ statusCode: 200, body: 'hello' })), {
    method: 'HEAD',
  });
  expect([status, headers['content-length'], body.length]).toEqual([200, '5', 0]);
});

test('a route that names its parts comes before one that takes the rest', async () => {
  const served = await gateway();
  for (const path of ['/v/ABC', '/v/ABC/more', '/v/', '/v', '/', '/%76/ABC']) await send(served, { path });
  expect(served.events.map((event) => event.routeKey)).toEqual([
    'ANY /v/{code}',
    'ANY /{proxy+}',
    'ANY /{proxy+}',
    'ANY /{proxy+}',
    'ANY /',
    'ANY /v/{code}',
  ]);
  expect(served.events[0]?.pathParameters).toEqual({ code: 'ABC' });
});

test('what has no route is not found, and what is no path is a bad request', async () => {
  const served = await gateway(undefined, { plan: { routes: [verify] } });
  const missing = await send(served, { path: '/elsewhere' });
  expect([missing.status, missing.body.toString()]).toEqual([404, '{"message":"Not Found"}']);
  expect((await send(served, { path: '/v/%E0%A4%A' })).status).toBe(400);
  expect((await send(served, { path: '*', method: 'OPTIONS' })).status).toBe(400);
  expect(served.events).toEqual([]);
});

test('an encoded question mark cuts the path off, as it does on AWS', async () => {
  const served = await gateway();
  await send(served, { path: '/v/AB%3Fadmin=1?real=1' });
  expect(served.events[0]).toMatchObject({
    rawPath: '/v/AB',
    rawQueryString: 'real=1',
    pathParameters: { code: 'AB' },
  });
});

test('above its limit a route answers 429 without calling anything, and others go on', async () => {
  const tight = { ...verify, limit: { perSecond: 0.001, burst: 3 } };
  const served = await gateway(undefined, {
    plan: { routes: [tight, { ...everything, limit: { perSecond: 100, burst: 200 } }] },
  });
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await send(served, { path: `/v/${i}` })).status);
  const { status, body } = await send(served, { path: '/v/x' });
  expect(statuses).toEqual([204, 204, 204, 429, 429]);
  expect([status, body.toString()]).toEqual([429, '{"message":"Too Many Requests"}']);
  expect((await send(served, { path: '/other' })).status).toBe(204);
  expect(served.events).toHaveLength(4);
});

test('a body of 10 MB and a byte is refused, and so is one that Lambda would not take', async () => {
  const served = await gateway();
  const headers = { 'content-type': 'application/json' };
  for (const bytes of [10 * 1024 * 1024 + 1, 6 * 1024 * 1024]) {
    const { status, body } = await send(served, { method: 'POST', headers, body: Buffer.alloc(bytes, 'a') });
    expect([status, body.toString()]).toEqual([413, '{"message":"Request Entity Too Large"}']);
  }
  expect(served.events).toEqual([]);
  const large = await send(served, { method: 'POST', headers, body: Buffer.alloc(5 * 1024 * 1024, 'a') });
  expect(large.status).toBe(204);
});

test('headers beyond 10 KB are refused', async () => {
  const served = await gateway();
  expect((await send(served, { headers: { 'x-long': 'a'.repeat(11_000) } })).status).toBe(431);
  expect(served.events).toEqual([]);
});

test('a body that does not come is not waited for', async () => {
  const served = await gateway(undefined, { requestTimeoutMs: 300 });
  const begun = performance.now();
  const answer = await raw(served, 'POST / HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc');
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(performance.now() - begun).toBeLessThan(3_000);
  expect(served.events).toEqual([]);
});

test('whoever goes away in the middle is no harm to the next', async () => {
  const started = Promise.withResolvers<void>();
  const served = await gateway(async () => {
    started.resolve();
    await sleep(100);
    return { statusCode: 200, body: 'late' };
  });
  const socket = connect(served.port, '127.0.0.1');
  socket.write('GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n');
  await started.promise;
  socket.destroy();
  const half = connect(served.port, '127.0.0.1');
  half.write('POST /x HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 10\r\n\r\nabc');
  await once(half, 'connect');
  half.destroy();
  expect((await send(served, {})).status).toBe(200);
  await expect.poll(() => served.log.length).toBe(3);
});

test('a request that names another host is refused, whatever it asks', async () => {
  const served = await gateway();
  expect((await send(served, { headers: { host: 'rebound.example' } })).status).toBe(421);
  expect(served.events).toEqual([]);
});

test('two lengths, or a length and chunks, are no request', async () => {
  const served = await gateway();
  for (const lengths of ['Content-Length: 3\r\nContent-Length: 4', 'Content-Length: 3\r\nTransfer-Encoding: chunked']) {
    expect(await raw(served, `POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n${lengths}\r\n\r\nabc`)).toMatch(
      /^HTTP\/1\.1 400 /,
    );
  }
  expect(served.events).toEqual([]);
});

test('the access log has what the template asks for', async () => {
  const format =
    '{"route":"$context.routeKey","status":"$context.status","refusal":"$context.error.responseType","bytes":"$context.responseLength"}';
  const served = await gateway(() => ({ statusCode: 200, body: 'hello' }), { plan: { accessLogFormat: format } });
  await send(served, { path: '/v/SECRET-CODE' });
  await expect.poll(() => served.log).toEqual(['{"route":"ANY /v/{code}","status":"200","refusal":"-","bytes":"5"}']);
});
