import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Delivery, deliveryStateSchema, newDelivery } from '../../functions/domain/delivery.ts';
import {
  certificateTroubleSince,
  deliveryTroubleSince,
  isLapseKept,
  isStuck,
  lapseShownOn,
  neededOf,
  nextLapse,
} from '../../functions/domain/needs.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import { addDays } from '../../functions/domain/time.ts';
import { newEnrollment, noon, ref } from '../support/small-world.ts';

const about = { kind: 'credential', credentialId: 'c1' } as const;
const email = (more: Partial<Delivery>): Delivery => ({
  ...newDelivery({ ...ref, deliveryId: 'dlv-c1', about }, noon('2026-03-01')),
  ...more,
});

describe('an email', () => {
  test('waits for a person while it is parked or was called unwanted, since it settled so', () => {
    const waiting = deliveryStateSchema.options.filter((state) => deliveryTroubleSince(email({ state })) !== undefined);
    expect(waiting).toEqual(['complained', 'parked']);
    expect(deliveryTroubleSince(email({ state: 'parked' }))).toBe(noon('2026-03-01'));
    expect(deliveryTroubleSince(email({ state: 'parked', settledAt: noon('2026-03-02') }))).toBe(noon('2026-03-02'));
  });

  test('waits no more once it is set aside, or another went in its place', () => {
    const setAside = { by: 'olga', at: noon('2026-03-03'), reason: 'handed over' };
    expect(deliveryTroubleSince(email({ state: 'parked', setAside }))).toBeUndefined();
    expect(deliveryTroubleSince(email({ state: 'complained', resentAs: 'dlv-2' }))).toBeUndefined();
  });
});

describe('a certificate', () => {
  const pending = {
    ...{ credentialId: 'c2', code: 'C'.repeat(26), requestedAt: noon('2026-03-01'), releaseAt: noon('2026-03-01') },
    ...{ redrives: 0, dueAt: noon('2026-03-01'), facts: {} as never, parked: 'no font' },
  };
  const active = { credentialId: 'c1', suspended: true, completedOn: '2026-02-01' };

  test('waits for a person while it is parked or suspended, since the first of them', () => {
    const since = (...pointers: object[]) =>
      certificateTroubleSince({ pointers: Object.fromEntries(pointers.entries()) });
    expect(since({})).toBeUndefined();
    expect(since({ pending: { ...pending, parked: undefined } })).toBeUndefined();
    expect(since({ pending })).toBe(noon('2026-03-01'));
    expect(since({ pending: { ...pending, parkedAt: noon('2026-03-04') } })).toBe(noon('2026-03-04'));
    expect(since({ pending: { ...pending, setAside: { by: 'olga', at: noon('2026-03-05'), reason: 'why' } } })).toBe(
      undefined,
    );
    expect(since({ active: { ...active, suspended: false } })).toBeUndefined();
    expect(since({ active })).toBe('2026-02-01T00:00:00.000Z');
    expect(since({ pending }, { active: { ...active, suspendedAt: noon('2026-02-20') } })).toBe(noon('2026-02-20'));
  });
});

test('a record is stuck when it is open and nothing has changed for more than thirty days', () => {
  const of = (lastChangeAt: string, status: 'open' | 'complete' = 'open') =>
    isStuck({ status, lastChangeAt }, noon('2026-03-31'));
  expect([of(noon('2026-03-01')), of('2026-03-01T11:59:59.999Z')]).toEqual([false, true]);
  expect(of(noon('2020-01-01'), 'complete')).toBe(false);
});

