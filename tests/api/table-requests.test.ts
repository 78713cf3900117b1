import { afterAll, beforeAll, expect, test } from 'vitest';
import { allRoutes } from '../../functions/api/all-routes.ts';
import { routeName } from '../../functions/api/route.ts';
import type { Credential } from '../../functions/domain/credential.ts';
import { newDelivery } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { type ApiWorld, startApiWorld } from './api-world.ts';
import { putCredential, putEvidence } from './put-records.ts';

const at = '2026-03-01T12:00:00.000Z';
let world: ApiWorld;
beforeAll(async () => {
  world = await startApiWorld();
  await fill('harbor', 10);
  await fill('harbor-annex', 200);
});
afterAll(() => world.stop());

type List = { path: string; role: string; results: (answer: string) => number; most: number };
const items = (answer: string) => JSON.parse(answer).items.length;
const links = (pattern: RegExp) => (answer: string) => new Set(answer.match(pattern)).size;

/** Every list, and how many table requests one page of it may take; a read that is logged takes two more. */
const lists: Record<string, List> = {
  'GET /enrollments': { path: '/enrollments', role: 'assessor', results: items, most: 2 },
  'GET /credentials': { path: '/credentials', role: 'operator', results: items, most: 4 },
  // One query; its entry in the access chain takes two more.
  'GET /audit/exports': { path: '/audit/exports', role: 'auditor', results: items, most: 3 },
  'GET /cohort': { path: '/cohort', role: 'administrator', results: links(/\/people\/enr-\d+/g), most: 7 },
  'GET /assess': { path: '/assess', role: 'assessor', results: links(/\/assess\/enr-\d+/g), most: 3 },
  // The search and the bundles that were asked for.
  'GET /records': { path: '/records?from=2026-01-01', role: 'auditor', results: links(/\/records\/enr-\d+/g), most: 6 },
};

test('every list that is logged as one is counted here', () => {
  const listed = allRoutes.filter(({ reads }) => reads?.action === 'records-listed').map(routeName);
  expect(Object.keys(lists)).toEqual(expect.arrayContaining(listed));
});

/** Records that stand in every list: evidence that waits, a certificate issued, its email under way. */
async function fill(program: string, records: number): Promise<void> {
  const fillOne = async (n: number) => {
    const enrollment = await world.enroll({
      ...{ program, enrollment: `enr-${n}`, apprentice: person(`apprentice-${n}`) },
      progress: { 'engage-1': { status: 'awaiting' } },
      awaiting: { 'engage-1': at },
    });
    const credentialId = `crd-${n}`;
    const ref = { program, enrollment: enrollment.enrollment };
    await world.ports.store.commit({
      enrollment,
      guard: { version: enrollment.version },
      patch: { pointers: { completion: { active: { credentialId, suspended: false, completedOn: '2026-03-01' } } } },
      entries: [],
      newCredential: credentialOf(enrollment, credentialId),
      newDeliveries: [
        newDelivery({ ...ref, deliveryId: `dlv-${credentialId}`, about: { kind: 'credential', credentialId } }, at),
      ],
    });
  };
  await Promise.all(Array.from({ length: records }, (_, n) => fillOne(n)));
  const exportOf = (n: number) => ({
    ...{ program, exportId: `exp-${n}`, requestedBy: { id: 'auditor-1', role: 'auditor' as const }, requestedAt: at },
    ...{ scope: { kind: 'program' as const }, unredacted: false, summaries: true },
    ...{ state: 'queued' as const, version: 1, changedAt: at, attempt: 0 },
  });
  await Promise.all(Array.from({ length: records }, (_, n) => world.ports.exports.add(exportOf(n))));
}

const person = (id: string) => ({ id, name: 'Łukasz Żółć', email: 'lukasz@apprentices.example' });

