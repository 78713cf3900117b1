import { afterEach, describe, expect, test } from 'vitest';
import { resumeEnrollment, withdrawFromProgram } from '../../functions/acts/leave-program.ts';
import { listNeeding } from '../../functions/acts/list-needs.ts';
import { listParked } from '../../functions/acts/list-parked.ts';
import { parkedIdOf, replayParked, setParkedAside } from '../../functions/acts/parked.ts';
import { resendDelivery } from '../../functions/acts/resend-delivery.ts';
import { revokeCredential } from '../../functions/acts/revoke-credential.ts';
import { dynamoInspection } from '../../functions/adapters/aws/dynamo-inspection.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import type { DeliveryEvent } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { type Need, neededOf } from '../../functions/domain/needs.ts';
import { addDays } from '../../functions/domain/time.ts';
import { recordMailEvent } from '../../functions/feedback/feedback.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import { lookAfresh } from '../../functions/sweep/look-afresh.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { noon, ref, smallProgram } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const office = { id: 'office', role: 'administrator' } as const;
/** CPR is issued on 2026-01-20 and counts for two years. */
const lastDay = '2028-01-20';

let stops: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stops) await stop();
  stops = [];
});

const stores = {
  'in memory': async () => ({ store: memoryStore(), misindexed: async () => [] as string[] }),
  'in the table': async () => {
    const table = await startRecordsTable();
    stops.push(table.stop);
    return {
      store: dynamoStore(table),
      misindexed: async () => (await dynamoInspection(table).inspect(ref)).misindexed,
    };
  },
};