describe('the next lapse', () => {
  const held = (...to: (string | undefined)[]): RequirementProgress => ({
    ...{ status: 'met', since: noon('2026-01-01'), basis: 'f'.repeat(12) },
    intervals: to.map((each) => ({
      from: '2025-01-01',
      at: noon('2026-01-01'),
      ...(each !== undefined && { to: each }),
    })),
  });

  test('is that of the certificate which ends first, on its last day still, each counted with its renewals', () => {
    const certificates = [held('2026-05-01', '2028-05-01'), held('2026-06-01'), held('2026-07-01')];
    expect(nextLapse(certificates, '2026-05-30')).toBe('2026-06-01');
    expect(nextLapse(certificates, '2026-06-01')).toBe('2026-06-01');
    expect(nextLapse(certificates, '2026-06-02')).toBe('2026-07-01');
    expect(nextLapse(certificates, '2028-05-02')).toBeUndefined();
  });

  test('is none of what never ends, of what is not met, and of what is no certificate', () => {
    const others: RequirementProgress[] = [
      { status: 'awaiting' },
      { status: 'met', since: noon('2026-01-01'), basis: 'f' },
    ];
    expect(nextLapse([...others, held('2026-05-01', undefined), undefined, null], '2026-01-01')).toBeUndefined();
  });

  test('is shown of nobody who has left', () => {
    expect(lapseShownOn({ status: 'complete', lapseOn: '2026-05-01' })).toBe('2026-05-01');
    expect(lapseShownOn({ status: 'withdrawn', lapseOn: '2026-05-01' })).toBeUndefined();
  });

  test('is kept right by a look a day, whenever it was written and whatever lapses in between', () => {
    const day = fc.integer({ min: 0, max: 40 }).map((days) => addDays('2026-03-01', days));
    const certificates = fc.array(fc.array(fc.option(day, { nil: undefined }), { minLength: 1, maxLength: 3 }));
    fc.assert(
      fc.property(certificates, fc.integer({ min: 0, max: 30 }), (ends, first) => {
        const progress = Object.fromEntries(ends.map((to, i) => [`cert-${i}`, held(...to)]));
        let lapseOn = nextLapse(Object.values(progress), addDays('2026-03-01', first));
        const of = () => newEnrollment({ progress, ...(lapseOn !== undefined && { lapseOn }) });
        for (let days = first; days < 50; days++) {
          const today = addDays('2026-03-01', days);
          expect(isLapseKept(of(), today)).toBe(true);
          if (lapseOn !== undefined && lapseOn < today) lapseOn = nextLapse(Object.values(progress), today);
          expect(lapseOn).toBe(nextLapse(Object.values(progress), today));
        }
      }),
    );
  });

  test('that nobody moved on for days, or that its certificates never said, is told', () => {
    const enrollment = newEnrollment({ progress: { 'cert-cpr': held('2026-05-01') } });
    expect(isLapseKept({ ...enrollment, lapseOn: '2026-05-01' }, '2026-05-03')).toBe(true);
    expect(isLapseKept({ ...enrollment, lapseOn: '2026-05-01' }, '2026-05-04')).toBe(false);
    expect(isLapseKept({ ...enrollment, lapseOn: '2026-05-02' }, '2026-05-03')).toBe(false);
    expect(isLapseKept({ ...enrollment, lapseOn: '2026-05-02' }, '2026-04-01')).toBe(false);
    expect(isLapseKept(enrollment, '2026-04-01')).toBe(false);
  });
});

describe('what an enrollment needs', () => {
  const now = noon('2026-03-31');
  const program = { timeZone: 'America/New_York' };
  const suspended = { credentialId: 'c1', suspended: true, suspendedAt: noon('2026-02-20'), completedOn: '2026-02-01' };
  const held = (to: string): RequirementProgress => ({
    ...{ status: 'met', since: noon('2026-01-01'), basis: 'f'.repeat(12) },
    intervals: [{ from: '2025-01-01', to, at: noon('2026-01-01') }],
  });

  test('of what failed is told each with its instant, the longest waiting first, and of its own emails alone', () => {
    const enrollment = newEnrollment({ pointers: { completion: { active: suspended } } });
    const emails = [
      email({ state: 'complained', settledAt: noon('2026-03-02') }),
      email({ state: 'parked', settledAt: noon('2026-02-10') }),
      email({ state: 'delivered' }),
      email({ state: 'parked', enrollment: 'enr-2', settledAt: noon('2026-01-01') }),
    ];
    expect(neededOf('failed', enrollment, emails, program, now)).toEqual({
      need: 'failed',
      since: noon('2026-02-10'),
      faults: [
        { code: 'email-parked', since: noon('2026-02-10') },
        { code: 'certificate-suspended', since: noon('2026-02-20') },
        { code: 'email-complained', since: noon('2026-03-02') },
      ],
    });
    expect(neededOf('failed', newEnrollment(), emails.slice(2), program, now)).toBeUndefined();
  });

  test('of certificates that end soon is told the first day, and every one that ends on it', () => {
    const progress = { 'cert-b': held('2026-04-05'), 'cert-a': held('2026-04-05'), 'cert-c': held('2026-04-06') };
    const of = (status: 'open' | 'withdrawn', at = now) =>
      neededOf('lapsing', newEnrollment({ status, progress }), [], program, at);
    expect(of('open')).toEqual({ need: 'lapsing', on: '2026-04-05', certificates: ['cert-a', 'cert-b'] });
    // In New York it is still the fifth.
    expect(of('open', '2026-04-06T03:00:00.000Z')).toMatchObject({ on: '2026-04-05' });
    expect(of('open', '2026-04-06T05:00:00.000Z')).toMatchObject({ on: '2026-04-06', certificates: ['cert-c'] });
    expect([of('withdrawn'), of('open', noon('2026-02-03')), of('open', noon('2026-04-07'))]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('of who stands still is told since when', () => {
    const lastChangeAt = noon('2026-02-20');
    expect(neededOf('stuck', newEnrollment({ lastChangeAt }), [], program, now)).toEqual({
      need: 'stuck',
      since: lastChangeAt,
    });
    expect(neededOf('stuck', newEnrollment({ lastChangeAt, status: 'complete' }), [], program, now)).toBeUndefined();
  });
});
