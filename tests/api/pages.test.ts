import { UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { submitEvidence } from '../../functions/acts/evidence.ts';
import { revokeCredential } from '../../functions/acts/revoke-credential.ts';
import { enrollmentPartition } from '../../functions/adapters/aws/record-keys.ts';
import { makeApp } from '../../functions/api/app.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import { stepsWorld } from '../support/steps-world.ts';
import { type ApiWorld, settings, startApiWorld } from './api-world.ts';

let world: ApiWorld;
let code: string;
let credentialId: string;
const ref = { program: 'harbor', enrollment: 'enr-1' };
const administrator = { id: 'ada', role: 'administrator' as const };

beforeAll(async () => {
  world = await startApiWorld();
  const steps = stepsWorld(world.ports.store);
  await steps.publish();
  await steps.enroll();
  await steps.complete();
  await issueCredential({ ...steps.ports, signer: world.signer }, steps.issueRequest());
  const [credential] = (await steps.record()).credentials;
  code = credential?.code ?? '';
  credentialId = credential?.credentialId ?? '';
});
afterAll(() => world.stop());

async function get(path: string, headers: Record<string, string> = {}) {
  const before = world.requests.count();
  const answer = await world.ask('GET', path, { headers });
  return {
    status: answer.status,
    headers: answer.headers,
    text: await answer.text(),
    requests: world.requests.count() - before,
  };
}

const asRole = async (actor: string, role: string) => ({
  cookie: `__Host-session=${await world.issuer.tokenOf(actor, `harbor:${role}`)}`,
});

function post(path: string, form: Record<string, string>, headers: Record<string, string> = {}) {
  return world.ask('POST', path, {
    body: new URLSearchParams(form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', origin: world.origin, ...headers },
  });
}

describe('verification', () => {
  test('tells whether a certificate is in force, and what stands on it, and nothing else of its holder', async () => {
    const { status, text, headers } = await get(`/v/${code}`);
    expect(status).toBe(200);
    for (const shown of ['Genuine and in force', 'Łukasz Żółć', 'Small Apprenticeship', 'Harbor Sponsor'])
      expect(text).toContain(shown);
    for (const hidden of ['lukasz@', 'enr-1', 'apprentice-1', 'assessor-1', 'binder'])
      expect(text).not.toContain(hidden);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('x-robots-tag')).toContain('noindex');
    expect(headers.get('content-security-policy')).toMatch(/script-src 'self'; style-src 'self'/);
  });

  test('takes a code as people type it', async () => {
    const typed = `${code.slice(0, 5).toLowerCase()}-${code.slice(5, 11)} ${code.slice(11).toLowerCase()}`;
    expect((await get(`/v/${encodeURIComponent(typed)}`)).text).toContain('Genuine and in force');
    const sent = await get(`/v?code=${encodeURIComponent(` ${typed} `)}`);
    expect([sent.status, sent.headers.get('location')]).toEqual([
      303,
      `/v/${encodeURIComponent(typed.replace(' ', ''))}`,
    ]);
  });

  test('an unknown code and one that is none have the same answer, for as many requests of the table', async () => {
    const unknown = await get(`/v/${'0'.repeat(26)}`);
    const tries = [
      'x',
      '%00',
      '%3Cscript%3E',
      '..%2Fetc',
      `${code}0`,
      code.slice(1),
      'a'.repeat(2_000),
      '%F0%9F%8E%93',
    ];
    expect([unknown.status, unknown.requests]).toEqual([404, 1]);
    for (const each of tries) {
      const answer = await get(`/v/${each}`);
      expect([each, answer.status, answer.requests]).toEqual([each, 404, unknown.requests]);
      // The footer's links lead back to the same address in another language: all else is alike.
      const bare = (text: string) => text.replaceAll(/href="\/v\/[^"]*"/g, '');
      expect(bare(answer.text)).toBe(bare(unknown.text));
      expect([...answer.headers]).toEqual([...unknown.headers]);
    }
  });

  describe('of a record that a hand in the table has changed', () => {
    const change = (what: string, value: unknown, names: Record<string, string>) =>
      world.table.client.send(
        new UpdateItemCommand({
          TableName: world.table.tableName,
          Key: marshall({ pk: enrollmentPartition(ref), sk: `CREDENTIAL#${credentialId}` }),
          UpdateExpression: `SET ${what} = :v`,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: marshall({ ':v': value }),
        }),
      );
    const name = { '#f': 'facts', '#n': 'name' };

    test.each([
      ['the name', '#f.#n', name, 'Forged Name'],
      ['the day', '#f.#d', { '#f': 'facts', '#d': 'completedOn' }, '2020-01-01'],
      ['the file', '#d.#h', { '#d': 'document', '#h': 'hash' }, 'f'.repeat(64)],
      ['the version of the program', '#f.#h.#p', { '#f': 'facts', '#h': 'hashes', '#p': 'program' }, 'f'.repeat(64)],
      ['the signature', '#s.#v', { '#s': 'signature', '#v': 'value' }, 'AAAA'],
    ])('tells nobody that it is genuine, and shows nothing of it: %s', async (_, what, names, forged) => {
      const before = await world.ports.store.readCredential(ref, credentialId);
      await change(what, forged, names);
      try {
        const { status, text } = await get(`/v/${code}`);
        expect(status).toBe(200);
        expect(text).toContain('<h1>Do not rely on this record</h1>');
        expect(text).toContain('does not fit its signature');
        for (const never of ['Genuine', 'verdict good', 'trust this page', 'pdf-check', 'Łukasz', forged])
          expect([never, text.includes(never)]).toEqual([never, false]);
        const spanish = await get(`/v/${code}`, { 'accept-language': 'es' });
        expect(spanish.text).toContain('<h1>No se fíe de este registro</h1>');
      } finally {
        const path = what.split('.').map((part) => (names as Record<string, string>)[part] ?? '');
        const kept = path.reduce<unknown>((value, part) => (value as Record<string, unknown>)[part], before);
        await change(what, kept, names);
      }
      expect((await get(`/v/${code}`)).text).toContain('Genuine and in force');
    });
  });

  test('that cannot be made without the key tells nobody that a certificate is genuine', async () => {
    const isCredentialSignature = () =>
      Promise.reject(new AdapterError('signer.public-key', 'no key', { retryable: true }));
    const app = makeApp({ ...world.ports, isCredentialSignature }, settings);
    const answer = await app.request(`${world.origin}/v/${code}`);
    expect(answer.status).toBeGreaterThanOrEqual(500);
    expect(await answer.text()).not.toContain('Genuine');
    expect((await app.request(`${world.origin}/v/${'0'.repeat(26)}`)).status).toBe(404);
  });

  test('says when and why a certificate was revoked', async () => {
    const steps = stepsWorld(world.ports.store);
    await revokeCredential(steps.ports, administrator, ref, {
      credentialId,
      code: 'fraud',
      text: 'The hours were <b>invented</b>.',
    });
    const { text } = await get(`/v/${code}`);
    expect(text).toContain('<h1>Revoked</h1>');
    expect(text).toContain('Fraud');
    expect(text).toContain('The hours were &lt;b&gt;invented&lt;/b&gt;.');
  });
});

describe('signing in', () => {
  const begin = async (to = '/cohort') => {
    const answer = await get(`/sign-in/continue?to=${encodeURIComponent(to)}`);
    const cookie = answer.headers.get('set-cookie') ?? '';
    return { at: new URL(answer.headers.get('location') ?? ''), cookie: cookie.split(';')[0] ?? '', whole: cookie };
  };
  const offer = async (nonce: string | null, challenge: string | null, groups = 'harbor:administrator') => {
    const claims = { sub: 'ada', 'cognito:username': 'ada', 'cognito:groups': [groups], nonce };
    world.issuer.offer('code-1', { challenge: challenge ?? '', token: await world.issuer.sign(claims) });
  };

  test('leads by a code to where the person was going, with a session that no script can read', async () => {
    const { at, cookie, whole } = await begin('/cohort?status=complete');
    expect(whole).toMatch(/^__Host-sign-in=.*; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/);
    expect(at.searchParams.get('redirect_uri')).toBe(`${world.origin}/signed-in`);
    await offer(at.searchParams.get('nonce'), at.searchParams.get('code_challenge'));
    const back = await get(`/signed-in?code=code-1&state=${at.searchParams.get('state')}`, { cookie });
    expect([back.status, back.headers.get('location')]).toEqual([303, '/cohort?status=complete']);
    const session = back.headers.getSetCookie().find((each) => each.startsWith('__Host-session=')) ?? '';
    expect(session).toMatch(/; HttpOnly; SameSite=Lax; Secure$/);
    const page = await get('/cohort', { cookie: session.split(';')[0] ?? '' });
    expect([page.status, page.text.includes('Apprentices: Harbor Program')]).toEqual([200, true]);
  });

  test('with another state, nonce, browser or code begins again', async () => {
    const { at, cookie } = await begin();
    const [nonce, challenge, state] = ['nonce', 'code_challenge', 'state'].map((name) => at.searchParams.get(name));
    const problemOf = async (path: string, headers: Record<string, string>) =>
      (await get(path, headers)).headers.get('location');
    await offer(nonce ?? '', challenge ?? '');
    expect(await problemOf('/signed-in?code=code-1&state=another', { cookie })).toBe('/sign-in?problem=expired');
    expect(await problemOf(`/signed-in?code=code-1&state=${state}`, {})).toBe('/sign-in?problem=expired');
    await offer('another', challenge ?? '');
    expect(await problemOf(`/signed-in?code=code-1&state=${state}`, { cookie })).toBe('/sign-in?problem=failed');
    await offer(nonce ?? '', 'of another sign-in');
    expect(await problemOf(`/signed-in?code=code-1&state=${state}`, { cookie })).toBe('/sign-in?problem=failed');
    expect(await problemOf(`/signed-in?error=access_denied&state=${state}`, { cookie })).toBe(
      '/sign-in?problem=failed',
    );
  });

  test.each([
    'https://evil.example/',
    '//evil.example',
    '/\\evil.example',
    'javascript:alert(1)',
    '/ok\r\nSet-Cookie: a=b',
  ])('never leads to %j afterwards', async (to) => {
    const { at, cookie } = await begin(to);
    await offer(at.searchParams.get('nonce'), at.searchParams.get('code_challenge'));
    const back = await get(`/signed-in?code=code-1&state=${at.searchParams.get('state')}`, { cookie });
    expect(back.headers.get('location')).toBe('/');
  });

  test('is asked for before a page, which comes back afterwards', async () => {
    const answer = await get('/people/enr-1?sensitive=show');
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      `/sign-in?to=${encodeURIComponent('/people/enr-1?sensitive=show')}`,
    ]);
  });

  test('ends with the session, and only at the word of a page of ours', async () => {
    const own = await post('/sign-out', {});
    expect([own.status, own.headers.get('location')]).toEqual([303, '/signed-out']);
    expect(own.headers.get('set-cookie')).toMatch(/^__Host-session=; Path=\/; Max-Age=0/);
    expect((await post('/sign-out', {}, { origin: 'https://evil.example' })).status).toBe(403);
  });
});

