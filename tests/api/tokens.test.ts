import { exportSPKI, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { oidcTokenCheck } from '../../functions/adapters/oidc/token-check.ts';
import { audience, startIssuer } from './issuer.ts';

let issuer: Awaited<ReturnType<typeof startIssuer>>;
beforeAll(async () => {
  issuer = await startIssuer();
});
afterAll(() => issuer.stop());

const clock = { now: () => new Date().toISOString() };
const checkOf = () => oidcTokenCheck({ issuer: issuer.issuer, audience, clock });
const seconds = () => Math.floor(Date.now() / 1000);
const invalid = { outcome: 'invalid', code: 'token.invalid' };

test('a token of the issuer for us is valid, and says who its holder is', async () => {
  const verdict = await checkOf().check(await issuer.tokenOf('ada', 'harbor:assessor'));
  expect(verdict).toMatchObject({
    outcome: 'valid',
    claims: { 'cognito:username': 'ada', 'cognito:groups': ['harbor:assessor'] },
  });
});

test('a token that has expired is told apart, so that its holder signs in again', async () => {
  expect(await checkOf().check(await issuer.sign({ exp: seconds() - 60 }))).toEqual({
    outcome: 'invalid',
    code: 'token.expired',
  });
});

test.each([
  ['is for somebody else', () => issuer.sign({ aud: 'another-client' })],
  ['is for nobody', () => issuer.sign({ aud: [] })],
  ['names another issuer', () => issuer.sign({ iss: 'https://elsewhere.example' })],
  ['is not good yet', () => issuer.sign({ nbf: seconds() + 600 })],
  ['never expires', () => issuer.sign({ exp: undefined as never })],
  ["was signed by a stranger's key under a known id", () => issuer.sign({}, { key: issuer.strangersKey })],
  ['names a key that the issuer does not have', () => issuer.sign({}, { kid: 'k9' })],
  ['is not signed at all (alg: none)', async () => unsigned()],
  ["is signed with the issuer's public key as a shared secret (HS256)", () => confused()],
  ['was changed after it was signed', async () => changed(await issuer.tokenOf('ada', 'harbor:assessor'))],
  ['is no token', async () => 'not.a.token'],
  ['is empty', async () => ''],
  ['is longer than any', async () => 'a'.repeat(9_000)],
])('a token that %s is invalid', async (_, make) => {
  expect(await checkOf().check(await make())).toEqual(invalid);
});

const claims = () => ({ iss: issuer.issuer, aud: audience, exp: seconds() + 600, 'cognito:username': 'ada' });
const unsigned = () => new UnsecuredJWT(claims()).encode();

async function confused(): Promise<string> {
  const secret = new TextEncoder().encode(await exportSPKI(issuer.publicKey));
  return new SignJWT(claims()).setProtectedHeader({ alg: 'HS256', kid: 'k1' }).sign(secret);
}

function changed(token: string): string {
  const [header, payload = '', signature] = token.split('.');
  const said = JSON.parse(Buffer.from(payload, 'base64url').toString());
  const more = { ...said, 'cognito:groups': ['harbor:administrator'] };
  return [header, Buffer.from(JSON.stringify(more)).toString('base64url'), signature].join('.');
}

test("the issuer's keys are fetched once for many tokens, and not for every unknown key id", async () => {
  const check = checkOf();
  const before = { ...issuer.asked };
  for (let i = 0; i < 5; i++) await check.check(await issuer.tokenOf('ada', 'harbor:assessor'));
  for (let i = 0; i < 5; i++) await check.check(await issuer.sign({}, { kid: `made-up-${i}` }));
  expect(issuer.asked.metadata - before.metadata).toBe(1);
  expect(issuer.asked.keys - before.keys).toBe(1);
});

test('nobody is let in while the keys cannot be had, and everybody again once they can', async () => {
  const check = checkOf();
  const token = await issuer.tokenOf('ada', 'harbor:assessor');
  issuer.goDown(true);
  await expect(check.check(token)).rejects.toMatchObject({ code: 'oidc.unreachable', retryable: true });
  issuer.goDown(false);
  expect(await check.check(token)).toMatchObject({ outcome: 'valid' });
});

test('an issuer without TLS that is not this machine is refused before it is asked', async () => {
  const check = oidcTokenCheck({ issuer: 'http://issuer.example', audience, clock });
  await expect(check.check(await issuer.tokenOf('ada'))).rejects.toMatchObject({ code: 'oidc.unreachable' });
});
