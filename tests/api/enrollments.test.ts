import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { classicTemplate } from '../support/certificate-content.ts';
import { smallFramework, smallProgram } from '../support/small-world.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';

let world: ApiWorld;
let admin: string;
beforeAll(async () => {
  world = await startApiWorld();
  admin = await world.issuer.tokenOf('ada', 'harbor:administrator');
});
afterAll(() => world.stop());

let made = 0;
let key = '';
beforeEach(() => {
  key = `enrollments-${++made}`;
});
const person = (n: number) => ({ id: `person-${n}`, name: 'Łukasz Żółć', email: `person-${n}@apprentices.example` });
const post = (path: string, body?: unknown, headers: Record<string, string> = {}) =>
  world.ask('POST', path, {
    token: admin,
    ...(body !== undefined && { body }),
    headers: { 'idempotency-key': key, ...headers },
  });
const get = (path: string, token = admin) => world.ask('GET', path, { token });

describe('enrolling', () => {
  test('makes a record of the program that the token names, with its address and its state', async () => {
    const answer = await post('/enrollments', { apprentice: person(made) });
    const body = await readJson(answer);
    expect([answer.status, answer.headers.get('etag'), answer.headers.get('location')]).toEqual([
      201,
      '"1.0"',
      `/enrollments/${body.enrollment}`,
    ]);
    expect(body).toMatchObject({ status: 'open', met: 0, of: 4, apprentice: person(made) });
    expect(await readJson(await get(`/enrollments/${body.enrollment}`))).toEqual(body);
  });

  test('twice under one key makes one record', async () => {
    const first = await readJson(await post('/enrollments', { apprentice: person(made) }));
    const second = await readJson(await post('/enrollments', { apprentice: person(made) }));
    expect(second).toEqual(first);
  });

  test('again, where the answer was lost after the record was made, finds it and answers as the first would have', async () => {
    const { answer, release } = world.ports.idempotency;
    // The power goes out before the answer is kept, and the claim's time runs out.
    world.ports.idempotency.answer = (of, claim) => release(of, claim, { undone: false });
    await post('/enrollments', { apprentice: person(made) });
    world.ports.idempotency.answer = answer;
    const again = await post('/enrollments', { apprentice: person(made) });
    expect(again.status).toBe(201);
    const { enrollment } = await readJson(again);
    const own = await world.ports.store.listOwnEnrollments('harbor', `person-${made}`);
    expect(own).toEqual([{ program: 'harbor', enrollment }]);
  });

  test('the same person under another key is refused, names their record, and is done where it is meant', async () => {
    const first = await readJson(await post('/enrollments', { apprentice: person(made) }));
    const second = (more = {}) =>
      world.ask('POST', '/enrollments', {
        token: admin,
        headers: { 'idempotency-key': `second-record-${made}${Object.keys(more)}` },
        body: { apprentice: person(made), ...more },
      });
    const refused = await readJson(await second());
    expect(refused).toMatchObject({ status: 409, code: 'apprentice.enrolled', field: 'id' });
    expect(refused.detail).toContain(`"${first.enrollment}"; where it is meant, send \`again\` as true`);
    const meant = await readJson(await second({ again: true }));
    expect(meant).toMatchObject({ status: 'open', apprentice: person(made) });
    expect(meant.enrollment).not.toBe(first.enrollment);
  });

  test('whoever has left is enrolled anew without a word', async () => {
    const apprentice = person(made);
    await world.enroll({ enrollment: `left-${made}`, apprentice, status: 'withdrawn' });
    expect((await post('/enrollments', { apprentice })).status).toBe(201);
  });

  test('refuses a name that no font prints, and says which field', async () => {
    const answer = await post('/enrollments', { apprentice: { ...person(made), name: 'Zoë 🎓' } });
    expect(await readJson(answer)).toMatchObject({ status: 422, code: 'enrollment.unprintable-name', field: 'name' });
  });

  test.each([
    ['a program', { program: 'harbor-annex' }],
    ['a status', { status: 'complete' }],
    ['how much is met', { met: 4 }],
    ['a salt', { salt: '0'.repeat(32) }],
    ['pointers', { pointers: { completion: {} } }],
    ['a prototype', JSON.parse('{"__proto__": {"status": "complete"}}')],
  ])('takes no %s from the request', async (_, more) => {
    const answer = await post('/enrollments', { apprentice: person(made), ...more });
    if (answer.status === 201) expect(await readJson(answer)).toMatchObject({ status: 'open', met: 0 });
    else expect(await readJson(answer)).toMatchObject({ status: 400, code: 'request.invalid' });
  });
});

