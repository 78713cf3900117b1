import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { dynamoIdempotency } from '../../functions/adapters/aws/dynamo-idempotency.ts';
import { keyedIds } from '../../functions/api/keyed-ids.ts';
import { type Call, defineRoute } from '../../functions/api/route.ts';
import { instantOf } from '../../functions/domain/time.ts';
import type { Idempotency } from '../../functions/ports/idempotency.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';

describe('keys in the table', () => {
  let table: Awaited<ReturnType<typeof startRecordsTable>>;
  let keys: Idempotency;
  let now = Date.UTC(2026, 2, 1);
  const clock = { now: () => instantOf(now) };
  beforeAll(async () => {
    table = await startRecordsTable();
    keys = dynamoIdempotency({ ...table, clock, claimSeconds: 60 });
  });
  afterAll(() => table.stop());
  let of = { program: 'harbor', actor: 'ada', key: 'key-00000000' };
  beforeEach(() => {
    of = { ...of, key: `key-${Math.random()}` };
  });
  const claimed = async (hash = 'h1') => {
    const claim = await keys.claim(of, hash);
    if (claim.outcome !== 'claimed') throw new Error(`not claimed but ${claim.outcome}`);
    return claim;
  };
  const answer = { status: 201, json: { made: 'this' }, headers: { ETag: '"1.0"' } };

  test('a key is claimed once, and others wait while its request runs', async () => {
    const claims = await Promise.all(Array.from({ length: 5 }, () => keys.claim(of, 'h1')));
    expect(claims.map(({ outcome }) => outcome).sort()).toEqual([
      'claimed',
      'running',
      'running',
      'running',
      'running',
    ]);
  });

  test('what was answered is answered again, to the letter', async () => {
    const claim = await claimed();
    await keys.answer(of, claim, answer);
    expect(await keys.claim(of, 'h1')).toEqual({ outcome: 'answered', answer });
  });

  test('for another request the key is refused, whether the first still runs or was answered', async () => {
    const claim = await claimed();
    expect(await keys.claim(of, 'h2')).toEqual({ outcome: 'reused' });
    await keys.answer(of, claim, answer);
    expect(await keys.claim(of, 'h2')).toEqual({ outcome: 'reused' });
  });

  test("another actor's and another program's same key is another key", async () => {
    await claimed();
    expect(await keys.claim({ ...of, actor: 'bob' }, 'h2')).toMatchObject({ outcome: 'claimed' });
    expect(await keys.claim({ ...of, program: 'harbor-annex' }, 'h2')).toMatchObject({ outcome: 'claimed' });
  });

  test('a claim that nobody answered is taken over once its time is up, by one, and says that it is a rerun', async () => {
    const first = await claimed();
    now += 59_000;
    expect(await keys.claim(of, 'h1')).toEqual({ outcome: 'running' });
    now += 2_000;
    const claims = await Promise.all([keys.claim(of, 'h1'), keys.claim(of, 'h1')]);
    expect(claims).toContainEqual({ outcome: 'running' });
    expect(claims).toContainEqual(expect.objectContaining({ outcome: 'claimed', isRerun: true, since: first.since }));
  });

  test('whoever lost its claim keeps no answer over the one that took it', async () => {
    const slow = await claimed();
    now += 61_000;
    const quick = await claimed();
    await keys.answer(of, quick, answer);
    await keys.answer(of, slow, { ...answer, json: { made: 'twice' } });
    expect(await keys.claim(of, 'h1')).toEqual({ outcome: 'answered', answer });
  });

  test('a claim given up with nothing done leaves no trace; one that may have done something is a rerun at once', async () => {
    await keys.release(of, await claimed(), { undone: true });
    const again = await claimed('h2');
    expect(again.isRerun).toBe(false);
    await keys.release(of, again, { undone: false });
    expect((await claimed('h2')).isRerun).toBe(true);
  });

  test('after a day a key is as good as new, even where the table has not forgotten it yet', async () => {
    await keys.answer(of, await claimed(), answer);
    now += 24 * 3_600_000 + 2_000;
    expect((await claimed('h2')).isRerun).toBe(false);
  });
});