describe.each(Object.entries(stores))('who needs somebody, %s', (_, open) => {
  async function begun(requirements: 'all' | readonly string[] = 'all') {
    const { store, misindexed } = await open();
    const world = stepsWorld(store);
    await world.publish();
    await world.enroll();
    if (requirements === 'all') await world.complete();
    else await world.assess(requirements);
    /** Who is told, and whether the indexes say of every item what it says itself. */
    const told = async (need: Need, now = world.ports.clock.now()) => {
      expect(await misindexed()).toEqual([]);
      const { items } = await listNeeding(store, smallProgram(), need, now);
      const emails = await store.readDeliveries(items.flatMap((each) => each.emails));
      const enrollments = await store.readEnrollments(items.map((each) => each.ref));
      return enrollments
        .filter((each) => neededOf(need, each, emails, smallProgram(), now))
        .map(({ enrollment }) => [enrollment, ...emails.map(({ deliveryId }) => deliveryId).sort()]);
    };
    const hear = async (deliveryId: string, event: Partial<DeliveryEvent>) => {
      const whole = { attempt: 1, at: world.ports.clock.now(), providerId: 'mail-1', ...event } as DeliveryEvent;
      await recordMailEvent(world.ports, { ref, deliveryId, event: whole });
    };
    const bounce = async (deliveryId: string) => {
      await hear(deliveryId, { type: 'send' });
      await hear(deliveryId, { type: 'bounce', permanent: true, reason: 'General' });
    };
    const lookOn = (day: string) =>
      lookAfresh({
        ...world.ports,
        failedBatches: { list: async () => [], read: async () => [], remove: async () => undefined },
        clock: { now: () => noon(day) },
      });
    const enrollment = async () => (await store.readEnrollment(ref)) as Enrollment;
    return { ...world, told, hear, bounce, lookOn, enrollment };
  }

  async function issued() {
    const world = await begun();
    await issueCredential(world.ports, world.issueRequest());
    const { credentialId } = world.issueRequest();
    return { ...world, credentialId, email: `dlv-${credentialId}` };
  }

  test('a certificate that could not be made is told until it is set aside, and a replay takes it up again', async () => {
    const world = await begun();
    const failing = { render: () => Promise.reject(new AdapterError('pdf.font', 'no font', { retryable: false })) };
    const id = world.issueRequest().credentialId;
    expect(await world.told('failed')).toEqual([]);
    expect(await issueCredential({ ...world.ports, engine: failing }, world.issueRequest())).toBe('parked');
    expect(await world.told('failed')).toEqual([['enr-1']]);
    await setParkedAside(world.ports, office, ref, { id, reason: 'printed by hand' });
    expect(await world.told('failed')).toEqual([]);
    await replayParked(world.ports, office, ref, { id });
    expect(await issueCredential({ ...world.ports, engine: failing }, world.issueRequest())).toBe('parked');
    expect(await world.told('failed')).toEqual([['enr-1']]);
    await replayParked(world.ports, office, ref, { id });
    expect(await world.told('failed')).toEqual([]);
  });

  test('an email that came back is told until it is sent after all', async () => {
    const world = await issued();
    expect(await world.told('failed')).toEqual([]);
    await world.bounce(world.email);
    expect(await world.told('failed')).toEqual([['enr-1', world.email]]);
    await replayParked(world.ports, office, ref, { id: world.email, email: 'new@apprentices.example' });
    expect(await world.told('failed')).toEqual([]);
  });

  test('an email that another was sent for is told no more, and the other is where it fails too', async () => {
    const world = await issued();
    await world.bounce(world.email);
    const again = await resendDelivery(world.ports, office, ref, { delivery: world.email, as: 'again' });
    expect(again.outcome).toBe('resent');
    expect(await world.told('failed')).toEqual([]);
    // What waits for a person is replayed all at once after a restore: this one has gone out.
    const waiting = async (withSetAside = false) => {
      const ids: string[] = [];
      for await (const { parked } of listParked(world.ports, { program: ref.program, withSetAside }))
        ids.push(parkedIdOf(parked));
      return ids;
    };
    expect([await waiting(), await waiting(true)]).toEqual([[], [world.email]]);
    await world.bounce('again');
    expect(await world.told('failed')).toEqual([['enr-1', 'again']]);
    // Whichever of them is repeated, what failed before is answered.
    await resendDelivery(world.ports, office, ref, { delivery: world.email, as: 'once-more' });
    await world.hear('once-more', { type: 'delivery' });
    expect(await world.told('failed')).toEqual([]);
    // News of the first, however late, is of an email that another has replaced.
    await replayParked(world.ports, office, ref, { id: 'again' });
    expect(await world.told('failed')).toEqual([]);
    await world.hear('again', { type: 'bounce', permanent: true, reason: 'General', attempt: 2 });
    expect(await world.told('failed')).toEqual([['enr-1', 'again']]);
  });

  test('an email that was called unwanted is told until somebody has seen to it', async () => {
    const world = await issued();
    await world.hear(world.email, { type: 'complaint' });
    expect(await world.told('failed')).toEqual([['enr-1', world.email]]);
    const set = await setParkedAside(world.ports, office, ref, { id: world.email, reason: 'handed over on paper' });
    expect(set).toEqual({ outcome: 'set-aside', kind: 'email' });
    expect(await world.told('failed')).toEqual([]);
    expect(await replayParked(world.ports, office, ref, { id: world.email })).toMatchObject({ code: 'parked.unknown' });
  });

  test('a suspended certificate is told until it is revoked', async () => {
    const world = await issued();
    // As a hand that deletes an assessment leaves it: voided by a mark.
    const marked = await world.enrollment();
    const mark = { marks: { 'engage-1': noon('2026-06-01') } };
    await world.ports.store.commit({ enrollment: marked, guard: {}, patch: mark, entries: [] });
    await world.lookAtAll();
    expect(await world.told('failed')).toEqual([['enr-1']]);
    expect((await world.enrollment()).pointers.completion?.active?.suspendedAt).toBeDefined();
    await revokeCredential(world.ports, office, ref, {
      credentialId: world.credentialId,
      code: 'other',
      text: 'an error',
    });
    expect(await world.told('failed')).toEqual([]);
  });

  test('a certificate that lapses soon is told from sixty days before, to its last day', async () => {
    const world = await begun(['cert-cpr']);
    expect((await world.enrollment()).lapseOn).toBe(lastDay);
    const told = (day: string) => world.told('lapsing', noon(day));
    expect(await told(addDays(lastDay, -61))).toEqual([]);
    expect(await told(addDays(lastDay, -60))).toEqual([['enr-1']]);
    expect(await told(lastDay)).toEqual([['enr-1']]);
    expect(await told(addDays(lastDay, 1))).toEqual([]);
  });

  test('the daily look moves on whose certificate has lapsed, without an entry and without a change of the record', async () => {
    const world = await issued();
    const before = await world.enrollment();
    await world.lookOn(lastDay);
    expect(await world.enrollment()).toEqual(before);
    await world.lookOn(addDays(lastDay, 1));
    const { lapseOn, version, ...after } = await world.enrollment();
    expect([lapseOn, version]).toEqual([undefined, before.version + 1]);
    expect(before).toMatchObject(after);
    expect((await world.ports.store.listLapsing('harbor', '9999-12-31')).items).toEqual([]);
  });

  test('who has left is told of no certificate, and again once they are back', async () => {
    const world = await begun(['cert-cpr']);
    const told = () => world.told('lapsing', noon(lastDay));
    await withdrawFromProgram(world.ports, office, ref, { code: 'resigned', text: 'moved away' });
    expect(await told()).toEqual([]);
    await resumeEnrollment(world.ports, office, ref);
    expect(await told()).toEqual([['enr-1']]);
  });

  test('who stands still is told after thirty days, and who is complete is not', async () => {
    const world = await begun(['cert-cpr']);
    expect(await world.told('stuck', noon('2026-03-31'))).toEqual([]);
    expect(await world.told('stuck', noon('2026-04-01'))).toEqual([['enr-1']]);
    await world.complete();
    expect(await world.told('stuck', noon('2026-12-01'))).toEqual([]);
  });
});