function credentialOf({ program, enrollment, framework }: Enrollment, credentialId: string): Credential {
  const hash = (digit: string) => digit.repeat(64);
  return {
    ...{ program, enrollment, credentialId, achievement: 'completion', state: 'issued', requestedAt: at, issuedAt: at },
    code: credentialId.replaceAll(/\D/g, '').padStart(26, '0'),
    facts: {
      ...{ name: 'Łukasz Żółć', completedOn: '2026-03-01', framework },
      hashes: { program: hash('3'), template: hash('4'), policy: hash('5') },
    },
    transcript: { skillSets: [], courses: [], certificates: [] },
    basisHash: hash('0'),
    document: { key: 'x.pdf', hash: hash('1'), unsignedHash: hash('2'), bytes: 1, engine: 'test/1' },
    signature: { keyId: 'key', value: 'value' },
    delivery: `dlv-${credentialId}`,
  };
}

/** Table requests of one call, once everything that a process reads once has been read. */
async function requestsOf(path: string, token: string): Promise<{ requests: number; answer: string }> {
  await world.ask('GET', path, { token });
  const before = world.requests.count();
  const answer = await world.ask('GET', path, { token });
  const requests = world.requests.count() - before;
  const text = await answer.text();
  expect(answer.status, text).toBe(200);
  return { requests, answer: text };
}

test.each(Object.entries(lists))('%s takes as many table requests for a page of 200 as for 10', async (_, list) => {
  const few = await requestsOf(list.path, await world.issuer.tokenOf('ada', `harbor:${list.role}`));
  const many = await requestsOf(list.path, await world.issuer.tokenOf('ada', `harbor-annex:${list.role}`));
  expect([list.results(few.answer), list.results(many.answer)]).toEqual([10, 100]);
  expect(many.requests).toBe(few.requests);
  expect(few.requests).toBeLessThanOrEqual(list.most);
});

test('an apprentice’s own 50 enrollments take as many as one', async () => {
  for (const [id, count] of [
    ['one', 1],
    ['fifty', 50],
  ] as const)
    for (let n = 0; n < count; n++) await world.enroll({ enrollment: `own-${id}-${n}`, apprentice: person(id) });
  const one = await requestsOf('/enrollments', await world.issuer.tokenOf('one', 'harbor:apprentice'));
  const fifty = await requestsOf('/enrollments', await world.issuer.tokenOf('fifty', 'harbor:apprentice'));
  expect([one.requests, fifty.requests]).toEqual([2, 2]);
  expect(items(fifty.answer)).toBe(50);
});

test('one record takes as many requests however much of it is met', async () => {
  const token = await world.issuer.tokenOf('ada', 'harbor:assessor');
  const met = { status: 'met', since: at, basis: 'f'.repeat(64) } as const;
  await world.enroll({ enrollment: 'none-met' });
  await world.enroll({ enrollment: 'some-met', progress: { 'engage-1': met, 'engage-2': met, 'course-ethics': met } });
  for (const part of ['', '/progress']) {
    const none = await requestsOf(`/enrollments/none-met${part}`, token);
    const some = await requestsOf(`/enrollments/some-met${part}`, token);
    expect([part, some.requests]).toEqual([part, none.requests]);
    expect(some.requests).toBeLessThanOrEqual(2);
  }
});

test('the evidence, the emails and the credentials of a record take as many requests for 60 as for 3', async () => {
  const token = await world.issuer.tokenOf('ada', 'harbor:administrator');
  const counts: number[][] = [];
  for (const [enrollment, pieces] of [
    ['few-pieces', 3],
    ['many-pieces', 60],
  ] as const) {
    const ref = { program: 'harbor', enrollment };
    await world.enroll(ref);
    for (let n = 0; n < pieces; n++) {
      await putEvidence(world.ports.store, ref, `e${n}`);
      await putCredential(world.ports.store, ref, { status: 'open' });
    }
    const lists = [`/enrollments/${enrollment}/evidence`, `/enrollments/${enrollment}/deliveries`];
    const asked = [];
    for (const path of [...lists, `/credentials?enrollment=${enrollment}`]) {
      const { requests, answer } = await requestsOf(path, token);
      expect([path, items(answer)]).toEqual([path, pieces]);
      asked.push(requests);
    }
    counts.push(asked);
  }
  expect(counts[1]).toEqual(counts[0]);
  expect(Math.max(...(counts[1] ?? []))).toBeLessThanOrEqual(5);
}, 60_000);