test('ids of a key are the same in a rerun, sort by when the key was first claimed, and differ between keys', () => {
  const random = { id: () => 'never', code: () => 'code', salt: () => 'salt' };
  const of = { program: 'harbor', actor: 'ada', key: 'one-key-1' };
  const idsOf = (key: string, since = '2026-03-01T00:00:00.000Z') => {
    const ids = keyedIds({ ...of, key }, since, random);
    return [ids.id(), ids.id()];
  };
  expect(idsOf('one-key-1')).toEqual(idsOf('one-key-1'));
  expect(new Set([...idsOf('one-key-1'), ...idsOf('one-key-2')]).size).toBe(4);
  const [first = '', later = ''] = [idsOf('a-key-11')[0], idsOf('b-key-11', '2026-03-02T00:00:00.000Z')[0]];
  expect(first < later).toBe(true);
  expect(first).toMatch(/^[0-9A-HJKMNP-TV-Z]{26}$/);
});

describe('a request under a key', () => {
  let world: ApiWorld;
  let token: string;
  let run: (call: Call<{ administrator: 'any' }, undefined, undefined, { text: string }>) => Promise<string>;
  const ran: { id: string; isRerun: boolean }[] = [];
  const write = defineRoute(
    {
      method: 'post',
      path: '/things',
      unconditional: 'makes a thing',
      summary: 'Does something',
      access: { administrator: 'any' },
      request: { body: z.strictObject({ text: z.string() }) },
      responses: { 200: { description: 'Done' } },
    },
    async (call) => {
      ran.push({ id: call.ports.ids.id(), isRerun: call.isRerun });
      return { status: 200, json: { said: await run(call as Parameters<typeof run>[0]) }, headers: { ETag: '"1.2"' } };
    },
  );
  beforeAll(async () => {
    world = await startApiWorld([write]);
    token = await world.issuer.tokenOf('ada', 'harbor:administrator');
  });
  afterAll(() => world.stop());
  beforeEach(() => {
    ran.length = 0;
    run = async ({ body }) => body.text;
  });
  const send = (key: string | undefined, body: unknown, more: { token?: string } = {}) =>
    world.ask('POST', '/things', {
      token,
      ...more,
      body,
      ...(key !== undefined && { headers: { 'idempotency-key': key } }),
    });

  test('is done once, and has the same answer again with its headers', async () => {
    const first = await send('key-first', { text: 'a' });
    const second = await send('key-first', { text: 'a' });
    expect([first.status, second.status]).toEqual([200, 200]);
    expect(await readJson(second)).toEqual(await readJson(first));
    expect([second.headers.get('etag'), second.headers.get('idempotency-replayed')]).toEqual(['"1.2"', 'true']);
    expect(ran).toHaveLength(1);
  });

  test('without a key, or with one that is too short, is not done', async () => {
    expect((await readJson(await send(undefined, { text: 'a' }))).code).toBe('idempotency.missing');
    expect((await readJson(await send('short', { text: 'a' }))).code).toBe('idempotency.invalid');
    expect(ran).toEqual([]);
  });

  test('with another body is refused and does nothing', async () => {
    await send('key-other', { text: 'a' });
    const answer = await send('key-other', { text: 'b' });
    expect([answer.status, (await readJson(answer)).code]).toEqual([422, 'idempotency.reused']);
    expect(ran).toHaveLength(1);
  });

  test("of somebody else's is theirs: the same key does its own thing", async () => {
    await send('key-shared', { text: 'a' });
    const other = await world.issuer.tokenOf('bob', 'harbor:administrator');
    expect(await readJson(await send('key-shared', { text: 'b' }, { token: other }))).toEqual({ said: 'b' });
  });

  test('that failed in the middle is carried on by the next with the same ids, and need not wait', async () => {
    run = () => Promise.reject(new Error('the power went out'));
    expect((await send('key-crash', { text: 'a' })).status).toBe(500);
    run = async ({ body }) => body.text;
    expect((await send('key-crash', { text: 'a' })).status).toBe(200);
    expect(ran.map(({ isRerun }) => isRerun)).toEqual([false, true]);
    expect(ran[0]?.id).toBe(ran[1]?.id);
  });

  test('that still runs makes its repeat wait', async () => {
    let finish = () => {};
    const blocked = new Promise<void>((resolve) => {
      finish = resolve;
    });
    run = async ({ body }) => blocked.then(() => body.text);
    const first = send('key-slow', { text: 'a' });
    while (ran.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await send('key-slow', { text: 'a' });
    expect([second.status, (await readJson(second)).code]).toEqual([409, 'idempotency.running']);
    finish();
    expect((await first).status).toBe(200);
    expect(ran).toHaveLength(1);
  });
});
