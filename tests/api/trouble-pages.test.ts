import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeApp } from '../../functions/api/app.ts';
import { type ApiWorld, settings, startApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => world.stop());

/** Behind a gateway the address that the app is asked under is another than the one that people type. */
const places = [
  { name: 'deployed', publicOrigin: 'https://papers.example', prefix: '__Host-' },
  { name: 'deployed behind a gateway', publicOrigin: 'https://people.example', prefix: '__Host-' },
  { name: 'on this machine', publicOrigin: 'http://127.0.0.1:7430', prefix: '' },
];

async function open(place: (typeof places)[number], path: string, role: string, cookies: string, accepted: string) {
  const app = makeApp(world.ports, { ...settings, publicOrigin: place.publicOrigin });
  const token = await world.issuer.tokenOf('assessor-1', `harbor:${role}`);
  const answer = await app.request(`${world.origin}${path}`, {
    headers: {
      accept: 'text/html',
      'accept-language': accepted,
      cookie: `${place.prefix}session=${token}; ${place.prefix}${cookies}`,
    },
  });
  return { status: answer.status, headers: answer.headers, text: await answer.text() };
}

test.each(places)('$name, what did not go is told in the language that the reader chose', async (place) => {
  for (const [path, status] of [
    ['/nope', 404],
    ['/cohort', 403],
    ['/assess/nope', 404],
  ] as const) {
    const spanish = await open(place, path, 'assessor', 'language=es', 'en');
    expect([path, spanish.status, spanish.headers.get('content-language')]).toEqual([path, status, 'es']);
    expect(spanish.text).toContain('<html lang="es"');
    expect(spanish.headers.get('vary')).toBe('Accept-Language, Cookie');
    const english = await open(place, path, 'assessor', 'language=en', 'es');
    expect(english.text).toContain('<html lang="en"');
  }
});

test('a page for other roles says for which', async () => {
  const [place] = places;
  if (!place) throw new Error('no place');
  const cohort = await open(place, '/cohort', 'assessor', 'language=en', 'en');
  expect(cohort.text).toContain('It is for the role of administrator or operator.');
  const enroll = await open(place, '/enroll', 'auditor', 'language=es', 'en');
  expect(enroll.text).toContain('Es para la función de administración.');
});

test('somebody who is signed in is not asked to sign in, and finds the pages that are theirs', async () => {
  const [place] = places;
  if (!place) throw new Error('no place');
  for (const path of ['/cohort', '/nope', '/assess/nope']) {
    const { text } = await open(place, path, 'assessor', 'language=en', 'en');
    expect([path, text.includes('Sign out'), text.includes('href="/sign-in"')]).toEqual([path, true, false]);
    expect(text).toContain('href="/assess"');
  }
});

test('after a fault of ours nobody is asked who is signed in: that may be what failed', async () => {
  let asked = 0;
  const check: typeof world.ports.tokens.check = (token) => {
    asked++;
    return world.ports.tokens.check(token);
  };
  const readProgram = () => Promise.reject(new Error('the table is gone'));
  const ports = { ...world.ports, tokens: { check }, store: { ...world.ports.store, readProgram }, failed: () => {} };
  const token = await world.issuer.tokenOf('office', 'harbor:administrator');
  const headers = { cookie: `__Host-session=${token}`, 'accept-language': 'en' };
  const answer = await makeApp(ports, settings).request(`${world.origin}/cohort`, { headers });
  const text = await answer.text();
  expect([answer.status, asked, text.includes('Sign out')]).toEqual([500, 1, false]);
});

test('a refusal that is no question of the role is told as what it is', async () => {
  const [place] = places;
  if (!place) throw new Error('no place');
  const apprentice = { id: 'assessor-1', name: 'Ruth', email: 'ruth@apprentices.example' };
  await world.enroll({ enrollment: 'enr-own', apprentice });
  const own = await open(place, '/assess/enr-own', 'assessor', 'language=en', 'en');
  expect(own.status).toBe(403);
  expect(own.text).toContain('Nobody signs off evidence of their own.');
  expect(own.text).not.toContain('is not for your role');
});
