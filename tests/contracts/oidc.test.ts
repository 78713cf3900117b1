import { execFile } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from 'jose';
import * as client from 'openid-client';
import { expect, onTestFinished, test } from 'vitest';
import { startOidc } from '../../infra/local/services/oidc.ts';
import { type Persona, personaKey } from '../../infra/local/services/oidc-personas.ts';
import { authorizeParameters, choose, type Place, pkce, redeem, signIn } from '../support/sign-in.ts';
import { stopLater, temporaryFolder } from './local-service.ts';

const redirectUri = 'http://127.0.0.1:4322/signed-in';
const home = 'http://127.0.0.1:4322/';
const person = (more: Partial<Persona>): Persona => ({
  id: 'assessor-feldman',
  name: 'Ruth <Feldman> & Sons',
  about: 'Mentor',
  program: 'peer',
  programName: 'Peer "Specialist"',
  isLoaded: true,
  role: 'assessor',
  kind: 'record',
  ...more,
});
const personas = [
  person({}),
  person({ id: 'local-auditor', name: 'Auditor', role: 'auditor', kind: 'stand-in' }),
  person({
    id: 'a-1',
    name: 'Ana',
    role: 'apprentice',
    kind: 'sample',
    program: 'other',
    programName: 'Other',
    isLoaded: false,
  }),
];
const beyond = [person({ id: 'a-9', name: 'Ben', role: 'apprentice' })];
const who = { program: 'peer', role: 'assessor', id: 'assessor-feldman' };

async function issuer(folder?: string, now?: () => number): Promise<Place & { folder: string; stop(): Promise<void> }> {
  const place = folder === undefined ? temporaryFolder() : undefined;
  if (place) onTestFinished(place.remove);
  const dataDir = folder ?? place?.path ?? '';
  const running = await stopLater(
    startOidc({
      dataDir,
      port: 0,
      client: {
        clientId: 'the-app',
        redirectUris: [redirectUri],
        logoutUris: [home],
        scopes: ['openid', 'profile'],
        tokenSeconds: 3_600,
      },
      people: { recent: async () => personas, find: async (key) => beyond.find((each) => personaKey(each) === key) },
      ...(now && { now }),
    }),
  );
  return { issuer: running.endpoint, clientId: 'the-app', redirectUri, folder: dataDir, stop: running.stop };
}

/** As the app does it. */
function verify(place: Place, token: string) {
  return jwtVerify(token, createRemoteJWKSet(new URL(`${place.issuer}/.well-known/jwks.json`)), {
    issuer: place.issuer,
    audience: place.clientId,
    algorithms: ['RS256', 'ES256'],
    requiredClaims: ['exp', 'iat', 'sub'],
  });
}

const page = (place: Place, parameters: Record<string, string> | [string, string][]) =>
  fetch(`${place.issuer}/oauth2/authorize?${new URLSearchParams(parameters)}`, { redirect: 'manual' });

test('a kept client signs in by discovery, code and PKCE, and takes what it is given', async () => {
  const place = await issuer();
  const config = await client.discovery(new URL(place.issuer), 'the-app', undefined, client.None(), {
    execute: [client.allowInsecureRequests],
  });
  expect(config.serverMetadata()).toMatchObject({
    issuer: place.issuer,
    code_challenge_methods_supported: ['S256'],
    response_types_supported: ['code'],
  });
  const pkceCodeVerifier = client.randomPKCECodeVerifier();
  const [state, nonce] = [client.randomState(), client.randomNonce()];
  const url = client.buildAuthorizationUrl(config, {
    redirect_uri: redirectUri,
    scope: 'openid profile',
    code_challenge: await client.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: 'S256',
    state,
    nonce,
  });
  const back = await choose(place, who, Object.fromEntries(url.searchParams));
  const tokens = await client.authorizationCodeGrant(config, back, {
    pkceCodeVerifier,
    expectedState: state,
    expectedNonce: nonce,
    idTokenExpected: true,
  });
  expect(tokens.claims()).toMatchObject({
    'cognito:username': 'assessor-feldman',
    'cognito:groups': ['peer:assessor'],
    name: 'Ruth <Feldman> & Sons',
    token_use: 'id',
    nonce,
  });
  const out = client.buildEndSessionUrl(config, { post_logout_redirect_uri: home });
  const left = await fetch(out, { redirect: 'manual' });
  expect([left.status, left.headers.get('location')]).toEqual([302, home]);
});

