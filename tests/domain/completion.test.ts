import { describe, expect, test } from 'vitest';
import { decideCompletion, decideSkillSet, type Standing, stillHolds } from '../../functions/domain/completion.ts';
import type { Policy } from '../../functions/domain/program.ts';
import type { Interval, RequirementProgress } from '../../functions/domain/progress.ts';
import { enrolledOn, noon, smallFramework, smallProgram } from '../support/small-world.ts';

const met = (day: string, hours?: number): RequirementProgress => ({
  status: 'met',
  since: noon(day),
  basis: 'b',
  ...(hours !== undefined && { hours: { sum: hours, at: noon(day) } }),
});
const cpr = (...intervals: Interval[]): RequirementProgress => ({
  status: 'met',
  since: intervals[0]?.at ?? '',
  basis: 'b',
  intervals,
});
const interval = (from: string, to: string | undefined, accepted: string): Interval => ({
  from,
  at: noon(accepted),
  ...(to !== undefined && { to }),
});

function standing(progress: Record<string, RequirementProgress>, policy: Partial<Policy> = {}): Standing {
  return { framework: smallFramework, program: smallProgram(policy), enrolledOn, progress };
}

const skills = { 'engage-1': met('2026-03-01'), 'engage-2': met('2026-03-05'), 'course-ethics': met('2026-02-01') };
const always = cpr(interval('2026-01-10', undefined, '2026-01-20'));
const today = noon('2026-04-01');

describe('a completion', () => {
  test('is dated on the day of the last requirement met, not when we noticed', () => {
    expect(decideCompletion(standing({ ...skills, 'cert-cpr': always }), today)).toEqual({
      complete: true,
      completion: { on: '2026-03-05', at: noon('2026-03-05') },
    });
  });

  test('waits for every requirement and says which are missing and why', () => {
    const decision = decideCompletion(
      standing({
        'engage-1': { status: 'awaiting' },
        'engage-2': { status: 'not-met', at: today },
        'cert-cpr': always,
      }),
      today,
    );
    expect(decision).toEqual({
      complete: false,
      missing: [
        { requirement: 'course-ethics', why: 'missing' },
        { requirement: 'engage-1', why: 'awaiting' },
        { requirement: 'engage-2', why: 'not-met' },
      ],
    });
  });

  test('takes its date in the program time zone', () => {
    const late = {
      ...skills,
      'engage-2': { ...met('2026-03-05'), since: '2026-03-06T03:00:00.000Z' } as RequirementProgress,
    };
    expect(decideCompletion(standing({ ...late, 'cert-cpr': always }), today)).toMatchObject({
      completion: { on: '2026-03-05' },
    });
  });
});

describe('a required certificate', () => {
  test('still counts on its expiry day, and no longer on the day after', () => {
    const until = (day: string) =>
      decideCompletion(standing({ ...skills, 'cert-cpr': cpr(interval('2024-03-05', day, '2026-01-20')) }), today);
    expect(until('2026-03-05')).toMatchObject({ complete: true });
    expect(until('2026-03-04')).toEqual({
      complete: false,
      missing: [{ requirement: 'cert-cpr', why: 'lapsed', on: '2026-03-04' }],
    });
  });

  test('that lapsed before the last skill completes the record on the day of its renewal', () => {
    const renewed = cpr(
      interval('2024-01-01', '2026-02-01', '2026-01-20'),
      interval('2026-03-10', '2028-03-10', '2026-03-12'),
    );
    expect(decideCompletion(standing({ ...skills, 'cert-cpr': renewed }), today)).toEqual({
      complete: true,
      completion: { on: '2026-03-12', at: noon('2026-03-12') },
    });
  });

  test('that lapses after the completion does not take it back', () => {
    const lapsing = cpr(interval('2024-03-20', '2026-03-20', '2026-01-20'));
    expect(decideCompletion(standing({ ...skills, 'cert-cpr': lapsing }), noon('2026-06-01'))).toMatchObject({
      completion: { on: '2026-03-05' },
    });
    expect(stillHolds(standing({ ...skills, 'cert-cpr': lapsing }), '2026-03-05')).toBe(true);
    expect(stillHolds(standing({ ...skills, 'cert-cpr': lapsing }), '2026-03-21')).toBe(false);
  });
});

describe('program policy', () => {
  test('a minimum term that has not run out holds the completion back, and dates it when it has', () => {
    const progress = { ...skills, 'cert-cpr': always };
    expect(decideCompletion(standing(progress, { minimumTermMonths: 6 }), today)).toEqual({
      complete: false,
      missing: [{ policy: 'minimum-term', until: '2026-07-05' }],
    });
    expect(decideCompletion(standing(progress, { minimumTermMonths: 6 }), noon('2026-08-01'))).toMatchObject({
      completion: { on: '2026-07-05' },
    });
  });

  test('minimum hours are the sum of accepted hours', () => {
    const progress = {
      ...skills,
      'engage-1': met('2026-03-01', 30),
      'course-ethics': met('2026-03-07', 20),
      'cert-cpr': always,
    };
    expect(decideCompletion(standing(progress, { minimumHours: 60 }), today)).toEqual({
      complete: false,
      missing: [{ policy: 'minimum-hours', have: 50, need: 60 }],
    });
    expect(decideCompletion(standing(progress, { minimumHours: 50 }), today)).toMatchObject({
      completion: { on: '2026-03-07' },
    });
    expect(stillHolds(standing(progress, { minimumHours: 60 }), '2026-03-07')).toBe(false);
  });
});

test('a skill set completes on the day of its last skill', () => {
  expect(decideSkillSet(standing(skills), 'engage')).toEqual({ on: '2026-03-05', at: noon('2026-03-05') });
  expect(decideSkillSet(standing({ 'engage-1': met('2026-03-01') }), 'engage')).toBeUndefined();
});
