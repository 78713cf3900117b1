import { html } from 'hono/html';
import { UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { allRoutes } from '../../functions/api/all-routes.ts';
import { defineRoute } from '../../functions/api/route.ts';
import { type ApiWorld, origin, readJson, startApiWorld } from './api-world.ts';
import { audience } from './issuer.ts';

/** A form of ours for what pages do: changes that a cookie stands for. */
const ran: string[] = [];
const form = defineRoute(
  {
    method: 'post',
    path: '/test-form',
    unconditional: 'changes nothing',
    summary: 'Takes a word',
    access: { administrator: 'any' },
    request: { body: z.strictObject({ word: z.string().max(1_000) }) },
    responses: { 200: { description: 'The word, on a page' } },
    page: true,
  },
  ({ body }) => {
    ran.push(body.word);
    return { status: 200, html: html`<!doctype html><html lang="en"><title>Word</title><p>${body.word}</p></html>` };
  },
);

let world: ApiWorld;
let admin: string;
beforeAll(async () => {
  world = await startApiWorld([...allRoutes, form]);
  admin = await world.issuer.tokenOf('ada', 'harbor:administrator');
});
afterAll(() => world.stop());
let made = 0;
const key = () => ({ 'idempotency-key': `hostile-${++made}-${Date.now()}` });
const codeOf = async (answer: Response) => [answer.status, (await readJson(answer)).code];

describe('tokens', () => {
  const seconds = () => Math.floor(Date.now() / 1000);
  const claims = () => ({ 'cognito:username': 'ada', 'cognito:groups': ['harbor:administrator'] });
  test.each([
    ['none', async () => undefined, 'token.missing'],
    ['one of another key', () => world.issuer.sign(claims(), { key: world.issuer.strangersKey }), 'token.invalid'],
    ['one that expired', () => world.issuer.sign({ ...claims(), exp: seconds() - 60 }), 'token.expired'],
    ['one for another audience', () => world.issuer.sign({ ...claims(), aud: 'other' }), 'token.invalid'],
    ['one of another issuer', () => world.issuer.sign({ ...claims(), iss: 'https://other.example' }), 'token.invalid'],
    [
      'an unsigned one (alg: none)',
      async () =>
        new UnsecuredJWT({ ...claims(), iss: world.issuer.issuer, aud: audience, exp: seconds() + 60 }).encode(),
      'token.invalid',
    ],
    ['a word', async () => 'letmein', 'token.invalid'],
  ])('%s is answered with 401, and says nothing of the record', async (_, make, code) => {
    const answer = await world.ask('GET', '/programs', { token: await make() });
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await codeOf(answer)).toEqual([401, code]);
  });

  test.each([
    ['two programs', ['harbor:auditor', 'harbor-annex:auditor'], 'caller.program-ambiguous'],
    ['no group', [], 'caller.no-role'],
    ['a role that there is not', ['harbor:superuser'], 'caller.no-role'],
    [
      'a group that only looks like one',
      ['harbor:administrator:x', ':administrator', 'HARBOR:administrator'],
      'caller.no-role',
    ],
  ])('a token with %s is refused', async (_, groups, code) => {
    const answer = await world.ask('GET', '/programs', { token: await world.issuer.tokenOf('ada', ...groups) });
    expect(await codeOf(answer)).toEqual([403, code]);
  });

  test.each(['a#b', '../ada', '', 'x'.repeat(129), 'ada smith'])(
    'an actor %j is refused: it would be a key',
    async (actor) => {
      const answer = await world.ask('GET', '/programs', {
        token: await world.issuer.tokenOf(actor, 'harbor:auditor'),
      });
      expect(await codeOf(answer)).toEqual([403, 'caller.no-actor']);
    },
  );

  test('groups as one text count for nothing, and neither does a program that the request names', async () => {
    const token = await world.issuer.sign({ 'cognito:username': 'ada', 'cognito:groups': 'harbor:administrator' });
    expect(await codeOf(await world.ask('GET', '/programs', { token }))).toEqual([403, 'caller.no-role']);
    const headers = { 'x-program': 'harbor-annex' };
    expect((await readJson(await world.ask('GET', '/programs', { token: admin, headers }))).items[0].id).toBe('harbor');
    const named = await world.ask('GET', '/programs?program=harbor-annex', { token: admin });
    expect(await codeOf(named)).toEqual([400, 'request.invalid']);
  });
});

