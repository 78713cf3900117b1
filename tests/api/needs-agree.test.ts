import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { enrollmentLineSchema } from '../../functions/api/routes/enrollment-shapes.ts';
import { deliveryStateSchema, newDelivery } from '../../functions/domain/delivery.ts';
import { enrollmentStatusSchema } from '../../functions/domain/enrollment.ts';
import { type Framework, frameworkRef } from '../../functions/domain/framework.ts';
import { needs, nextLapse } from '../../functions/domain/needs.ts';
import { programHashes } from '../../functions/domain/program.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import { addDays, addSeconds, civilDateOf, type Instant } from '../../functions/domain/time.ts';
import { classicTemplate } from '../support/certificate-content.ts';
import { smallFramework, smallProgram, timeZone } from '../support/small-world.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';

const framework: Framework = {
  ...smallFramework,
  version: '2',
  certificates: [
    ...smallFramework.certificates,
    { id: 'cert-aid', code: 'AID', text: 'First aid' },
    { id: 'cert-secret', code: 'SECRET', text: 'A secret', sensitive: true },
  ],
};
/** Up to here a page of either is whole. */
const people = 90;

/** Records in every mixture of what may be needed of somebody, and what only looks like it. */
function someRecords(now: Instant) {
  const today = civilDateOf(now, timeZone);
  const instant = fc.integer({ min: -90, max: -1 }).map((days) => addSeconds(now, days * 86_400));
  const facts = {
    ...{ name: 'Ana Lima', completedOn: today, framework: frameworkRef(framework) },
    hashes: programHashes(smallProgram(), classicTemplate),
  };
  const setAside = { by: 'ada', at: now, reason: 'handed over' };
  const waiting = {
    credentialId: 'c1',
    code: 'C'.repeat(26),
    requestedAt: now,
    releaseAt: now,
    redrives: 0,
    dueAt: now,
    facts,
  };
  const pointers = fc.oneof(
    fc.constant({}),
    fc.record({ suspendedAt: instant, suspended: fc.boolean() }).map((active) => ({
      completion: { active: { credentialId: 'c1', completedOn: today, ...active } },
    })),
    fc.record({ parkedAt: instant, isAside: fc.boolean() }).map(({ parkedAt, isAside }) => ({
      completion: {
        pending: { ...waiting, parked: 'no font', parkedAt, ...(isAside && { setAside }) },
      },
    })),
  );
  const email = fc.record({
    state: fc.constantFrom(...deliveryStateSchema.options),
    queuedAt: instant,
    more: fc.constantFrom({}, {}, { setAside }, { resentAs: 'dlv-2' }),
  });
  const lapse = fc.option(
    fc.integer({ min: -3, max: 90 }).map((days) => addDays(today, days)),
    { nil: undefined },
  );
  const record = fc.record({
    status: fc.constantFrom(...enrollmentStatusSchema.options),
    lastChangeAt: instant,
    pointers,
    emails: fc.array(email, { maxLength: 2 }),
    lapses: fc.tuple(lapse, lapse, lapse),
  });
  return fc.sample(record, { numRuns: people, seed: 20_261_122 });
}

/** As the store is given it: the record, with the day that it carries, and its emails. */
async function put({ emails, lapses, ...record }: ReturnType<typeof someRecords>[number], n: number, now: Instant) {
  const held = (to: string): RequirementProgress => ({
    ...{ status: 'met', since: now, basis: 'f'.repeat(12) },
    intervals: [{ from: '2025-01-01', to, at: now }],
  });
  const progress = Object.fromEntries(
    framework.certificates.flatMap(({ id }, i) => (lapses[i] === undefined ? [] : [[id, held(lapses[i])]])),
  );
  // As the hours between midnight and the daily look leave it.
  const lapseOn = nextLapse(Object.values(progress), addDays(civilDateOf(now, timeZone), -1));
  const enrollment = await world.enroll({
    ...{ ...record, enrollment: `both-${n}`, framework: frameworkRef(framework), progress },
    ...(lapseOn !== undefined && { lapseOn }),
  });
  const ref = { program: enrollment.program, enrollment: enrollment.enrollment };
  const about = { kind: 'credential', credentialId: 'c1' } as const;
  const newDeliveries = emails.map(({ more, queuedAt, state }, i) => ({
    ...newDelivery({ ...ref, deliveryId: `dlv-${n}-${i}`, about }, queuedAt),
    ...{ state, ...more },
  }));
  if (newDeliveries.length === 0) return;
  const { outcome } = await world.ports.store.commit({ enrollment, guard: {}, patch: {}, entries: [], newDeliveries });
  expect(outcome).toBe('committed');
}

