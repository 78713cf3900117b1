import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { newDelivery } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import type { Page, RecordStore } from '../../functions/ports/record-store.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { newEnrollment, noon } from '../support/small-world.ts';

let table: Awaited<ReturnType<typeof startRecordsTable>>;
let store: RecordStore;
let requests: string[] = [];
beforeAll(async () => {
  table = await startRecordsTable();
  store = dynamoStore({ ...table, onConsumed: (call) => requests.push(call) });
});
afterAll(() => table.stop());

const numbers = (count: number) => Array.from({ length: count }, (_, i) => i);
const day = (i: number) => noon(`2026-0${1 + Math.floor(i / 28)}-${String(1 + (i % 28)).padStart(2, '0')}`);

/** What each asked of the table, beside its answer. */
async function counted<T>(run: Promise<T>): Promise<{ answer: T; asked: number }> {
  requests = [];
  const answer = await run;
  return { answer, asked: requests.length };
}

async function allPages<T>(list: (cursor?: string) => Promise<Page<T>>): Promise<T[][]> {
  const pages: T[][] = [];
  let cursor: string | undefined;
  do {
    const page: Page<T> = await list(cursor);
    pages.push(page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return pages;
}

describe('many enrollments at once', () => {
  const program = 'many';
  const refs = numbers(250).map((i) => ({ program, enrollment: `enr-${i}` }));
  beforeAll(async () => {
    for (const ref of refs) await store.createEnrollment(newEnrollment(ref), []);
  });

  test('are read by the hundred, in the order asked for, and those that are not there left out', async () => {
    const wanted = [...refs.slice(20, 118), { program, enrollment: 'enr-none' }, ...refs.slice(3, 4)];
    const { answer, asked } = await counted(store.readEnrollments(wanted));
    expect(answer.map(({ enrollment }) => enrollment)).toEqual(
      wanted.map(({ enrollment }) => enrollment).filter((id) => id !== 'enr-none'),
    );
    expect(asked).toBe(1);
    expect((await counted(store.readEnrollments(refs))).asked).toBe(3);
    expect(await counted(store.readEnrollments([]))).toEqual({ answer: [], asked: 0 });
  });

  test('one that is asked for twice is answered twice and read once', async () => {
    const [one, two] = refs.slice(0, 2) as [(typeof refs)[0], (typeof refs)[0]];
    const { answer, asked } = await counted(store.readEnrollments([one, two, one]));
    expect(answer.map(({ enrollment }) => enrollment)).toEqual(['enr-0', 'enr-1', 'enr-0']);
    expect(asked).toBe(1);
  });

  test('more than one answer holds is asked for again until all of it is there', async () => {
    const large = numbers(60).map((i) => ({ program: 'large', enrollment: `enr-${i}` }));
    const refused = { 'EVIDENCE#a#b': 'x'.repeat(380_000) };
    for (const ref of large) await store.createEnrollment(newEnrollment({ ...ref, refused }), []);
    const { answer, asked } = await counted(store.readEnrollments(large));
    expect(answer.map(({ enrollment }) => enrollment)).toEqual(large.map(({ enrollment }) => enrollment));
    expect(asked).toBeGreaterThan(1);
  });
});

describe('enrollments of an apprentice', () => {
  test('are those of the program under that very id', async () => {
    const of = (id: string): Enrollment['apprentice'] => ({ id, name: 'Some Body', email: 'some@body.example' });
    for (const [enrollment, who, program] of [
      ['enr-1', 'ana', 'own'],
      ['enr-2', 'ana', 'own'],
      ['enr-3', 'anabel', 'own'],
      ['enr-4', 'ana', 'own-other'],
    ] as const)
      await store.createEnrollment(newEnrollment({ program, enrollment, apprentice: of(who) }), []);
    const { answer, asked } = await counted(store.listOwnEnrollments('own', 'ana'));
    expect(answer.map(({ enrollment }) => enrollment).sort()).toEqual(['enr-1', 'enr-2']);
    expect(asked).toBe(1);
    expect(await store.listOwnEnrollments('own', 'nobody')).toEqual([]);
  });
});

describe('what failed and needs somebody', () => {
  const program = 'trouble';
  const about = { kind: 'credential' as const, credentialId: 'c1' };

  test('comes the longest waiting first, emails beside certificates, a hundred a page and a request each', async () => {
    for (const i of numbers(110).toReversed()) {
      const ref = { program, enrollment: `enr-${i}` };
      const active = { credentialId: 'c1', suspended: true, completedOn: '2026-01-01', suspendedAt: day(i) };
      const of = i % 2 === 0 ? newEnrollment({ ...ref, pointers: { completion: { active } } }) : newEnrollment(ref);
      await store.createEnrollment(of, []);
      const { dueAt: _, ...email } = newDelivery({ ...ref, deliveryId: 'dlv-c1', about }, day(i));
      const state = i % 2 === 0 ? 'delivered' : 'parked';
      await store.commit({
        ...{ enrollment: of, guard: {}, patch: {}, entries: [] },
        newDeliveries: [{ ...email, state, settledAt: day(i) }],
      });
    }
    const { answer, asked } = await counted(allPages((cursor) => store.listTrouble(program, cursor)));
    expect(answer.map((page) => page.length)).toEqual([100, 10]);
    expect(asked).toBe(2);
    expect(answer.flat().slice(0, 2)).toEqual([
      { program, enrollment: 'enr-0', since: day(0) },
      { program, enrollment: 'enr-1', deliveryId: 'dlv-c1', since: day(1) },
    ]);
    expect(answer.flat().map(({ enrollment }) => enrollment)).toEqual(numbers(110).map((i) => `enr-${i}`));
    expect((await store.listTrouble('elsewhere')).items).toEqual([]);
    const { cursor = '' } = await store.listTrouble(program);
    await expect(store.listTrouble('elsewhere', cursor)).rejects.toMatchObject({ code: 'cursor.malformed' });
    await expect(store.listLapsing(program, '2030-01-01', cursor)).rejects.toMatchObject({ code: 'cursor.malformed' });
  });

  test('is gone with the write that settles it, from the email and from the enrollment', async () => {
    const ref = { program: 'settles', enrollment: 'enr-1' };
    const active = { credentialId: 'c1', suspended: true, completedOn: '2026-01-01', suspendedAt: day(1) };
    await store.createEnrollment(newEnrollment({ ...ref, pointers: { completion: { active } } }), []);
    const read = async () => (await store.readEnrollment(ref)) as Enrollment;
    const email = newDelivery({ ...ref, deliveryId: 'dlv-c1', about }, day(2));
    const parked = { ...email, state: 'parked' as const };
    await store.commit({ enrollment: await read(), guard: {}, patch: {}, entries: [], newDeliveries: [parked] });
    const told = async () => (await store.listTrouble('settles')).items.map(({ deliveryId }) => deliveryId);
    expect(await told()).toEqual([undefined, 'dlv-c1']);
    const pointers = { completion: { active: { ...active, suspended: false } } };
    await store.commit({ enrollment: await read(), guard: {}, patch: { pointers }, entries: [] });
    expect(await told()).toEqual(['dlv-c1']);
    const deliveryChanges = [{ delivery: { ...parked, resentAs: 'dlv-2' }, from: ['parked' as const], attempt: 0 }];
    await store.commit({ enrollment: await read(), guard: {}, patch: {}, entries: [], deliveryChanges });
    expect(await told()).toEqual([]);
    expect(await store.readDelivery(ref, 'dlv-c1')).toEqual({ ...parked, resentAs: 'dlv-2' });
  });
});

describe('whose certificates lapse', () => {
  test('comes by the day, to a day and that one included, and goes with the day or with the apprentice', async () => {
    const program = 'lapses';
    for (const i of numbers(120).toReversed())
      await store.createEnrollment(
        newEnrollment({ program, enrollment: `enr-${i}`, lapseOn: day(i).slice(0, 10) }),
        [],
      );
    await store.createEnrollment(newEnrollment({ program, enrollment: 'enr-none' }), []);
    const until = day(109).slice(0, 10);
    const { answer, asked } = await counted(allPages((cursor) => store.listLapsing(program, until, cursor)));
    expect(answer.map((page) => page.length)).toEqual([100, 10]);
    expect(asked).toBe(2);
    expect(answer.flat().map(({ enrollment }) => enrollment)).toEqual(numbers(110).map((i) => `enr-${i}`));
    expect(answer[0]?.[0]).toEqual({ program, enrollment: 'enr-0', on: day(0).slice(0, 10) });

    const own = { program, enrollment: 'enr-0' };
    const first = async () => (await store.listLapsing(program, until)).items[0]?.enrollment;
    const commit = async (patch: Parameters<RecordStore['commit']>[0]['patch']) => {
      const enrollment = (await store.readEnrollment(own)) as Enrollment;
      await store.commit({ enrollment, guard: { version: enrollment.version }, patch, entries: [] });
    };
    await commit({ status: 'withdrawn' });
    expect(await first()).toBe('enr-1');
    await commit({ status: 'open' });
    expect(await first()).toBe('enr-0');
    await commit({ lapseOn: null });
    expect(await first()).toBe('enr-1');
    expect(await store.readEnrollment(own)).not.toHaveProperty('lapseOn');
  });
});

describe('whose evidence waits', () => {
  const program = 'waits';
  const waiting = (i: number, since = day(i)): Enrollment =>
    newEnrollment({
      ...{ program, enrollment: `enr-${i}`, progress: { 'engage-1': { status: 'awaiting' } } },
      ...{ awaiting: { 'engage-1': since } },
    });

  test('comes the longest waiting first, a hundred a page and a request each', async () => {
    for (const i of numbers(150).toReversed()) await store.createEnrollment(waiting(i), []);
    await store.createEnrollment(newEnrollment({ program, enrollment: 'enr-idle' }), []);
    const { answer, asked } = await counted(allPages((cursor) => store.listAwaiting(program, cursor)));
    expect(answer.map((page) => page.length)).toEqual([100, 50]);
    expect(answer.flat().map(({ enrollment }) => enrollment)).toEqual(numbers(150).map((i) => `enr-${i}`));
    expect(answer[0]?.[0]).toEqual({ program, enrollment: 'enr-0', since: day(0) });
    expect(asked).toBe(2);
  });

  test('moves when its oldest evidence is assessed, and is gone with the last or with the apprentice', async () => {
    const own = { program: 'moves', enrollment: 'enr-1' };
    const requirements = { 'engage-1': day(1), 'engage-2': day(2) };
    const awaiting = { status: 'awaiting' as const };
    const progress = { 'engage-1': awaiting, 'engage-2': awaiting };
    await store.createEnrollment({ ...newEnrollment(own), progress, awaiting: requirements }, []);
    const since = async () => (await store.listAwaiting('moves')).items.map((item) => item.since);
    const commit = async (patch: Parameters<RecordStore['commit']>[0]['patch']) => {
      const enrollment = (await store.readEnrollment(own)) as Enrollment;
      await store.commit({ enrollment, guard: { version: enrollment.version }, patch, entries: [] });
    };
    expect(await since()).toEqual([day(1)]);
    await commit({ awaiting: { 'engage-1': null } });
    expect(await since()).toEqual([day(2)]);
    await commit({ status: 'withdrawn' });
    expect(await since()).toEqual([]);
    await commit({ status: 'open' });
    expect(await since()).toEqual([day(2)]);
    await commit({ progress: { 'engage-2': null } });
    expect(await since()).toEqual([]);
    expect(await store.readEnrollment(own)).not.toHaveProperty('awaiting');
  });

  test('a cursor of another program, of another list or of nobody is refused', async () => {
    const { cursor = '' } = await store.listAwaiting(program);
    const forged = { awaitingPk: 'own#AWAITING', awaitingAt: day(1), pk: 'own#ENROLLMENT#enr-1', sk: 'ENROLLMENT' };
    const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const { pk: _, ...without } = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    const wrong = [
      '',
      '%',
      'null',
      encoded(null),
      encoded([]),
      encoded(forged),
      encoded(without),
      encoded({ ...without, pk: 7 }),
    ];
    for (const each of wrong)
      await expect(store.listAwaiting(program, each), each).rejects.toMatchObject({ code: 'cursor.malformed' });
    for (const list of [
      () => store.listEnrollments(program, 'open', cursor),
      () => store.listIssued(program, {}, cursor),
      () => store.listAside(program, cursor),
      () => store.listDue(day(1), cursor),
      () => store.listAwaiting('own', cursor),
    ])
      await expect(list()).rejects.toMatchObject({ code: 'cursor.malformed', retryable: false });
    expect((await store.listAwaiting(program, cursor)).items).toHaveLength(50);
  });
});