describe('reading', () => {
  test('an address is the administrator’s and the apprentice’s own to see', async () => {
    const { enrollment } = await readJson(await post('/enrollments', { apprentice: person(made) }));
    const seenBy = async (actor: string, role: string) => {
      const token = await world.issuer.tokenOf(actor, `harbor:${role}`);
      return (await readJson(await get(`/enrollments/${enrollment}`, token))).apprentice.email;
    };
    expect(await seenBy('ada', 'administrator')).toBe(person(made).email);
    expect(await seenBy(`person-${made}`, 'apprentice')).toBe(person(made).email);
    for (const role of ['assessor', 'auditor', 'operator']) expect(await seenBy('eve', role)).toBeUndefined();
  });

  test('reads by administrators and auditors are in the access log before they are answered; an assessor’s and one’s own are not', async () => {
    const { enrollment } = await readJson(await post('/enrollments', { apprentice: person(made) }));
    const readers = {
      administrator: `adm-${made}`,
      auditor: `aud-${made}`,
      assessor: `ass-${made}`,
      apprentice: `person-${made}`,
    };
    for (const [role, actor] of Object.entries(readers))
      expect(
        (await get(`/enrollments/${enrollment}/progress`, await world.issuer.tokenOf(actor, `harbor:${role}`))).status,
      ).toBe(200);
    const today = new Date().toISOString().slice(0, 10);
    const { entries } = await readJson(await get(`/audit/access?from=${today}&to=${today}`));
    const ofThis = entries.filter(({ subject }: { subject: string }) => subject === enrollment);
    expect(ofThis).toMatchObject([
      { actor: { id: `adm-${made}`, role: 'administrator' }, action: 'record-read', facts: { what: 'progress' } },
      { actor: { id: `aud-${made}`, role: 'auditor' }, action: 'record-read' },
    ]);
    expect(entries.at(-1)).toMatchObject({ action: 'access-read', actor: { id: 'ada' } });
  });

  test('where the access log cannot be written, nothing is shown', async () => {
    const { enrollment } = await readJson(await post('/enrollments', { apprentice: person(made) }));
    const { append } = world.ports.access;
    world.ports.access.append = () => Promise.reject(new Error('the table is gone'));
    const answer = await get(`/enrollments/${enrollment}`);
    world.ports.access.append = append;
    expect(answer.status).toBe(500);
    expect(await answer.text()).not.toContain('Łukasz');
  });
});