describe('forms', () => {
  test('that another site sends along with the cookie change nothing', async () => {
    const cookie = await asRole('ada', 'administrator');
    for (const origin of ['https://evil.example', 'null']) {
      const answer = await post('/enroll', { name: 'Ana', email: 'a@b.example', id: 'ana' }, { ...cookie, origin });
      expect([origin, answer.status]).toEqual([origin, 403]);
      expect(await answer.text()).toContain('This form came from somewhere else');
    }
  });

  test('that lack something come back with what was typed, and say what is missing beside its field', async () => {
    const answer = await post(
      '/enroll',
      { name: 'Ana "Anita" <b>', email: '', id: 'ana' },
      await asRole('ada', 'administrator'),
    );
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain('<title>Error: Enroll an apprentice');
    expect(page).toContain('value="Ana &quot;Anita&quot; &lt;b&gt;"');
    expect(page).toMatch(/<a href="#field-email">Email address: Fill this in<\/a>/);
    expect(page).toMatch(
      /id="field-email"[^>]*aria-describedby="field-email-hint field-email-error"[^>]*aria-invalid="true"/,
    );
  });

  test('that an act refuses say why, in the reader’s language', async () => {
    const form = { name: 'Ana 🎓', email: 'ana@apprentices.example', id: 'ana' };
    const answer = await post('/enroll', form, { ...(await asRole('ada', 'administrator')), 'accept-language': 'es' });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toContain('El nombre tiene caracteres que ninguna de nuestras letras imprime');
  });

  test('that are done lead on to a page that says so once, with nothing personal in its address', async () => {
    const cookie = await asRole('ada', 'administrator');
    const form = { name: 'Nguyễn Thị Hồng Nhung', email: 'nhung@apprentices.example', id: 'nhung' };
    const answer = await post('/enroll', form, cookie);
    const to = answer.headers.get('location') ?? '';
    expect([answer.status, /^\/people\/[\w-]+$/.test(to)]).toEqual([303, true]);
    const notice = answer.headers.get('set-cookie')?.split(';')[0] ?? '';
    expect(notice).toBe('__Host-notice=done.enrolled');
    const page = await get(to, { cookie: `${cookie.cookie}; ${notice}` });
    expect(page.text).toContain('Enrolled.');
    expect(page.headers.get('set-cookie')).toMatch(/^__Host-notice=; Path=\/; Max-Age=0/);
  });

  test('that enroll somebody a second time are held back, unless that is meant', async () => {
    const cookie = await asRole('ada', 'administrator');
    const form = { name: 'Bo Li', email: 'bo@apprentices.example', id: 'bo-li' };
    expect((await post('/enroll', form, cookie)).status).toBe(303);
    const again = await post('/enroll', form, cookie);
    const page = await again.text();
    expect([again.status, page.includes('This person has an enrollment in your program already')]).toEqual([422, true]);
    expect(page).toContain('<button type="submit" class="quiet" name="again" value="yes">Enroll once more</button>');
    expect(await world.ports.store.listOwnEnrollments('harbor', 'bo-li')).toHaveLength(1);
    expect((await post('/enroll', { ...form, again: 'yes' }, cookie)).status).toBe(303);
  });

  test('made from a record that has changed since decide nothing', async () => {
    const enrollment = await world.enroll({ enrollment: 'enr-stale' });
    const path = `/people/${enrollment.enrollment}/leaving`;
    const form = { code: 'resigned', text: 'Took another job', seen: `${enrollment.version - 1}.${enrollment.fence}` };
    const cookie = await asRole('ada', 'administrator');
    const stale = await post(path, form, cookie);
    expect([stale.status, (await stale.text()).includes('Somebody else changed this record meanwhile')]).toEqual([
      412,
      true,
    ]);
    const fresh = await post(path, { ...form, seen: `${enrollment.version}.${enrollment.fence}` }, cookie);
    expect(fresh.status).toBe(303);
  });
});