test('an ID token holds for an hour, is for the app, and is signed by a key that is published', async () => {
  const place = await issuer();
  const { id_token } = await signIn(place, who);
  const { payload, protectedHeader } = await verify(place, id_token);
  expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: expect.any(String) });
  expect([payload.aud, payload.iss]).toEqual(['the-app', place.issuer]);
  expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3_600);
  expect(payload.sub).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
  expect(Object.keys(payload)).not.toContain('email');
  const again = await verify(place, (await signIn(place, who)).id_token);
  expect(again.payload.sub).toBe(payload.sub);
  expect(again.payload.jti).not.toBe(payload.jti);
});

test('an access token is taken for no ID token', async () => {
  const place = await issuer();
  const { access_token } = await signIn(place, who);
  await expect(verify(place, access_token)).rejects.toThrow(/aud/);
});

test('the key stays with the data, for its owner alone, and its private half is told to nobody', async () => {
  const place = await issuer();
  const { id_token } = await signIn(place, who);
  expect(statSync(join(place.folder, 'key.json')).mode & 0o777).toBe(0o600);
  await place.stop();
  const again = await issuer(place.folder);
  const { keys } = (await (await fetch(`${again.issuer}/.well-known/jwks.json`)).json()) as {
    keys: Record<string, unknown>[];
  };
  expect(keys.map((key) => Object.keys(key).sort())).toEqual([['alg', 'e', 'kid', 'kty', 'n', 'use']]);
  expect(keys[0]?.kid).toBe(decodeProtectedHeader(id_token).kid);
});

test('a code is good once, whoever shows it, and a wrong verifier uses it up', async () => {
  const place = await issuer();
  const { verifier, challenge } = pkce();
  const code = async () =>
    (await choose(place, who, authorizeParameters(place, challenge))).searchParams.get('code') ?? '';
  const first = await code();
  expect((await redeem(place, first, verifier)).status).toBe(200);
  expect(await (await redeem(place, first, verifier)).json()).toEqual({ error: 'invalid_grant' });
  const second = await code();
  expect((await redeem(place, second, pkce().verifier)).status).toBe(400);
  expect((await redeem(place, second, verifier)).status).toBe(400);
  for (const more of [{ redirect_uri: home }, { client_id: 'another' }, { grant_type: 'password' }]) {
    expect((await redeem(place, await code(), verifier, more)).status).toBe(400);
  }
  // The verifier may not be left out, nor be the challenge itself.
  for (const wrong of ['', challenge]) expect((await redeem(place, await code(), wrong)).status).toBe(400);
});

test('a code is too old after a minute', async () => {
  let now = Date.parse('2026-11-22T12:00:00Z');
  const place = await issuer(undefined, () => now);
  const { verifier, challenge } = pkce();
  const back = await choose(place, who, authorizeParameters(place, challenge));
  now += 60_000;
  expect((await redeem(place, back.searchParams.get('code') ?? '', verifier)).status).toBe(400);
});

test.each<[string, Record<string, string>]>([
  ['an address that is not quite the app’s', { redirect_uri: `${redirectUri}/` }],
  ['an address with something behind it', { redirect_uri: `${redirectUri}?next=evil` }],
  ['another address', { redirect_uri: 'https://evil.example/signed-in' }],
  ['a client that is not known', { client_id: 'another' }],
])('nobody is sent to %s', async (_, more) => {
  const place = await issuer();
  const parameters = { ...authorizeParameters(place, pkce().challenge), ...more };
  const answer = await page(place, parameters);
  expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  await expect(choose(place, who, parameters)).rejects.toThrow('400');
});