describe('lists', () => {
  const met = { status: 'met', since: '2026-02-01T12:00:00.000Z', basis: 'f'.repeat(64) } as const;

  test('hold who has a status, and with `missing` only who has not met it', async () => {
    const token = await world.issuer.tokenOf('ada', 'harbor-annex:administrator');
    const records: Enrollment['progress'][] = [{}, { 'engage-1': met }, { 'engage-1': met, 'engage-2': met }];
    for (const [n, progress] of records.entries())
      await world.enroll({ program: 'harbor-annex', enrollment: `annex-${n}`, progress });
    const idsOf = async (query: string) =>
      (await readJson(await get(`/enrollments?${query}`, token))).items.map(
        (i: { enrollment: string }) => i.enrollment,
      );
    expect((await idsOf('status=open')).sort()).toEqual(['annex-0', 'annex-1', 'annex-2']);
    expect(await idsOf('missing=engage-1')).toEqual(['annex-0']);
    expect((await idsOf('missing=engage-2')).sort()).toEqual(['annex-0', 'annex-1']);
    expect(await idsOf('status=complete')).toEqual([]);
    expect(await readJson(await get('/enrollments?missing=none-such', token))).toMatchObject({
      status: 422,
      code: 'requirement.unknown',
      field: 'missing',
    });
  });

  test('take a requirement of an earlier version of the standards, also where nobody of a page is held to it', async () => {
    const program = { ...smallProgram(), id: 'harbor-moved' };
    const [first, second] = [smallFramework, { ...smallFramework, version: '2', certificates: [] }];
    for (const framework of [first, second])
      await world.ports.store.putProgram(
        { ...program, framework: { id: framework.id, version: framework.version } },
        classicTemplate,
        framework,
      );
    const token = await world.issuer.tokenOf('ada', 'harbor-moved:administrator');
    const asked = async (missing: string) => readJson(await get(`/enrollments?missing=${missing}`, token));
    expect(await asked('cert-cpr')).toEqual({ items: [] });
    expect(await asked('cert-none')).toMatchObject({ code: 'requirement.unknown' });
  });

  test('go on where the page before ended, and refuse a cursor of another list', async () => {
    const token = await world.issuer.tokenOf('ada', 'harbor-annex:administrator');
    for (let n = 0; n < 130; n++)
      await world.enroll({ program: 'harbor-annex', enrollment: `many-${n}`, status: 'withdrawn' });
    const first = await readJson(await get('/enrollments?status=withdrawn', token));
    const second = await readJson(await get(`/enrollments?status=withdrawn&cursor=${first.cursor}`, token));
    expect([first.items.length, second.items.length, second.cursor]).toEqual([100, 30, undefined]);
    const seen = [...first.items, ...second.items].map(({ enrollment }) => enrollment);
    expect(new Set(seen).size).toBe(130);
    for (const [asker, query] of [
      [admin, `status=withdrawn&cursor=${first.cursor}`],
      [token, `status=open&cursor=${first.cursor}`],
      [token, 'status=withdrawn&cursor=made-up'],
      [token, `status=withdrawn&cursor=${Buffer.from('{"pk":"harbor#ENROLLMENT#x"}').toString('base64url')}`],
    ] as const) {
      const answer = await get(`/enrollments?${query}`, asker);
      expect([answer.status, (await readJson(answer)).code]).toEqual([400, 'request.cursor']);
    }
  });

  test('show an apprentice their own alone', async () => {
    const { enrollment } = await readJson(await post('/enrollments', { apprentice: person(made) }));
    const token = await world.issuer.tokenOf(`person-${made}`, 'harbor:apprentice');
    const { items } = await readJson(await get('/enrollments', token));
    expect(items.map((item: { enrollment: string }) => item.enrollment)).toEqual([enrollment]);
  });
});

describe('correcting', () => {
  test('a name and an address, for the state that was seen, gives the record a new state', async () => {
    const enrolled = await post('/enrollments', { apprentice: person(made) });
    const { enrollment } = await readJson(enrolled);
    const patch = (
      etag: string | null,
      body: unknown,
      under = `patch-${made}-${JSON.stringify(body)}`.replaceAll(' ', ''),
    ) =>
      world.ask('PATCH', `/enrollments/${enrollment}`, {
        token: admin,
        body,
        headers: { 'idempotency-key': under.replaceAll(/[^!-~]/g, ''), ...(etag !== null && { 'if-match': etag }) },
      });
    expect((await patch(null, { name: 'Łucja Żółć' })).status).toBe(428);
    const changed = await patch(enrolled.headers.get('etag'), { name: 'Łucja Żółć' }, `patch-name-${made}`);
    expect(await readJson(changed)).toMatchObject({ enrollment, apprentice: { ...person(made), name: 'Łucja Żółć' } });
    expect(changed.headers.get('etag')).not.toBe(enrolled.headers.get('etag'));
    // The same once more: its condition held when it was done.
    const again = await patch(enrolled.headers.get('etag'), { name: 'Łucja Żółć' }, `patch-name-${made}`);
    expect([again.status, again.headers.get('etag')]).toEqual([200, changed.headers.get('etag')]);
    expect((await patch(enrolled.headers.get('etag'), { email: 'new@apprentices.example' })).status).toBe(412);
    const wrong = await patch(changed.headers.get('etag'), { email: 'nowhere' });
    expect(await readJson(wrong)).toMatchObject({ status: 400, field: 'email' });
  });
});