describe('what a cookie stands for', () => {
  const cookie = (token: string) => ({ cookie: `__Host-session=${token}` });
  const send = (headers: Record<string, string>) =>
    world.ask('POST', '/test-form', {
      body: 'word=hello',
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...cookie(admin), ...headers },
    });

  test('is done for a page of ours', async () => {
    expect((await send({ origin })).status).toBe(200);
    expect((await send({ 'sec-fetch-site': 'same-origin' })).status).toBe(200);
  });

  test.each([
    ['another site', { origin: 'https://evil.example' }],
    ['a site whose name begins like ours', { origin: `${origin}.evil.example` }],
    ['a sandboxed frame', { origin: 'null' }],
    ['nobody knows where', {}],
    ['another site, as the browser says', { 'sec-fetch-site': 'cross-site' }],
  ])('is not done for %s', async (_, headers) => {
    const before = ran.length;
    expect((await send(headers as Record<string, string>)).status).toBe(403);
    expect(ran).toHaveLength(before);
  });

  test('is not done as JSON from another site either', async () => {
    const headers = { ...cookie(admin), ...key(), origin: 'https://evil.example' };
    const body = { apprentice: { id: 'x', name: 'X', email: 'x@apprentices.example' } };
    expect(await codeOf(await world.ask('POST', '/enrollments', { headers, body }))).toEqual([
      403,
      'request.cross-site',
    ]);
  });

  test('is not done by a cookie of another name: on https only the one that no other host can set', async () => {
    const answer = await world.ask('GET', '/programs', { headers: { cookie: `session=${admin}` } });
    expect(await codeOf(answer)).toEqual([401, 'token.missing']);
  });

  test('whoever is not signed in is sent to sign in, and to nowhere else', async () => {
    const answer = await world.ask('POST', '/test-form', {
      body: 'word=hello',
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin },
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in']);
  });
});

const script = '<script>alert(1)</script>"\'><img src=x onerror=alert(1)>';