describe('the assessor’s desk', () => {
  const path = '/assess/enr-desk';
  beforeAll(async () => {
    const enrollment = await world.enroll({
      enrollment: 'enr-desk',
      apprentice: { id: 'nhung', name: 'Nhung', email: 'n@apprentices.example' },
      progress: { 'engage-1': { status: 'awaiting' } },
      awaiting: { 'engage-1': '2026-03-01T12:00:00.000Z' },
    });
    const pieces = ['engage-1', 'engage-2'].map((requirement) => ({
      requirement,
      evidence: `of-${requirement}`,
      submittedBy: 'nhung',
      occurredOn: '2026-02-01',
      attestation: 'Did it <i>well</i>.',
    }));
    await submitEvidence(world.ports, enrollment, pieces);
  });
  const shownOn = async (cookie: Record<string, string>) => {
    const page = await get(path, cookie);
    const hidden = [...page.text.matchAll(/<input type="hidden" name="(shown[^"]+)" value="([^"]+)"/g)];
    return { page, form: Object.fromEntries(hidden.map(([, name = '', value = '']) => [name, value])) };
  };

  test('shows what waits, and nobody their own', async () => {
    const { page } = await shownOn(await asRole('assessor-1', 'assessor'));
    expect(page.text).toContain('Did it &lt;i&gt;well&lt;/i&gt;.');
    expect(page.text).toContain('2 pieces of evidence wait');
    const own = await get(path, await asRole('nhung', 'assessor'));
    expect([own.status, own.text.includes('Did it')]).toEqual([403, false]);
    expect((await get('/assess', await asRole('nhung', 'assessor'))).text).not.toContain(path);
    expect((await get('/assess', await asRole('assessor-1', 'assessor'))).text).toContain(path);
  });

  test('decides nothing that was not shown, or that changed since', async () => {
    const cookie = await asRole('assessor-1', 'assessor');
    const { form } = await shownOn(cookie);
    const other = Object.fromEntries(Object.keys(form).map((name) => [name, 'another-hash']));
    for (const shown of [{}, other]) {
      const answer = await post(path, { ...shown, 'decision.engage-1.of-engage-1': 'met', whole: 'engage' }, cookie);
      expect([answer.status, (await answer.text()).includes('Something changed since you loaded the page')]).toEqual([
        422,
        true,
      ]);
    }
  });

  test('signs a whole set off at once, but for what was decided otherwise, without any script', async () => {
    const cookie = await asRole('assessor-1', 'assessor');
    const { form } = await shownOn(cookie);
    const answer = await post(path, { ...form, 'decision.engage-2.of-engage-2': 'not-met', whole: 'engage' }, cookie);
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/assess']);
    const items = await world.ports.store.readAllEvidence({ program: 'harbor', enrollment: 'enr-desk' });
    const outcomes = items
      .filter(({ sk }) => sk.includes('#ASSESSMENT#'))
      .map(({ attributes }) => [attributes.requirement, attributes.outcome, attributes.assessor]);
    expect(outcomes.sort()).toEqual([
      ['engage-1', 'met', 'assessor-1'],
      ['engage-2', 'not-met', 'assessor-1'],
    ]);
  });
});