let world: ApiWorld;
beforeAll(async () => {
  world = await startApiWorld();
  const { store, clock } = world.ports;
  const program = { ...smallProgram(), framework: { id: framework.id, version: framework.version } };
  await store.putProgram(program, classicTemplate, framework);
  const now = clock.now();
  await Promise.all(someRecords(now).map((record, n) => put(record, n, now)));
}, 60_000);
afterAll(() => world.stop());

/** What the page says of a person, by what the API does. */
const wordsFor: Record<string, string> = {
  'certificate-parked': 'Certificate could not be made',
  'certificate-suspended': 'Suspended',
  'email-parked': 'Could not be delivered',
  'email-complained': 'Marked as unwanted',
};
type Told = { reason: string; since?: string; on?: string; faults?: { code: string }[]; certificates?: string[] };

function saidOf({ faults = [], certificates = [], on }: Told): string[] {
  if (on === undefined) return [...new Set(faults.map(({ code }) => wordsFor[code] ?? code))];
  const said = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' }).format(new Date(on));
  const codes = framework.certificates.filter(({ id }) => certificates.includes(id)).map(({ code }) => code);
  return (codes.length === 0 ? ['A sensitive certificate'] : codes).map((code) => `${code} lapses after ${said}`);
}

test.each(needs)(
  'the page and the API name the same people in the same order and say the same of them: %s',
  async (need) => {
    const token = await world.issuer.tokenOf('ada', 'harbor:administrator');
    const list = await readJson(await world.ask('GET', `/enrollments?needs=${need}`, { token }));
    const page = await world.ask('GET', `/cohort?needs=${need}`, { headers: { cookie: `__Host-session=${token}` } });
    const text = (await page.text()).split('class="tasks"')[1] ?? '';
    const told = text.split('<a href="/people/').slice(1);
    const items: { enrollment: string; needs: Told }[] = list.items;
    for (const item of items) expect(enrollmentLineSchema().parse(item)).toEqual(item);
    // Neither everybody nor a few: what this compares is worth comparing.
    expect(items.length).toBeGreaterThan(10);
    expect(items.length).toBeLessThan(people - 10);
    expect(list.cursor).toBeUndefined();
    expect(items.map(({ enrollment }) => enrollment)).toEqual(told.map((each) => each.split('"')[0]));
    items.forEach(({ needs }, i) => {
      expect(needs.reason).toBe(need);
      if (need !== 'stuck') for (const said of saidOf(needs)) expect(told[i]).toContain(said);
    });
    expect(JSON.stringify(items) + text).not.toMatch(/secret/i);
  },
);

test('the API says of everybody who stands still since when, and of a list that asks for no needs nothing', async () => {
  const token = await world.issuer.tokenOf('ada', 'harbor:auditor');
  const { items } = await readJson(await world.ask('GET', '/enrollments?needs=stuck', { token }));
  for (const { needs, lastChangeAt } of items) expect(needs).toEqual({ reason: 'stuck', since: lastChangeAt });
  const other = await readJson(await world.ask('GET', '/enrollments', { token }));
  expect(other.items.filter((each: object) => 'needs' in each)).toEqual([]);
});
