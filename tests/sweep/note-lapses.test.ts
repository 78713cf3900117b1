import { describe, expect, test } from 'vitest';
import { readStatus } from '../../functions/acts/status.ts';
import { findChainFault } from '../../functions/domain/audit.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { daysBetweenLooks, isLookDay, lapsesSinceCompletion } from '../../functions/domain/lapses.ts';
import { addDays } from '../../functions/domain/time.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { lookAfresh } from '../../functions/sweep/look-afresh.ts';
import type { SweepPorts } from '../../functions/sweep/sweep-ports.ts';
import { newEnrollment, noon, ref } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

/** CPR is issued on 2026-01-20 and counts for two years. */
const lastDay = '2028-01-20';

async function completed() {
  const world = stepsWorld(memoryStore());
  await world.publish();
  await world.enroll();
  await world.complete();
  await issueCredential(world.ports, world.issueRequest());
  return world;
}
type World = Awaited<ReturnType<typeof completed>>;

function sweepOn(world: World, day: string) {
  const ports: SweepPorts = {
    ...world.ports,
    failedBatches: { list: async () => [], read: async () => [], remove: async () => undefined },
    clock: { now: () => noon(day) },
  };
  return lookAfresh(ports);
}

/** Every day for so many weeks. */
async function sweepFrom(world: World, day: string, weeks: number) {
  const runs = [];
  for (let i = 0; i < weeks * 7; i++) runs.push(await sweepOn(world, addDays(day, i)));
  return runs;
}
const noted = async (world: World) =>
  (await world.record()).ledger.filter((entry) => entry.action === 'certificate-lapsed');

describe('a required certificate that lapses after the completion', () => {
  test('takes nothing back, and is noted once with its day', async () => {
    const world = await completed();
    const runs = await sweepFrom(world, addDays(lastDay, -6), 4);
    expect(runs.filter(({ lapsed }) => lapsed === 1)).toHaveLength(1);
    expect(await noted(world)).toMatchObject([{ subject: 'enr-1', facts: { requirement: 'cert-cpr', on: lastDay } }]);
    const { enrollment, credentials, ledger } = await world.record();
    expect(enrollment.status).toBe('complete');
    expect(credentials[0]?.state).toBe('issued');
    expect(findChainFault(enrollment, ledger)).toBeUndefined();
  });

  test('is not noted before, on its last day included', async () => {
    const world = await completed();
    await sweepFrom(world, addDays(lastDay, -6), 1);
    expect(await noted(world)).toEqual([]);
  });

  test('is shown by the status from the day after', async () => {
    const world = await completed();
    const lapses = async (day: string) => {
      const status = await readStatus({ ...world.ports, clock: { now: () => noon(day) } }, ref);
      return status.outcome === 'found' ? status.lapses : status;
    };
    expect(await lapses(lastDay)).toEqual([]);
    expect(await lapses(addDays(lastDay, 1))).toEqual([{ requirement: 'cert-cpr', on: lastDay }]);
  });

  test('asks evaluate for nothing: what was issued stands by the roster of its time', async () => {
    const world = await completed();
    const sent = world.sent.length;
    await sweepFrom(world, addDays(lastDay, 1), 1);
    expect(world.sent).toHaveLength(sent);
  });
});

describe('what counts as a lapse', () => {
  const enrollment = (more: Partial<Enrollment>, ...intervals: { from: string; to?: string }[]) =>
    newEnrollment({
      status: 'complete',
      completion: { on: '2026-02-01', at: noon('2026-02-01') },
      progress: {
        'cert-cpr': {
          status: 'met',
          since: noon('2026-01-20'),
          basis: 'b',
          intervals: intervals.map((interval) => ({ ...interval, at: noon('2026-01-20') })),
        },
      },
      ...more,
    });
  const first = { from: '2026-01-01', to: '2026-12-31' };

  test.each([
    ['renewed in time', enrollment({}, first, { from: '2026-12-01', to: '2027-12-31' }), []],
    ['without an end', enrollment({}, first, { from: '2026-12-01' }), []],
    [
      'with a gap that has begun',
      enrollment({}, first, { from: '2028-01-01' }),
      [{ requirement: 'cert-cpr', on: first.to }],
    ],
    ['of who is open', enrollment({ status: 'open' }, first), []],
    ['of who left', enrollment({ status: 'withdrawn' }, first), []],
    ['before the completion', enrollment({ completion: { on: '2027-01-02', at: noon('2027-01-02') } }, first), []],
  ])('%s', (_, given, lapses) => {
    expect(lapsesSinceCompletion(given, '2027-03-01')).toEqual(lapses);
  });
});

test('the complete are dealt over the days of a week, each on one of them', () => {
  const days = Array.from({ length: daysBetweenLooks }, (_, i) => addDays('2026-03-06', i));
  const perDay = new Map(days.map((day) => [day, 0]));
  for (let i = 0; i < 700; i++) {
    const own = days.filter((day) => isLookDay(`enr-${i}`, day));
    expect(own).toHaveLength(1);
    perDay.set(own[0] as string, (perDay.get(own[0] as string) ?? 0) + 1);
  }
  for (const count of perDay.values()) expect(count).toBeGreaterThan(60);
});
