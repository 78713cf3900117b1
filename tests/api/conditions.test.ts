import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRoutes } from '../../functions/api/all-routes.ts';
import { sessionCookieName } from '../../functions/api/cookies.ts';
import { routeName } from '../../functions/api/route.ts';
import type { Credential } from '../../functions/domain/credential.ts';
import type { Delivery } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import type { EnrollmentRef } from '../../functions/domain/ids.ts';
import { deliveryStamp } from '../../functions/domain/stamp.ts';
import { noon } from '../support/small-world.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';
import { putCredential } from './put-records.ts';

let world: ApiWorld;
let token: string;
beforeAll(async () => {
  world = await startApiWorld();
  token = await world.issuer.tokenOf('office', 'harbor:administrator');
});
afterAll(() => world.stop());

/** A record with everything that there is to change, each part of it as a caller reads it. */
type Subject = { ref: EnrollmentRef; credential: Credential };

let made = 0;
/** Complete; or still open, since nobody leaves what they have completed. */
async function aSubject(isOpen = false): Promise<Subject> {
  const ref = { program: 'harbor', enrollment: `enr-of-conditions-${++made}` };
  await world.enroll({ enrollment: ref.enrollment });
  const credential = await putCredential(world.ports.store, ref, { status: isOpen ? 'open' : 'complete' });
  if (isOpen) return { ref, credential };
  const completion = { at: noon('2026-03-01'), on: '2026-03-01' };
  const enrollment = await read(ref);
  await world.ports.store.commit({ enrollment, guard: {}, patch: { completion }, entries: [] });
  return { ref, credential };
}

const read = async (ref: EnrollmentRef) => (await world.ports.store.readEnrollment(ref)) as Enrollment;
const readDelivery = async ({ ref, credential }: Subject) =>
  (await world.ports.store.readDelivery(ref, credential.delivery)) as Delivery;

/** A good request of each route that asks for a state; one that is missing here fails. */
const good: Record<
  string,
  { path(of: Subject): string; body?: (of: Subject) => object; status: number; of?: 'open' | 'left' }
> = {
  'PATCH /enrollments/{enrollment}': {
    path: ({ ref }) => `/enrollments/${ref.enrollment}`,
    body: () => ({ name: 'Łucja Żółć' }),
    status: 200,
  },
  'POST /enrollments/{enrollment}/leaving': {
    path: ({ ref }) => `/enrollments/${ref.enrollment}/leaving`,
    body: () => ({ code: 'resigned', reason: 'Took another job' }),
    status: 200,
    of: 'open',
  },
  'POST /enrollments/{enrollment}/resumption': {
    path: ({ ref }) => `/enrollments/${ref.enrollment}/resumption`,
    status: 200,
    of: 'left',
  },
  'POST /enrollments/{enrollment}/reissues': {
    path: ({ ref }) => `/enrollments/${ref.enrollment}/reissues`,
    body: () => ({}),
    status: 202,
  },
  'POST /credentials/{credential}/revocation': {
    path: ({ credential }) => `/credentials/${credential.credentialId}/revocation`,
    body: () => ({ code: 'fraud', reason: 'It was false' }),
    status: 200,
  },
  'POST /deliveries/{delivery}/resend': {
    path: ({ credential }) => `/deliveries/${credential.delivery}/resend`,
    body: ({ ref }) => ({ enrollment: ref.enrollment }),
    status: 202,
  },
};

/** The ETag of what a route changes, as its caller reads it over the API. */
const etagOf: Record<string, (of: Subject) => Promise<string>> = {
  enrollment: ({ ref }) => headerOf(`/enrollments/${ref.enrollment}`),
  credential: ({ credential }) => headerOf(`/credentials/${credential.credentialId}`),
  delivery: async ({ ref }) => {
    const { items } = await readJson(await world.ask('GET', `/enrollments/${ref.enrollment}/deliveries`, { token }));
    return items[0].etag;
  },
};

async function headerOf(path: string): Promise<string> {
  return (await world.ask('GET', path, { token })).headers.get('etag') ?? '';
}

/** What others do meanwhile: the certificate is suspended, the email arrives. */
const meanwhile: Record<string, (of: Subject) => Promise<void>> = {
  enrollment: async ({ ref }) => {
    const enrollment = await read(ref);
    await world.ports.store.commit({ enrollment, guard: {}, patch: { lastChangeAt: noon('2026-03-02') }, entries: [] });
  },
  credential: async ({ ref, credential: { credentialId } }) => {
    const set = { state: 'suspended', suspendedAt: noon('2026-03-02') } as const;
    const credentialChanges = [{ credentialId, from: ['issued'] as const, set }];
    await world.ports.store.commit({
      enrollment: await read(ref),
      guard: {},
      patch: {},
      entries: [],
      credentialChanges,
    });
  },
  delivery: async (of) => {
    const sent = await readDelivery(of);
    const delivery: Delivery = { ...sent, state: 'delivered', settledAt: noon('2026-03-02') };
    const deliveryChanges = [{ delivery, from: ['sent'] as const, attempt: sent.attempt }];
    await world.ports.store.commit({
      enrollment: await read(of.ref),
      guard: {},
      patch: {},
      entries: [],
      deliveryChanges,
    });
  },
};