describe('script in text', () => {
  test('is escaped on pages, which run none anyway', async () => {
    const answer = await world.ask('POST', '/test-form', {
      body: new URLSearchParams({ word: script }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', cookie: `__Host-session=${admin}`, origin },
    });
    const page = await answer.text();
    expect(page).toContain('&lt;script&gt;');
    expect(page).not.toContain('<script');
    expect(page).not.toContain('<img');
    const policy = answer.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
  });

  test('in an address does not come back', async () => {
    for (const path of [
      `/${encodeURIComponent(script)}`,
      `/enrollments/${encodeURIComponent(script)}`,
      `/programs?${script}=1`,
    ]) {
      const answer = await world.ask('GET', path, { token: admin, headers: { accept: 'text/html' } });
      expect(answer.status).toBeGreaterThanOrEqual(400);
      expect(await answer.text()).not.toMatch(/<script>|<img src=x/);
    }
  });

  test('in a name is text, and stays it: JSON is answered as JSON that no browser reads as a page', async () => {
    const body = { apprentice: { id: `person-${++made}`, name: script, email: 'x@apprentices.example' } };
    const answer = await world.ask('POST', '/enrollments', { token: admin, body, headers: key() });
    expect(answer.headers.get('content-type')).toMatch(/^application\/(problem\+)?json/);
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
  });
});

describe('what is too large, or not of its form', () => {
  const tenMegabytes = 'x'.repeat(10 * 1_048_576);

  test('a body of 10 MB is refused, declared or in chunks, and does not stop the next', async () => {
    const declared = await world.ask('POST', '/enrollments', {
      token: admin,
      body: `"${tenMegabytes}"`,
      headers: { ...key(), 'content-length': String(tenMegabytes.length + 2) },
    });
    expect(await codeOf(declared)).toEqual([413, 'request.too-large']);
    let chunksTaken = 0;
    const chunks = new ReadableStream({
      pull(controller) {
        chunksTaken++;
        controller.enqueue(new TextEncoder().encode('x'.repeat(65_536)));
        if (chunksTaken > 160) controller.close();
      },
    });
    const chunked = await world.app.request(`${origin}/enrollments`, {
      method: 'POST',
      body: chunks,
      duplex: 'half',
      headers: { authorization: `Bearer ${admin}`, 'content-type': 'application/json', ...key() },
    } as RequestInit);
    expect(await codeOf(chunked)).toEqual([413, 'request.too-large']);
    // It was not read to its end.
    expect(chunksTaken).toBeLessThan(40);
    expect((await world.ask('GET', '/programs', { token: admin })).status).toBe(200);
  });

  test.each([
    ['no JSON', '{"apprentice":', 'application/json', [400, 'request.malformed']],
    ['nothing', '', 'application/json', [400, 'request.malformed']],
    ['another media type', '<a/>', 'application/xml', [415, 'request.media-type']],
    ['a form', 'apprentice=x', 'application/x-www-form-urlencoded', [415, 'request.media-type']],
    ['deeply nested JSON', '['.repeat(100_000) + ']'.repeat(100_000), 'application/json', [400, 'request.invalid']],
    ['a JSON text', '"x"', 'application/json', [400, 'request.invalid']],
    ['null', 'null', 'application/json', [400, 'request.invalid']],
  ])('%s as a body is refused', async (_, body, type, expected) => {
    const answer = await world.ask('POST', '/enrollments', {
      token: admin,
      body,
      headers: { ...key(), 'content-type': type },
    });
    expect(await codeOf(answer)).toEqual(expected);
  });

  test('a parameter given twice is refused, since two readers would take two values', async () => {
    expect(await codeOf(await world.ask('GET', '/enrollments?status=open&status=complete', { token: admin }))).toEqual([
      400,
      'request.invalid',
    ]);
  });
});

describe('path tricks', () => {
  test.each([
    '/enrollments/..%2f..%2fprograms',
    '/enrollments/enr-1%00',
    '/enrollments/enr-1%23LEDGER',
    '/enrollments/harbor-annex%23ENROLLMENT%23enr-1',
    '/enrollments/%E0%A4%A',
    '/enrollments/enr-1;x=1',
    '//evil.example/enrollments',
    '/enrollments/enr-1/',
    '/ENROLLMENTS',
    '/enrollments/enr-1%0d%0aset-cookie:x=1',
  ])('%s is answered with a problem, never with a record', async (path) => {
    const answer = await world.ask('GET', path, { token: admin });
    expect([400, 404]).toContain(answer.status);
    expect(answer.headers.get('set-cookie')).toBeNull();
  });

  test('the sign-in leads back to a path of ours alone', async () => {
    const page = defineRoute(
      { method: 'get', path: '/test-page/{word}', summary: '', access: { auditor: 'any' }, responses: {}, page: true },
      () => ({ status: 200, html: html`` }),
    );
    const { makeApp } = await import('../../functions/api/app.ts');
    const app = makeApp(world.ports, { groupsClaim: 'g', actorClaim: 'a' }, [page]);
    const answer = await app.request(`${origin}/test-page/x?y=%0d%0aSet-Cookie:a=b`);
    expect(answer.headers.get('location')).toBe('/sign-in?to=%2Ftest-page%2Fx%3Fy%3D%250d%250aSet-Cookie%3Aa%3Db');
    expect(answer.headers.get('set-cookie')).toBeNull();
  });
});

test('a header cannot be smuggled in by a key, an ETag or an address', async () => {
  const body = {
    apprentice: { id: `person-${++made}`, name: 'Somebody', email: 'x@apprentices.example' },
    enrollment: 'a\r\nx-evil: 1',
  };
  const answer = await world.ask('POST', '/enrollments', { token: admin, body, headers: key() });
  expect(await codeOf(answer)).toEqual([400, 'request.invalid']);
  expect(answer.headers.get('x-evil')).toBeNull();
  const spaced = await world.ask('POST', '/enrollments', {
    token: admin,
    body: { apprentice: body.apprentice },
    headers: { 'idempotency-key': 'a key with spaces' },
  });
  expect(await codeOf(spaced)).toEqual([400, 'idempotency.invalid']);
});

test('a replayed key with another body changes nothing', async () => {
  const headers = key();
  const apprentice = { id: `person-${++made}`, name: 'Somebody', email: 'x@apprentices.example' };
  const first = await readJson(
    await world.ask('POST', '/enrollments', { token: admin, headers, body: { apprentice } }),
  );
  const replayed = await world.ask('POST', '/enrollments', {
    token: admin,
    headers,
    body: { apprentice: { ...apprentice, name: 'Somebody Else' } },
  });
  expect(await codeOf(replayed)).toEqual([422, 'idempotency.reused']);
  const stored = await readJson(await world.ask('GET', `/enrollments/${first.enrollment}`, { token: admin }));
  expect(stored.apprentice.name).toBe('Somebody');
});

test('ids of another program are unknown, and answered as those that nobody has', async () => {
  await world.enroll({ program: 'harbor-annex', enrollment: 'theirs' });
  const asked = async (id: string) => {
    const answer = await readJson(await world.ask('GET', `/enrollments/${id}`, { token: admin }));
    return JSON.stringify(answer).replaceAll(id, '…');
  };
  expect(await asked('theirs')).toBe(await asked('nobodys'));
});

test('what is logged of a failed request holds no token, no name and no body', async () => {
  const { readEnrollment } = world.ports.store;
  world.ports.store.readEnrollment = () => Promise.reject(new Error('boom'));
  const answer = await world.ask('GET', '/enrollments/enr-secret', { token: admin });
  world.ports.store.readEnrollment = readEnrollment;
  expect(await codeOf(answer)).toEqual([500, 'server.failed']);
  expect(world.failures.at(-1)?.fields).toEqual({
    message: 'A request failed',
    route: 'GET /enrollments/{enrollment}',
  });
});