test('the cohort asks as much of the table for fifty apprentices as for five', async () => {
  const cookie = await asRole('ada', 'administrator');
  const few = await get('/cohort', cookie);
  await Promise.all(Array.from({ length: 50 }, (_, i) => world.enroll({ enrollment: `enr-many-${i}` })));
  const many = await get('/cohort', cookie);
  expect(many.text.match(/<th scope="row">/g)?.length).toBeGreaterThan(50);
  expect(many.requests).toBe(few.requests);
});

describe('an operator', () => {
  test('sends a certificate again, and cannot say where else it goes', async () => {
    const path = `/people/enr-1/resend/dlv-${credentialId}`;
    const [operator, administrator] = [await asRole('olu', 'operator'), await asRole('ada', 'administrator')];
    expect((await get(path, administrator)).text).toContain('id="field-email"');
    expect((await get(path, operator)).text).not.toContain('id="field-email"');
    const before = await world.ports.store.readEnrollment(ref);
    for (const state of ['queued', 'parked'] as const) {
      const [delivery] = await world.ports.store.listDeliveries(ref);
      expect(delivery?.state).toBe('queued');
      const store = { ...world.ports.store, readDelivery: async () => delivery && { ...delivery, state } };
      const app = makeApp({ ...world.ports, store }, settings);
      const answer = await app.request(`${world.origin}${path}`, {
        method: 'POST',
        body: new URLSearchParams({ email: 'thief@elsewhere.example', seen: `0.0.${'0'.repeat(32)}` }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: world.origin, ...operator },
      });
      expect([state, answer.status]).toEqual([state, 403]);
    }
    expect(await world.ports.store.readEnrollment(ref)).toEqual(before);
  });

  test('is not led to what only administrators may', async () => {
    expect((await get('/cohort', await asRole('olu', 'operator'))).text).not.toContain('href="/enroll"');
    expect((await get('/cohort', await asRole('ada', 'administrator'))).text).toContain('href="/enroll"');
    const document = `href="/people/enr-1/credentials/${credentialId}/document"`;
    expect((await get('/people/enr-1', await asRole('olu', 'operator'))).text).not.toContain(document);
    expect((await get('/people/enr-1', await asRole('ada', 'administrator'))).text).toContain(document);
  });
});

