import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needRow } from '../../functions/api/pages/cohort-model.ts';
import { enrollmentLine } from '../../functions/api/routes/enrollment-shapes.ts';
import type { Delivery } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { neededOf } from '../../functions/domain/needs.ts';
import { addDays, addSeconds, civilDateOf, type Instant } from '../../functions/domain/time.ts';
import { newEnrollment, smallFramework, smallProgram, timeZone } from '../support/small-world.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';
import { putCredential } from './put-records.ts';

let world: ApiWorld;
let now: Instant;
let today: string;
beforeAll(async () => {
  world = await startApiWorld();
  now = world.ports.clock.now();
  today = civilDateOf(now, timeZone);
  // More than a page of those of whom nothing is needed, all of them changed before the others.
  await Promise.all(
    Array.from({ length: 120 }, (_, n) => enroll(`calm-${n}`, { lastChangeAt: addSeconds(now, -7200) })),
  );
});
afterAll(() => world.stop());

const nameOf = (enrollment: string) => ({ id: enrollment, name: `Person ${enrollment}`, email: 'a@b.example' });
const enroll = (enrollment: string, more: Partial<Enrollment> = {}) =>
  world.enroll({ enrollment, apprentice: nameOf(enrollment), lastChangeAt: now, ...more });

/** A certificate in force, issued just now, whose email ended so. */
async function enrollWithEmail(enrollment: string, delivery: Partial<Delivery>) {
  const { program } = await enroll(enrollment);
  await putCredential(world.ports.store, { program, enrollment }, { issuedAt: now, delivery });
}

/** Met, with a certificate that ends on a day. */
function holding(to: string): Partial<Enrollment> {
  const held = { status: 'met' as const, since: now, basis: 'f'.repeat(12) };
  return { progress: { 'cert-cpr': { ...held, intervals: [{ from: '2025-01-01', to, at: now }] } }, lapseOn: to };
}

const asRole = async (role: string) => world.issuer.tokenOf('ada', `harbor:${role}`);

/** A page as a browser gets it, and how much was asked of the table for it. */
async function open(path: string, role = 'administrator') {
  const cookie = `__Host-session=${await asRole(role)}`;
  await world.ask('GET', path, { headers: { cookie } });
  const before = world.requests.count();
  const answer = await world.ask('GET', path, { headers: { cookie } });
  return { status: answer.status, text: await answer.text(), requests: world.requests.count() - before };
}

/** Whom a page's groups name: what stands before its tabs. */
const namesBefore = (text: string, end: string) =>
  [...(text.split(end)[0] ?? '').matchAll(/href="\/people\/([\w-]+)"/g)].map(([, id]) => id);
const named = (text: string) => namesBefore(text, 'class="tabs"');
const listed = (text: string) => namesBefore(text.split('class="tabs"')[1] ?? '', '</main>');

const askFor = async (query: string, role = 'administrator') => {
  const answer = await world.ask('GET', `/enrollments?${query}`, { token: await asRole(role) });
  return { status: answer.status, body: await readJson(answer) };
};
const idsOf = async (query: string) =>
  (await askFor(query)).body.items.map(({ enrollment }: { enrollment: string }) => enrollment);