test.each<[string, Record<string, string>, string]>([
  ['no PKCE', { code_challenge_method: '' }, 'invalid_request'],
  ['plain PKCE', { code_challenge_method: 'plain' }, 'invalid_request'],
  ['a challenge that is no hash', { code_challenge: 'short' }, 'invalid_request'],
  ['the implicit flow', { response_type: 'id_token' }, 'unsupported_response_type'],
  ['a scope too many', { scope: 'openid email' }, 'invalid_scope'],
  ['no openid', { scope: 'profile' }, 'invalid_scope'],
  ['no page', { prompt: 'none' }, 'login_required'],
])('the app hears of a request with %s, with its state', async (_, more, error) => {
  const place = await issuer();
  const answer = await page(place, { ...authorizeParameters(place, pkce().challenge), ...more });
  const to = new URL(answer.headers.get('location') ?? 'none:');
  expect(answer.status).toBe(302);
  expect(`${to.origin}${to.pathname}`).toBe(redirectUri);
  expect([to.searchParams.get('error'), to.searchParams.get('state')]).toEqual([error, 'the-state']);
});

test('a parameter that comes twice is refused before any of the two is believed', async () => {
  const place = await issuer();
  const parameters = Object.entries(authorizeParameters(place, pkce().challenge));
  expect((await page(place, [...parameters, ['redirect_uri', 'https://evil.example/']])).status).toBe(400);
});

test('the page has a button for everybody, escapes what it shows, and runs no script', async () => {
  const place = await issuer();
  const parameters = { ...authorizeParameters(place, pkce().challenge), state: '"><script>alert(1)</script>' };
  const answer = await page(place, parameters);
  const text = await answer.text();
  // One more sends the id of an apprentice who is not there.
  expect(text.match(/<button /g)).toHaveLength(4);
  expect(text).toContain('Ruth &lt;Feldman&gt; &amp; Sons');
  expect(text).toContain('Mentor</span>');
  expect(text).toMatch(/Auditor<\/b><span>Mentor · <i>stand-in<\/i>/);
  expect(text).toMatch(/Ana<\/b><span>Mentor · <i>sample<\/i>/);
  expect(text).toContain('program load data/programs/other.json');
  expect(text).not.toMatch(/<script/);
  const policy = answer.headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/default-src 'none'.*form-action 'self' http:\/\/127\.0\.0\.1:4322;.*frame-ancestors 'none'/);
  expect(answer.headers.get('cache-control')).toBe('no-store');
});

test.each<[string, Record<string, string>]>([
  ['another origin', { origin: 'http://127.0.0.1:9' }],
  ['no origin that says which', { origin: 'null' }],
  ['a page of another site', { 'sec-fetch-site': 'cross-site' }],
  ['another port of this machine', { 'sec-fetch-site': 'same-site' }],
])('a form on %s signs nobody in', async (_, headers) => {
  const place = await issuer();
  const parameters = { ...authorizeParameters(place, pkce().challenge), persona: 'peer:assessor:assessor-feldman' };
  const body = new URLSearchParams(parameters);
  const answer = await fetch(`${place.issuer}/oauth2/authorize`, { method: 'POST', body, headers, redirect: 'manual' });
  expect([answer.status, answer.headers.get('location')]).toEqual([403, null]);
});

test('nobody becomes somebody who is not on the page', async () => {
  const place = await issuer();
  const parameters = authorizeParameters(place, pkce().challenge);
  for (const other of [
    { ...who, role: 'administrator' },
    { ...who, program: 'other' },
    { ...who, id: '' },
  ]) {
    await expect(choose(place, other, parameters)).rejects.toThrow('400');
  }
});