describe('a certificate’s document', () => {
  test('is an auditor’s to fetch from the page of the record, and that they did is in the access log', async () => {
    const auditor = await asRole('audrey', 'auditor');
    const path = `/records/enr-1/credentials/${credentialId}/document`;
    expect((await get('/records/enr-1', auditor)).text).toContain(`href="${path}"`);
    // The past has no document of its own.
    expect((await get('/records/enr-1?at=2026-03-10', auditor)).text).not.toContain(path);
    const today = new Date().toISOString().slice(0, 10);
    const entered = async () => {
      const subjects = [];
      for await (const { actor, facts, subject } of world.ports.access.list('harbor', today, today))
        if (actor.id === 'audrey' && facts.what === 'document') subjects.push(subject);
      return subjects;
    };
    expect(await entered()).toEqual([]);
    const answer = await get(path, auditor);
    expect(answer.status).toBe(303);
    expect(new URL(answer.headers.get('location') ?? '').searchParams.get('X-Amz-Expires')).toBe('300');
    expect(await entered()).toEqual(['enr-1']);
    expect((await get('/records/enr-1/credentials/none/document', auditor)).status).toBe(404);
    expect(await entered()).toEqual(['enr-1']);
  });
});

describe('an administrator', () => {
  test('looks records up and asks for bundles as an auditor does, and reads a record on the program’s page', async () => {
    const administrator = await asRole('ada', 'administrator');
    const records = await get('/records', administrator);
    expect(records.text).toContain('name="bundle"');
    expect(records.text).toContain('<a href="/records" aria-current="page">');
    expect((await get('/records?id=enr-1', administrator)).headers.get('location')).toBe('/people/enr-1');
    expect((await get('/records/enr-1', administrator)).status).toBe(403);
    const asked = await post('/records', { bundle: 'program' }, administrator);
    expect([asked.status, asked.headers.get('location')]).toEqual([303, '/records']);
    expect((await get('/records', administrator)).text).toContain('What you asked for');
  });
});