const writes = allRoutes.filter(({ method }) => method !== 'get');
const conditional = writes.filter(({ ifMatch }) => ifMatch);

test('every write says whose state its caller must have seen, or why none is asked for', () => {
  const silent = writes.filter(({ ifMatch, unconditional = '' }) => !ifMatch && unconditional.length < 15);
  expect(silent.map(routeName)).toEqual([]);
  // What makes nothing new and is held to no state: each has its reason beside it.
  const changing = writes.filter(
    ({ ifMatch, unconditional = '' }) => !ifMatch && !/^(makes|a new|new) /.test(unconditional),
  );
  expect(changing.map(routeName)).toEqual([
    'POST /enrollments/{enrollment}/evidence/{requirement}/{evidence}/withdrawal',
    'POST /enrollments/{enrollment}/assessments',
    'POST /enrollments/{enrollment}/assessments/batch',
    'POST /sign-out',
    'POST /assess/{enrollment}',
  ]);
});

describe('a change by the API', () => {
  const routes = conditional.filter(({ page }) => !page);

  test.each(routes.map((route) => [routeName(route), route] as const))(
    '%s is done for the state that its caller saw, and for no other',
    async (name, { method, ifMatch = 'enrollment' }) => {
      const request = good[name];
      if (!request) throw new Error(`there is no good request of ${name}`);
      const of = await aSubject(request.of !== undefined);
      if (request.of === 'left') await leave(of);
      let asked = 0;
      const ask = (condition: string | undefined) =>
        world.ask(method.toUpperCase(), request.path(of), {
          token,
          body: request.body?.(of),
          headers: {
            'idempotency-key': `conditions-${made}-${++asked}`,
            ...(condition !== undefined && { 'if-match': condition }),
          },
        });
      const codeOf = async (answer: Response) => [answer.status, (await readJson(answer)).code];
      const first = await etagOf[ifMatch]?.(of);
      expect(await codeOf(await ask(undefined))).toEqual([428, 'condition.missing']);
      for (const malformed of ['*', `W/${first}`, `${first}, ${first}`, '"x"'])
        expect(await codeOf(await ask(malformed)), malformed).toEqual([400, 'condition.invalid']);
      await meanwhile[ifMatch]?.(of);
      const second = await etagOf[ifMatch]?.(of);
      expect(second).not.toBe(first);
      const [status, code] = await codeOf(await ask(first));
      expect([status, code]).toEqual([412, expect.stringMatching(/^(condition|credential|delivery)\.stale$/)]);
      const done = await ask(second);
      expect(done.status, await done.clone().text()).toBe(request.status);
    },
  );

  test('of two who saw the same certificate, one revokes it', async () => {
    const of = await aSubject();
    const condition = (await etagOf.credential?.(of)) ?? '';
    const answers = await Promise.all(
      ['one', 'two'].map((each) =>
        world.ask('POST', `/credentials/${of.credential.credentialId}/revocation`, {
          token,
          body: { code: 'other', reason: `Reason ${each}` },
          headers: { 'idempotency-key': `race-of-revocations-${each}`, 'if-match': condition },
        }),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 412]);
  });

  test('may take its ETag from a list, where the list reads the whole of it', async () => {
    const of = await aSubject();
    const { items } = await readJson(await world.ask('GET', '/enrollments?status=complete', { token }));
    const line = items.find(({ enrollment }: { enrollment: string }) => enrollment === of.ref.enrollment);
    expect(line.etag).toBe(await etagOf.enrollment?.(of));
  });

  test('says nothing of an address by its ETag: two emails that differ in nothing else have the same', async () => {
    const delivery = await readDelivery(await aSubject());
    expect(deliveryStamp({ ...delivery, to: 'aunt@elsewhere.example' })).toBe(deliveryStamp(delivery));
    expect(deliveryStamp({ ...delivery, state: 'bounced' })).not.toBe(deliveryStamp(delivery));
  });
});