test('an apprentice who is not on the page is chosen by id, on the page or by the whole key', async () => {
  const place = await issuer();
  const parameters = authorizeParameters(place, pkce().challenge);
  const chosen = { program: 'peer', role: 'apprentice', id: 'a-9' };
  expect((await choose(place, chosen, parameters)).searchParams.get('code')).toBeTruthy();
  const typed = new URLSearchParams({ ...parameters, persona: 'peer:apprentice:', id: ' a-9 ' });
  const answer = await fetch(`${place.issuer}/oauth2/authorize`, { method: 'POST', body: typed, redirect: 'manual' });
  expect(answer.status).toBe(302);
  const shown = await (await page(place, parameters)).text();
  expect(shown).toContain('<button name="persona" value="other:apprentice:">');
  expect(shown).toMatch(/Somebody else’s id/);
  expect(shown).toMatch(/8 at the most, those whose records changed last/);
});

test('a refusal names the id that nobody has', async () => {
  const place = await issuer();
  const parameters = authorizeParameters(place, pkce().challenge);
  const body = new URLSearchParams({ ...parameters, persona: 'peer:apprentice:', id: '<a-0>' });
  const answer = await fetch(`${place.issuer}/oauth2/authorize`, { method: 'POST', body, redirect: 'manual' });
  expect(answer.status).toBe(400);
  expect(await answer.text()).toContain('peer:apprentice:&lt;a-0&gt;');
});

/** The lines of the main README that sign somebody in by curl, run as they stand there. */
function signInAsTheReadme(place: Place, persona: string) {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const lines = /^APP=(?<address>\S+) SIGN_IN=(?<signIn>\S+) .*\n.*?\nTOKEN=.*?\n\n/ms.exec(readme);
  const { address = '', signIn = '' } = lines?.groups ?? {};
  const script = (lines?.[0] ?? 'exit 9')
    .replaceAll(address, new URL(redirectUri).origin)
    .replaceAll(signIn, `${place.issuer}/oauth2`)
    .replace(/^WHO=\S+/m, `WHO=${persona}`)
    .replaceAll('SignInPoolClient', 'the-app');
  // The issuer is in this process, which must go on while they run.
  return promisify(execFile)('bash', ['-c', `${script}\nprintf %s "$TOKEN"`]).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code: Number(code), stdout: String(stdout), stderr: String(stderr) }),
  );
}

test('the README’s lines of curl sign somebody in, and say who is not there', async () => {
  const place = await issuer();
  const signedIn = await signInAsTheReadme(place, 'peer:assessor:assessor-feldman');
  expect(signedIn).toMatchObject({ code: 0, stderr: '' });
  expect((await verify(place, signedIn.stdout)).payload['cognito:username']).toBe('assessor-feldman');
  const refused = await signInAsTheReadme(place, 'peer:apprentice:nobody');
  expect([refused.code, refused.stdout]).not.toEqual([0, expect.anything()]);
  expect(refused.stderr).toMatch(/400/);
  expect(refused.stderr).toMatch(/nobody is peer:apprentice:nobody/);
});

test('who signs out is sent to the app or nowhere', async () => {
  const place = await issuer();
  const out = (parameters: Record<string, string>) =>
    fetch(`${place.issuer}/logout?${new URLSearchParams(parameters)}`, { redirect: 'manual' });
  const sound = await out({ client_id: 'the-app', logout_uri: home });
  expect([sound.status, sound.headers.get('location')]).toEqual([302, home]);
  for (const wrong of [
    { client_id: 'the-app', logout_uri: 'https://evil.example/' },
    { logout_uri: home },
    { client_id: 'x', logout_uri: home },
  ]) {
    const answer = await out(wrong as Record<string, string>);
    expect([answer.status, answer.headers.get('location')]).toEqual([400, null]);
  }
});
