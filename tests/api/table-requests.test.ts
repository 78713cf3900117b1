import { afterAll, beforeAll, expect, test } from 'vitest';
import { allRoutes } from '../../functions/api/all-routes.ts';
import { routeName } from '../../functions/api/route.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';
import { putCredential, putEvidence } from './put-records.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => world.stop());

/** Lists, and what makes their results: `program` has few, another many. */
const lists: Record<
  string,
  { path: string; role: string; actor?: string; takes: number; results: (body: never) => unknown[] }
> = {
  'GET /enrollments': {
    path: '/enrollments?status=open',
    role: 'assessor',
    takes: 2,
    results: ({ items }: { items: unknown[] }) => items,
  },
  'GET /credentials': {
    path: '/credentials',
    role: 'operator',
    // The list, the program, and two to enter the read of it.
    takes: 4,
    results: ({ items }: { items: unknown[] }) => items,
  },
};

test('every list of the API is counted here', () => {
  const answersItems = allRoutes.filter(({ reads }) => reads?.action === 'records-listed').map(routeName);
  expect(Object.keys(lists)).toEqual(expect.arrayContaining(answersItems));
});

async function fill(program: string, records: number, apprentice?: string): Promise<void> {
  for (let n = 0; n < records; n++) {
    const id = apprentice ?? `apprentice-${n}`;
    const person = { id, name: 'Łukasz Żółć', email: 'lukasz@apprentices.example' };
    const { enrollment } = await world.enroll({ program, enrollment: `${program}-${id}-${n}`, apprentice: person });
    if (apprentice === undefined) await putCredential(world.ports.store, { program, enrollment }, { status: 'open' });
  }
}

/** Table requests of one call, once everything that a process reads once has been read. */
async function requestsOf(path: string, token: string): Promise<{ requests: number; body: never }> {
  await world.ask('GET', path, { token });
  const before = world.requests.count();
  const answer = await world.ask('GET', path, { token });
  expect(answer.status).toBe(200);
  return { requests: world.requests.count() - before, body: (await readJson(answer)) as never };
}

test('a list of 200 takes as many table requests a page as a list of 10', async () => {
  await fill('harbor', 10);
  await fill('harbor-annex', 200);
  for (const [name, { path, role, takes, results }] of Object.entries(lists)) {
    const few = await requestsOf(path, await world.issuer.tokenOf('ada', `harbor:${role}`));
    const many = await requestsOf(path, await world.issuer.tokenOf('ada', `harbor-annex:${role}`));
    expect([name, results(few.body).length, results(many.body).length]).toEqual([name, 10, 100]);
    expect([name, many.requests]).toEqual([name, few.requests]);
    expect([name, few.requests]).toEqual([name, takes]);
  }
}, 60_000);

test('an apprentice’s own 50 enrollments take as many as one', async () => {
  await fill('harbor', 1, 'one');
  await fill('harbor', 50, 'fifty');
  const one = await requestsOf('/enrollments', await world.issuer.tokenOf('one', 'harbor:apprentice'));
  const fifty = await requestsOf('/enrollments', await world.issuer.tokenOf('fifty', 'harbor:apprentice'));
  expect([one.requests, fifty.requests]).toEqual([2, 2]);
  expect((fifty.body as { items: unknown[] }).items).toHaveLength(50);
});

test('the evidence and the emails of a record take as many requests for 60 as for 3', async () => {
  const token = await world.issuer.tokenOf('ada', 'harbor:administrator');
  const counts: number[][] = [];
  for (const [enrollment, pieces] of [
    ['enr-few', 3],
    ['enr-many', 60],
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
      const { requests, body } = await requestsOf(path, token);
      expect([path, (body as { items: unknown[] }).items.length]).toEqual([path, pieces]);
      asked.push(requests);
    }
    counts.push(asked);
  }
  expect(counts[1]).toEqual(counts[0]);
}, 60_000);
