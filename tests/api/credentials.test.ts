import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Credential } from '../../functions/domain/credential.ts';
import { noon } from '../support/small-world.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';
import { putCredential } from './put-records.ts';

let world: ApiWorld;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  world = await startApiWorld();
  for (const [name, actor, group] of [
    ['zoe', 'zoe', 'harbor:apprentice'],
    ['other', 'otto', 'harbor:apprentice'],
    ['office', 'office', 'harbor:administrator'],
    ['auditor', 'audrey', 'harbor:auditor'],
    ['operator', 'oscar', 'harbor:operator'],
    ['elsewhere', 'office', 'harbor-annex:administrator'],
  ] as const)
    tokens[name] = await world.issuer.tokenOf(actor, group);
});
afterAll(() => world.stop());

let made = 0;
async function issued(more: Parameters<typeof putCredential>[2] = {}): Promise<Credential> {
  const enrollment = `enr-of-credentials-${++made}`;
  await world.enroll({ enrollment, apprentice: { id: 'zoe', name: 'Zoë Müller', email: 'zoe@apprentices.example' } });
  return putCredential(world.ports.store, { program: 'harbor', enrollment }, more);
}

let key = 0;
const post = (who: string, path: string, body: unknown, headers: Record<string, string> = {}) =>
  world.ask('POST', path, {
    token: tokens[who],
    body,
    headers: { 'idempotency-key': `key-of-credentials-${++key}`, ...headers },
  });
const get = async (who: string, path: string) => readJson(await world.ask('GET', path, { token: tokens[who] }));
const idsOf = ({ items }: { items: { credential: string }[] }) => items.map(({ credential }) => credential);

describe('the list', () => {
  test('is of the program, the newest first, of some days where they are asked for', async () => {
    const first = await issued({ issuedAt: noon('2024-03-01') });
    const last = await issued({ issuedAt: noon('2024-03-09') });
    const middle = await issued({ issuedAt: '2024-03-05T23:59:59.000Z' });
    const all = await get('operator', '/credentials?from=2024-03-01&to=2024-03-09');
    expect(idsOf(all)).toEqual([last, middle, first].map(({ credentialId }) => credentialId));
    expect(idsOf(await get('auditor', '/credentials?from=2024-03-02&to=2024-03-05'))).toEqual([middle.credentialId]);
    for (const one of ['', '&enrollment=enr-1'])
      expect(await get('auditor', `/credentials?from=2024-03-09&to=2024-03-01${one}`)).toMatchObject({
        code: 'span.invalid',
        field: 'to',
      });
    expect(JSON.stringify(all)).not.toMatch(/Zoë|ZZZZ/);
    expect(await get('elsewhere', '/credentials')).toEqual({ items: [] });
    expect(await get('office', '/credentials?cursor=x')).toMatchObject({ status: 400, code: 'request.cursor' });
  });

  test('of one enrollment is for its apprentice too, and of others for nobody who is not to see them', async () => {
    const { enrollment, credentialId } = await issued();
    expect(idsOf(await get('zoe', `/credentials?enrollment=${enrollment}`))).toEqual([credentialId]);
    expect(await get('other', `/credentials?enrollment=${enrollment}`)).toMatchObject({ code: 'enrollment.unknown' });
    expect(await get('elsewhere', `/credentials?enrollment=${enrollment}`)).toMatchObject({
      code: 'enrollment.unknown',
    });
    expect(await get('zoe', '/credentials')).toMatchObject({ status: 400, field: 'enrollment' });
  });

  test('goes on behind its cursor', async () => {
    const on = (n: number) => new Date(Date.parse(noon('2023-01-01')) + n * 86_400_000).toISOString();
    for (let n = 0; n < 105; n++) await issued({ issuedAt: on(n) });
    const first = await get('office', '/credentials?to=2023-12-31');
    const second = await get('office', `/credentials?to=2023-12-31&cursor=${first.cursor}`);
    expect([first.items.length, second.items.length]).toEqual([100, 5]);
    expect(first.items[0].issuedAt).toBe(on(104));
    expect(second.items.at(-1).issuedAt).toBe(on(0));
  }, 30_000);
});