describe('who needs somebody', () => {
  test('is nobody where nothing is needed', async () => {
    const page = await open('/cohort');
    expect(page.text).toContain('Nobody in the program needs anything from you.');
    for (const need of ['failed', 'lapsing', 'stuck']) expect(await idsOf(`needs=${need}`)).toEqual([]);
    expect((await open('/cohort?needs=failed')).text).toContain('Nothing has failed.');
  });

  test('is told of the whole program, whichever page of it they are on', async () => {
    await enrollWithEmail('failed', { state: 'parked', reason: 'bounced: General', settledAt: now });
    await enrollWithEmail('unwanted', { state: 'complained', settledAt: addSeconds(now, 1) });
    await enrollWithEmail('on-its-way', { state: 'bounced', reason: 'bounced: MailboxFull' });
    await enrollWithEmail('aside', { state: 'parked', setAside: { by: 'ada', at: now, reason: 'handed over' } });
    await enroll('lapsing', holding(addDays(today, 60)));
    await enroll('lapsing-later', holding(addDays(today, 61)));
    await enroll('gone', { ...holding(addDays(today, 5)), status: 'withdrawn' });
    await enroll('still', { lastChangeAt: addSeconds(now, -31 * 86_400) });
    const page = await open('/cohort');
    expect(named(page.text)).toEqual(['failed', 'unwanted', 'lapsing', 'still']);
    // They are the last to have changed, so that the first page of the table has none of them but who stands still.
    expect(listed(page.text).filter((id) => !id?.startsWith('calm-'))).toEqual(['still']);
    for (const status of ['complete', 'withdrawn']) {
      const other = await open(`/cohort?status=${status}`);
      expect(named(other.text)).toEqual(['failed', 'unwanted', 'lapsing', 'still']);
    }
    expect(await idsOf('needs=failed')).toEqual(['failed', 'unwanted']);
    expect(await idsOf('needs=lapsing')).toEqual(['lapsing']);
    expect(await idsOf('needs=stuck')).toEqual(['still']);
  });

  test('says why', async () => {
    const { text } = await open('/cohort');
    expect(text).toContain('Could not be delivered');
    expect(text).toContain('No change since');
    const on = new Intl.DateTimeFormat('en-US', { dateStyle: 'long', timeZone: 'UTC' });
    expect(text).toContain(`CPR lapses after ${on.format(new Date(addDays(today, 60)))}`);
  });

  test('who needs somebody no more since the index was written is not told', async () => {
    // As the hours between midnight and the daily look leave it: its day has passed, and another comes later.
    const lapsed = holding(addDays(today, -1));
    await enroll('just-lapsed', lapsed);
    const renewed = holding(addDays(today, 30));
    await enroll('just-renewed', { ...renewed, lapseOn: addDays(today, -1) });
    expect(await idsOf('needs=lapsing')).toEqual(['lapsing', 'just-renewed']);
    expect(named((await open('/cohort')).text)).toEqual(['failed', 'unwanted', 'lapsing', 'just-renewed', 'still']);
  });

  test('are the first 25 of each and the way to all, for as many requests of the table', async () => {
    const few = await open('/cohort');
    for (let n = 0; n < 30; n++)
      await enrollWithEmail(`many-failed-${n}`, { state: 'parked', settledAt: addSeconds(now, 2 + n) });
    for (let n = 0; n < 130; n++) await enroll(`many-lapsing-${n}`, holding(addDays(today, 1 + (n % 40))));
    const many = await open('/cohort');
    expect(named(many.text)).toHaveLength(25 + 25 + 1);
    expect(many.text).toContain('href="/cohort?needs=failed"');
    expect(many.text).toContain('more than 25');
    expect(many.text).not.toContain('href="/cohort?needs=stuck"');
    expect(many.requests).toBe(few.requests);
    // The program, the entry in the access chain, three lists, two readings of enrollments and one of emails.
    expect(many.requests).toBeLessThanOrEqual(9);
    const later = await open('/cohort?status=complete');
    expect(later.requests).toBeLessThanOrEqual(10);
  }, 60_000);

  test('the whole list goes on page by page, and ends', async () => {
    const first = await open('/cohort?needs=lapsing');
    const next = /href="(\/cohort\?needs=lapsing&amp;cursor=[^"]+)"/.exec(first.text)?.[1]?.replace('&amp;', '&') ?? '';
    const second = await open(next);
    const all = [...listed(first.text), ...listed(second.text)];
    expect(new Set(all).size).toBe(132);
    expect(all.filter((id) => id?.startsWith('many-lapsing-'))).toHaveLength(130);
    expect([first, second].map(({ text }) => text.includes('Next page'))).toEqual([true, false]);
    expect(first.requests).toBeLessThanOrEqual(6);

    const { items, cursor } = (await askFor('needs=lapsing')).body;
    const rest = (await askFor(`needs=lapsing&cursor=${cursor}`)).body;
    expect([...items, ...rest.items].map(({ enrollment }: { enrollment: string }) => enrollment).sort()).toEqual(
      all.sort(),
    );
    expect(rest.cursor).toBeUndefined();
    // A cursor is of its own list, and one of the open is none of those who stand still, though both go by the same index.
    const ofOpen = (await askFor('status=open')).body.cursor;
    expect((await askFor(`status=open&cursor=${ofOpen}`)).status).toBe(200);
    for (const need of ['failed', 'lapsing', 'stuck'])
      expect(await askFor(`needs=${need}&cursor=${ofOpen}`)).toMatchObject({
        status: 400,
        body: { code: 'request.cursor' },
      });
    for (const query of [`needs=failed&cursor=${cursor}`, `needs=stuck&cursor=${cursor}`, `cursor=${cursor}`])
      expect(await askFor(query)).toMatchObject({ status: 400, body: { code: 'request.cursor' } });
    expect((await open(`/cohort?needs=failed&cursor=${cursor}`)).status).toBe(400);
  });
});