describe('a record on the program’s page', () => {
  test('shows what is sensitive only when asked, and that it was asked is in the access log, as is a form with the address', async () => {
    const cookie = await asRole('ada', 'administrator');
    expect((await get('/people/enr-1', cookie)).text).toContain('Łukasz Żółć');
    await get('/people/enr-1?sensitive=show', cookie);
    expect((await get('/people/enr-1/correction', cookie)).text).toContain('lukasz@apprentices.example');
    const read = [];
    const today = new Date().toISOString().slice(0, 10);
    for await (const entry of world.ports.access.list('harbor', today, today))
      read.push([entry.subject, entry.facts.what]);
    expect(read).toContainEqual(['enr-1', 'person']);
    expect(read).toContainEqual(['enr-1', 'sensitive requirements']);
    expect(read).toContainEqual(['enr-1', 'correction']);
  });
});

test('an apprentice reads what the assessor wrote beside a not met, and the newest of it', async () => {
  const assessor = await asRole('assessor-1', 'assessor');
  const path = '/assess/enr-notes';
  const progress = { 'engage-1': { status: 'not-met' as const, at: '2026-03-01T12:00:00.000Z' } };
  const apprentice = { id: 'trang', name: 'Trang', email: 't@apprentices.example' };
  const enrollment = await world.enroll({ enrollment: 'enr-notes', apprentice, progress });
  for (const [i, note] of ['The first log.', 'Week three <b>is missing</b>.'].entries()) {
    const piece = { requirement: 'engage-1', submittedBy: 'trang', occurredOn: '2026-02-01', attestation: 'Did it.' };
    await submitEvidence(world.ports, enrollment, [{ ...piece, evidence: `log-${i}` }]);
    const { text } = await get(path, assessor);
    const [, name = '', value = ''] = /name="(shown[^"]+)" value="([^"]+)"/.exec(text) ?? [];
    const fields = { [name]: value, [`decision.engage-1.log-${i}`]: 'not-met', [`note.engage-1.log-${i}`]: note };
    expect((await post(path, fields, assessor)).status).toBe(303);
  }
  const { text } = await get('/me', await asRole('trang', 'apprentice'));
  expect(text).toContain('<q dir="auto">Week three &lt;b&gt;is missing&lt;/b&gt;.</q>');
  expect(text).not.toContain('The first log.');
});