describe('one credential', () => {
  test('is found by its id alone, and says what stands on it and where it can be checked', async () => {
    const { credentialId, code, enrollment } = await issued();
    const shown = await get('auditor', `/credentials/${credentialId}`);
    expect(shown).toMatchObject({ credential: credentialId, enrollment, name: 'Zoë Müller', state: 'issued' });
    expect(shown.verify).toBe(`https://verify.harbor.example/v/${code}`);
    expect(JSON.stringify(shown)).not.toMatch(/signature|basisHash|\.pdf/);
    expect(await get('auditor', `/credentials/${credentialId}?enrollment=${enrollment}`)).toEqual(shown);
    expect(await get('auditor', `/credentials/${credentialId}?enrollment=enr-none`)).toMatchObject({ status: 404 });
    for (const who of ['other', 'elsewhere'])
      expect(await get(who, `/credentials/${credentialId}`)).toMatchObject({ status: 404, code: 'credential.unknown' });
  });

  test('its document is a link for five minutes, and the access log says whose it was', async () => {
    const { credentialId, enrollment, document } = await issued();
    const { url, expiresAt } = await get('office', `/credentials/${credentialId}/document`);
    const link = new URL(url);
    expect(link.pathname).toBe(`/documents/${document.key}`);
    expect(link.searchParams.get('X-Amz-Expires')).toBe('300');
    expect(link.searchParams.get('response-content-disposition')).toMatch(
      /^attachment; filename="certificate-[\w-]+\.pdf"$/,
    );
    expect(url).not.toMatch(/Zo|zoe/);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(300_000);
    const today = new Date().toISOString().slice(0, 10);
    const subjects = [];
    for await (const entry of world.ports.access.list('harbor', today, today))
      if (entry.facts.what === 'document') subjects.push(entry.subject);
    expect(subjects).toContain(enrollment);
  });

  test('is revoked with a code and a reason, once', async () => {
    const { credentialId, ...ref } = await issued();
    const path = `/credentials/${credentialId}/revocation`;
    const etagOf = async () =>
      (await world.ask('GET', `/credentials/${credentialId}`, { token: tokens.office })).headers.get('etag') ?? '';
    expect((await post('office', path, { code: 'because', reason: 'It was false' })).status).toBe(400);
    const same = { 'idempotency-key': 'one-key-to-revoke-by', 'if-match': await etagOf() };
    const body = { code: 'fraud', reason: 'It was false' };
    expect(await readJson(await post('office', path, body, same))).toEqual({ outcome: 'revoked' });
    expect(await readJson(await post('office', path, body, same))).toEqual({ outcome: 'revoked' });
    const again = await post('office', path, body, { 'if-match': await etagOf() });
    expect([again.status, (await readJson(again)).code]).toEqual([409, 'credential.not-in-force']);
    const stored = await world.ports.store.readCredential(ref, credentialId);
    expect(stored).toMatchObject({ state: 'revoked', revocation: { code: 'fraud', text: 'It was false' } });
  });

  test('is asked for anew for the state that the caller saw, with a corrected name', async () => {
    const { enrollment, program } = await issued();
    const read = async () => world.ports.store.readEnrollment({ program, enrollment });
    const { version = 0, fence = 0 } = (await read()) ?? {};
    // A completion that stands, as evaluate leaves it.
    const current = await read();
    if (!current) throw new Error('nobody is enrolled');
    const completion = { at: noon('2026-03-01'), on: '2026-03-01' };
    await world.ports.store.commit({ enrollment: current, guard: {}, patch: { completion }, entries: [] });
    const path = `/enrollments/${enrollment}/reissues`;
    const stale = await post('office', path, { name: 'Zoé Muller' }, { 'if-match': `"${version}.${fence}"` });
    expect([stale.status, (await readJson(stale)).code]).toEqual([412, 'condition.stale']);
    expect((await post('office', path, {})).status).toBe(428);
    const fresh = { 'if-match': `"${version + 1}.${fence}"` };
    const answer = await post('office', path, { name: 'Zoé Muller' }, fresh);
    const { credential } = await readJson(answer);
    expect(answer.status).toBe(202);
    const after = await read();
    expect(after?.apprentice.name).toBe('Zoé Muller');
    expect(after?.pointers.completion?.pending).toMatchObject({
      credentialId: credential,
      facts: { name: 'Zoé Muller' },
    });
    expect(world.sent.at(-1)).toMatchObject({ type: 'issue-requested', credentialId: credential });
  });
});

describe('emails', () => {
  test('of a record are told with what became of them, and an address to who may see it', async () => {
    const to = 'aunt@elsewhere.example';
    const { enrollment, delivery, credentialId } = await issued({ delivery: { to, reason: 'none' } });
    const path = `/enrollments/${enrollment}/deliveries`;
    const shown = await get('office', path);
    expect(shown).toMatchObject({
      items: [{ delivery, state: 'sent', about: { kind: 'credential', credential: credentialId }, to }],
      more: false,
    });
    expect(await get('zoe', path)).toEqual(shown);
    for (const who of ['operator', 'auditor']) expect(JSON.stringify(await get(who, path))).not.toContain('aunt@');
    expect(await get('other', path)).toMatchObject({ status: 404 });
  });

  test('are sent again once for each key, elsewhere where an administrator says so', async () => {
    const { enrollment, delivery, program } = await issued();
    const path = `/deliveries/${delivery}/resend`;
    const email = 'aunt@elsewhere.example';
    const seen = async (of: string) => {
      const { items } = await get('operator', `/enrollments/${enrollment}/deliveries`);
      return { 'if-match': items.find((each: { delivery: string }) => each.delivery === of).etag };
    };
    const forbidden = await post('operator', path, { enrollment, email }, await seen(delivery));
    expect([forbidden.status, (await readJson(forbidden)).field]).toEqual([403, 'email']);
    const same = { 'idempotency-key': 'one-key-to-resend-by', ...(await seen(delivery)) };
    const first = await post('office', path, { enrollment, email }, same);
    const answer = await readJson(first);
    expect([first.status, answer.outcome]).toEqual([202, 'resent']);
    expect(await readJson(await post('office', path, { enrollment, email }, same))).toEqual(answer);
    const deliveries = await world.ports.store.listDeliveries({ program, enrollment });
    expect(deliveries).toMatchObject([{ resendOf: delivery, to: email, state: 'queued' }, { state: 'sent' }]);
    expect(world.sent.at(-1)).toMatchObject({ type: 'delivery-requested', deliveryId: answer.delivery });
    const onItsWay = await post(
      'operator',
      `/deliveries/${answer.delivery}/resend`,
      { enrollment },
      await seen(answer.delivery),
    );
    expect([onItsWay.status, (await readJson(onItsWay)).code]).toEqual([409, 'delivery.under-way']);
  });
});
