import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeApp } from '../../functions/api/app.ts';
import type { Credential, Pointer } from '../../functions/domain/credential.ts';
import type { Delivery } from '../../functions/domain/delivery.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { stepsWorld } from '../support/steps-world.ts';
import { type ApiWorld, settings, startApiWorld } from './api-world.ts';

let world: ApiWorld;
let credential: Credential;
beforeAll(async () => {
  world = await startApiWorld();
  const steps = stepsWorld(world.ports.store);
  await steps.publish();
  await steps.enroll();
  await steps.complete();
  await issueCredential(steps.ports, steps.issueRequest());
  const [issued] = (await steps.record()).credentials;
  if (!issued) throw new Error('nothing was issued');
  credential = issued;
});
afterAll(() => world.stop());

async function get(path: string, role: string, program = 'harbor', app = world.app) {
  const cookie = `__Host-session=${await world.issuer.tokenOf('ada', `${program}:${role}`)}`;
  const answer = await app.request(`${world.origin}${path}`, { headers: { cookie } });
  return { status: answer.status, to: answer.headers.get('location'), text: await answer.text() };
}

describe('records are found by the code on the paper', () => {
  const typed = (code: string) => [
    code,
    code.toLowerCase(),
    (code.match(/.{1,4}/g) ?? []).join('-'),
    ` ${(code.match(/.{1,4}/g) ?? []).join(' ').toLowerCase()} `,
  ];

  test('as people type it, and lead to the record', async () => {
    for (const id of typed(credential.code)) {
      const found = await get(`/records?id=${encodeURIComponent(id)}`, 'auditor');
      expect([id, found.status, found.to]).toEqual([id, 303, '/records/enr-1']);
    }
    expect((await get(`/records?id=${credential.code}`, 'administrator')).to).toBe('/people/enr-1');
    expect((await get(`/records?id=${credential.credentialId}`, 'auditor')).to).toBe('/records/enr-1');
  });

  test('not in another program, nor where nobody has the code', async () => {
    for (const [id, program] of [
      [credential.code, 'harbor-annex'],
      ['0'.repeat(26), 'harbor'],
      [credential.code.slice(1), 'harbor'],
    ] as const) {
      const none = await get(`/records?id=${id}`, 'auditor', program);
      expect([none.status, none.text.includes('Nothing was found')]).toEqual([200, true]);
    }
  });
});

describe('an email is offered to be sent again', () => {
  const shownWith = async (pointer: Pointer, state: Delivery['state'] = 'sent') => {
    const { store } = world.ports;
    const readRecord: typeof store.readRecord = async (ref) => {
      const record = await store.readRecord(ref);
      if (!record) return undefined;
      return {
        ...record,
        enrollment: { ...record.enrollment, pointers: { completion: pointer } },
        deliveries: record.deliveries.map((each) => ({ ...each, state })),
      };
    };
    const app = makeApp({ ...world.ports, store: { ...store, readRecord } }, settings);
    return (await get('/people/enr-1', 'administrator', 'harbor', app)).text;
  };
  const active = () => ({ credentialId: credential.credentialId, completedOn: '2026-03-01' });
  const link = 'href="/people/enr-1/resend/';
  const why = 'Its certificate is not in force, so that it is not sent again.';

  test('while its certificate is in force', async () => {
    const shown = await shownWith({ active: { ...active(), suspended: false } });
    expect([shown.includes(link), shown.includes(why)]).toEqual([true, false]);
  });

  test.each<[string, () => Pointer]>([
    ['replaced', () => ({ active: { ...active(), credentialId: 'another', suspended: false } })],
    ['revoked', () => ({ revoked: true })],
    ['suspended', () => ({ active: { ...active(), suspended: true } })],
  ])('and not of one that was %s, which says why', async (_, pointer) => {
    const shown = await shownWith(pointer());
    expect([shown.includes(link), shown.includes(why)]).toEqual([false, true]);
  });

  test('where it is parked whatever became of its certificate, since a person must settle it', async () => {
    expect(await shownWith({ revoked: true }, 'parked')).toContain(link);
  });
});

describe('two of one name', () => {
  const ben = { id: 'ben', name: 'Ben Twice', email: 'ben@apprentices.example' };
  const told = (text: string, path: string) =>
    [...text.matchAll(new RegExp(`<a href="${path}/(ben-\\d|solo)">(.*?)</a>`, 'g'))].map(([, id, inner = '']) => [
      id,
      inner.replaceAll(/<[^>]+>/g, '').trim(),
    ]);
  beforeAll(async () => {
    const at = '2026-03-01T12:00:00.000Z';
    const waits = { progress: { 'engage-1': { status: 'awaiting' as const } }, awaiting: { 'engage-1': at } };
    await world.enroll({ enrollment: 'ben-1', apprentice: ben, ...waits });
    await world.enroll({ enrollment: 'ben-2', apprentice: ben, ...waits });
    await world.enroll({ enrollment: 'solo', apprentice: { ...ben, id: 'solo', name: 'Solo' }, ...waits });
  });

  test('are told apart by their enrollments, and nobody else bears an id', async () => {
    const { text } = await get('/cohort', 'administrator');
    const [, table = ''] = text.split('<tbody>');
    expect(told(table, '/people').sort()).toEqual([
      ['ben-1', 'Ben Twice ben-1'],
      ['ben-2', 'Ben Twice ben-2'],
      ['solo', 'Solo'],
    ]);
    // One who needs somebody is told from a namesake who does not.
    await world.enroll({ enrollment: 'ben-3', apprentice: ben, lastChangeAt: new Date().toISOString() });
    const [needing = ''] = (await get('/cohort', 'administrator')).text.split('<tbody>');
    expect(told(needing, '/people')).toContainEqual(['ben-1', 'Ben Twice ben-1']);
    const stuck = told((await get('/cohort?needs=stuck', 'administrator')).text, '/people');
    expect(stuck).toContainEqual(['ben-2', 'Ben Twice ben-2']);
    expect(stuck).toContainEqual(['solo', 'Solo']);
  });

  test('are told apart among those who wait for an assessor', async () => {
    expect(told((await get('/assess', 'assessor')).text, '/assess').sort()).toEqual([
      ['ben-1', 'Ben Twice ben-1'],
      ['ben-2', 'Ben Twice ben-2'],
      ['solo', 'Solo'],
    ]);
  });
});