test('a language that was chosen stays chosen', async () => {
  const chosen = await get('/v?lang=es', { 'accept-language': 'en' });
  expect(chosen.text).toContain('<html lang="es"');
  const cookie = chosen.headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/^__Host-language=es; Path=\/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure$/);
  const next = await get('/v', { 'accept-language': 'en', cookie: cookie.split(';')[0] ?? '' });
  expect(next.text).toContain('Verificar un certificado');
});

test('a notice says only what we have words for', async () => {
  const cookie = (await asRole('ada', 'administrator')).cookie;
  for (const made of ['done.enrolled<script>', 'Call%20this%20number', 'refused:<b>', 'frame.skip', 'done.nothing'])
    expect((await get('/cohort', { cookie: `${cookie}; __Host-notice=${made}` })).text).not.toContain(
      'class="notice refused"',
    );
});

test('addresses that cannot lead anywhere are a page that says so', async () => {
  const cookie = await asRole('ada', 'administrator');
  for (const path of [
    '/cohort?cursor=garbage',
    '/cohort?status=none',
    '/people/%20',
    '/people/nobody',
    '/nothing-here',
  ]) {
    const answer = await get(path, { ...cookie, accept: 'text/html' });
    expect([path, answer.status === 400 || answer.status === 404]).toEqual([path, true]);
    expect(answer.text).toContain('There is nothing here');
  }
});

test('static files are kept for ever under the address that names their content, and never otherwise', async () => {
  const page = await get('/v');
  const address = /href="(\/web\/style\.css\?v=[0-9a-f]{16})"/.exec(page.text)?.[1] ?? '';
  const named = await get(address);
  expect([named.status, named.headers.get('content-type')]).toEqual([200, 'text/css; charset=utf-8']);
  expect(named.headers.get('cache-control')).toContain('immutable');
  const plain = await get('/web/style.css');
  expect(plain.headers.get('cache-control')).toBe('public, max-age=300');
  expect((await get('/web/style.css', { 'if-none-match': plain.headers.get('etag') ?? '' })).status).toBe(304);
  for (const name of ['en.json', '..%2F..%2Fpackage.json', 'nothing.css'])
    expect((await get(`/web/${name}`)).status).toBe(404);
});