describe('leaving and coming back', () => {
  const leaving = { code: 'resigned', reason: 'Took another job' };

  test('need the state that the caller saw, and go through once it is the current one', async () => {
    const enrolled = await post('/enrollments', { apprentice: person(made) });
    const { enrollment } = await readJson(enrolled);
    const etag = enrolled.headers.get('etag') ?? '';
    const leave = (headers: Record<string, string>) =>
      post(`/enrollments/${enrollment}/leaving`, leaving, {
        'idempotency-key': `leave-${made}-${JSON.stringify(headers).length}`,
        ...headers,
      });
    expect((await leave({})).status).toBe(428);
    expect((await leave({ 'if-match': '"99.0"' })).status).toBe(412);
    expect((await leave({ 'if-match': '*' })).status).toBe(400);
    expect(await readJson(await leave({ 'if-match': etag }))).toEqual({ outcome: 'withdrawn' });
    const now = await get(`/enrollments/${enrollment}`);
    expect(await readJson(now)).toMatchObject({ status: 'withdrawn', left: { code: 'resigned' } });
    expect(now.headers.get('etag')).not.toBe(etag);
    const back = await post(`/enrollments/${enrollment}/resumption`, undefined, {
      'idempotency-key': `back-${made}-0000`,
      'if-match': now.headers.get('etag') ?? '',
    });
    expect(await readJson(back)).toEqual({ outcome: 'resumed' });
    expect(world.sent.at(-1)).toMatchObject({ type: 'evaluation-requested', enrollment });
  });

  test('of two who saw the same state, one goes through', async () => {
    const enrolled = await post('/enrollments', { apprentice: person(made) });
    const { enrollment } = await readJson(enrolled);
    const headers = { 'if-match': enrolled.headers.get('etag') ?? '' };
    const answers = await Promise.all(
      ['one', 'two'].map((each) =>
        post(
          `/enrollments/${enrollment}/leaving`,
          { ...leaving, reason: `Reason ${each}` },
          { ...headers, 'idempotency-key': `race-${made}-${each}` },
        ),
      ),
    );
    const said = await Promise.all(answers.map(readJson));
    expect(said.filter(({ outcome }) => outcome === 'withdrawn')).toHaveLength(1);
  });
});

describe('progress', () => {
  test('says what is met and what is missing, now and as of a past moment', async () => {
    const { enrollment } = await readJson(await post('/enrollments', { apprentice: person(made) }));
    const now = await readJson(await get(`/enrollments/${enrollment}/progress`));
    expect(now).toMatchObject({ enrollment, met: 0, of: 4, credential: { state: 'none' } });
    expect(now.missing).toHaveLength(4);
    const then = await readJson(await get(`/enrollments/${enrollment}/progress?at=${new Date().toISOString()}`));
    expect({ ...then, at: undefined }).toEqual({ ...now, at: undefined });
    const before = await get(`/enrollments/${enrollment}/progress?at=2020-01-01`);
    expect(await readJson(before)).toMatchObject({ status: 422, code: 'at.before-enrollment', field: 'at' });
  });
});