async function leave({ ref }: Subject): Promise<void> {
  const answer = await world.ask('POST', `/enrollments/${ref.enrollment}/leaving`, {
    token,
    body: { code: 'resigned', reason: 'Took another job' },
    headers: {
      'idempotency-key': `leaves-first-${made}`,
      'if-match': await headerOf(`/enrollments/${ref.enrollment}`),
    },
  });
  expect(answer.status).toBe(200);
}

describe('a form of a page', () => {
  const fields: Record<string, Record<string, string>> = {
    correction: { name: 'Łucja Żółć', email: 'lucja@apprentices.example' },
    revocation: { code: 'fraud', text: 'It was false' },
    reissue: { name: 'Łucja Żółć' },
    resend: {},
    leaving: { code: 'resigned', text: 'Took another job' },
    resumption: {},
  };
  const routes = conditional.filter(({ page }) => page);

  test.each(routes.map((route) => [routeName(route), route] as const))(
    '%s carries the state that it was made from, and is told where that is over',
    async (_, { path: pattern, ifMatch = 'enrollment' }) => {
      const act = pattern.split('/')[3] ?? '';
      const form = fields[act];
      if (!form) throw new Error(`there is no form of ${act}`);
      const of = await aSubject(['leaving', 'resumption'].includes(act));
      if (act === 'resumption') await leave(of);
      const values: Record<string, string> = {
        enrollment: of.ref.enrollment,
        credential: of.credential.credentialId,
        delivery: of.credential.delivery,
      };
      const path = pattern.replaceAll(/\{(\w+)\}/g, (__, name: string) => values[name] ?? '');
      const cookie = `${sessionCookieName(world.origin)}=${token}`;
      const send = (more: Record<string, string>) =>
        world.app.request(`${world.origin}${path}`, {
          method: 'POST',
          body: new URLSearchParams({ ...form, ...more }).toString(),
          headers: { 'content-type': 'application/x-www-form-urlencoded', origin: world.origin, cookie },
        });
      const seenIn = (text: string) => /name="seen" value="([^"]+)"/.exec(text)?.[1] ?? '';
      const page = await world.app.request(`${world.origin}${path}`, { headers: { cookie } });
      const first = seenIn(await page.text());
      expect((await send({})).status).toBe(412);
      await meanwhile[ifMatch]?.(of);
      const stale = await send({ seen: first });
      const text = await stale.text();
      expect(stale.status).toBe(412);
      expect(text).toMatch(/Somebody else changed this record meanwhile|This email has moved on meanwhile/);
      expect(seenIn(text)).not.toBe(first);
      expect((await send({ seen: seenIn(text) })).status).toBe(303);
    },
  );

  test('with a mistake in it is still made from what was first seen, and is entered as a read', async () => {
    const of = await aSubject();
    const cookie = `${sessionCookieName(world.origin)}=${token}`;
    const send = (more: Record<string, string>) =>
      world.app.request(`${world.origin}/people/${of.ref.enrollment}/correction`, {
        method: 'POST',
        body: new URLSearchParams({ ...fields.correction, ...more }).toString(),
        headers: { 'content-type': 'application/x-www-form-urlencoded', origin: world.origin, cookie },
      });
    const { version, fence } = await read(of.ref);
    const seen = `${version}.${fence}`;
    await meanwhile.enrollment?.(of);
    for (const mistake of [{ email: 'nowhere' }, { email: '' }]) {
      const refused = await send({ ...mistake, seen });
      expect([refused.status, (await refused.text()).includes(`name="seen" value="${seen}"`)]).toEqual([422, true]);
    }
    expect((await send({ seen })).status).toBe(412);
    const today = new Date().toISOString().slice(0, 10);
    let entered = 0;
    for await (const { subject } of world.ports.access.list('harbor', today, today))
      if (subject === of.ref.enrollment) entered++;
    expect(entered).toBe(3);
  });

  test('that is over shows what the record has now beside what was typed, which is a read of the record', async () => {
    const of = await aSubject();
    const cookie = `${sessionCookieName(world.origin)}=${token}`;
    const answer = await world.app.request(`${world.origin}/people/${of.ref.enrollment}/correction`, {
      method: 'POST',
      body: new URLSearchParams({ ...fields.correction, seen: '0.0' }).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin: world.origin, cookie },
    });
    const { apprentice } = await read(of.ref);
    const text = await answer.text();
    expect(text).toContain(`In the record now: ${apprentice.name}`);
    expect(text).toContain(`In the record now: ${apprentice.email}`);
    const today = new Date().toISOString().slice(0, 10);
    const entered = [];
    for await (const entry of world.ports.access.list('harbor', today, today))
      if (entry.subject === of.ref.enrollment) entered.push([entry.action, entry.facts.what]);
    expect(entered).toEqual([['record-read', 'correction']]);
    expect(text).toContain('value="Łucja Żółć"');
  });
});