test('of a sensitive certificate that lapses its day is told, and nothing that names it', () => {
  const on = addDays(today, 10);
  const enrollment = newEnrollment(holding(on));
  const needed = neededOf('lapsing', enrollment, [], smallProgram(), now);
  expect(needed).toEqual({ need: 'lapsing', on, certificates: ['cert-cpr'] });
  const told = (of: typeof smallFramework | undefined) => ({
    page: of && needRow('lapsing', enrollment, smallProgram(), of, [], now)?.needed,
    api: enrollmentLine(enrollment, of, needed),
  });
  const named = told(smallFramework);
  expect(named.page).toEqual({ need: 'lapsing', on, certificates: ['CPR'] });
  expect(named.api).toMatchObject({ needs: { reason: 'lapsing', on, certificates: ['cert-cpr'] } });
  const sensitive = smallFramework.certificates.map((certificate) => ({ ...certificate, sensitive: true as const }));
  for (const framework of [{ ...smallFramework, certificates: sensitive }, undefined]) {
    const { page, api } = told(framework);
    if (framework) expect(page).toEqual({ need: 'lapsing', on, certificates: [undefined] });
    expect(api).toMatchObject({ needs: { reason: 'lapsing', on, certificates: [] } });
    expect(JSON.stringify([page, api])).not.toMatch(/cpr/i);
  }
});

describe('what is asked wrongly', () => {
  test.each([
    ['needs=everything', 'needs'],
    ['needs=', 'needs'],
    ['needs=failed&status=open', 'status'],
  ])('%s is refused with the field %s', async (query, field) => {
    expect(await askFor(query)).toMatchObject({ status: 400, body: { code: 'request.invalid', field } });
    expect((await open(`/cohort?${query}`)).status).toBe(400);
  });

  test('goes together with what is missing', async () => {
    expect(await idsOf('needs=stuck&missing=engage-1')).toEqual(['still']);
    expect(await idsOf('needs=lapsing&missing=cert-cpr')).toEqual([]);
  });

  test.each([
    ['administrator', 200],
    ['auditor', 200],
    ['operator', 200],
    ['assessor', 403],
    ['apprentice', 403],
  ] as const)('by somebody as %s is answered with %i, and of another program with nothing', async (role, status) => {
    const answer = await askFor('needs=failed', role);
    expect(answer.status).toBe(status);
    if (status === 403) expect(answer.body).toMatchObject({ code: 'caller.forbidden', field: 'needs' });
    const token = await world.issuer.tokenOf('ada', `harbor-annex:${role}`);
    const other = await world.ask('GET', '/enrollments?needs=failed', { token });
    expect([other.status, (await readJson(other)).items ?? []]).toEqual([status, []]);
  });
});

test('the list of those who stand still goes on page by page, and its cursor is of no other list', async () => {
  const old = addSeconds(now, -40 * 86_400);
  await Promise.all(Array.from({ length: 120 }, (_, n) => enroll(`many-still-${n}`, { lastChangeAt: old })));
  const first = (await askFor('needs=stuck')).body;
  const { items, cursor } = (await askFor(`needs=stuck&cursor=${first.cursor}`)).body;
  expect([first.items.length, items.length, cursor]).toEqual([100, 21, undefined]);
  for (const query of ['status=open', 'needs=failed', 'needs=lapsing'])
    expect(await askFor(`${query}&cursor=${first.cursor}`)).toMatchObject({
      status: 400,
      body: { code: 'request.cursor' },
    });
  const page = await open('/cohort?needs=stuck');
  const next = /href="(\/cohort\?needs=stuck&amp;cursor=[^"]+)"/.exec(page.text)?.[1]?.replace('&amp;', '&') ?? '';
  expect(listed((await open(next)).text)).toHaveLength(21);
}, 60_000);

test('the record says why an email did not arrive, in words of ours alone, in the reader’s language', async () => {
  const said = async (enrollment: string, delivery: Partial<Delivery>) => {
    await enrollWithEmail(enrollment, delivery);
    const pages = [`/people/${enrollment}`, `/people/${enrollment}?lang=es`].map((path) => open(path, 'operator'));
    return (await Promise.all(pages)).map(
      ({ text }) => (/<section aria-labelledby="emails">.*?<\/section>/s.exec(text) ?? [''])[0],
    );
  };
  const full = await said('full', { state: 'parked', reason: 'bounced: Transient/MailboxFull' });
  expect(full[0]).toContain('The mailbox was full.');
  expect(full[1]).toContain('El buzón estaba lleno.');
  const [unwanted] = await said('complaint', { state: 'complained' });
  expect(unwanted).toContain('Whoever received it marked it as unwanted.');
  // Whatever stands in the record, none of it is repeated.
  for (const page of await said('strange', { state: 'bounced', reason: 'bounced: ana@home.example/HIV clinic' }))
    expect(page).not.toMatch(/home\.example|clinic/);
  const [sent] = await said('arrived', { state: 'delivered' });
  expect(sent).not.toContain('class="hint"');
});
