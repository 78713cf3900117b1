import { describe, expect, test } from 'vitest';
import { listDeadLetters } from '../../functions/acts/dead-letters.ts';
import { parkedIdOf, parkedIn, replayParked, setParkedAside } from '../../functions/acts/parked.ts';
import { redriveEnrollment } from '../../functions/acts/redrive.ts';
import { enrollmentAt } from '../../functions/domain/as-of.ts';
import { findChainFault } from '../../functions/domain/audit.ts';
import { type DeliveryEvent, parkedDelivery } from '../../functions/domain/delivery.ts';
import { recordMailEvent } from '../../functions/feedback/feedback.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { DeadLetters } from '../../functions/ports/dead-letters.ts';
import { ref } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const operator = { id: 'olga', role: 'operator' } as const;

async function completed() {
  const world = stepsWorld(memoryStore());
  await world.publish();
  await world.enroll();
  await world.complete();
  const parked = async () => {
    const { enrollment, deliveries } = await world.record();
    return parkedIn(enrollment, deliveries);
  };
  const fault = async () => {
    const { enrollment, ledger } = await world.record();
    return findChainFault(enrollment, ledger);
  };
  return { ...world, parked, fault };
}

/** A completed apprentice whose certificate no engine can print. */
async function withParkedCredential() {
  const world = await completed();
  const failing = { render: () => Promise.reject(new AdapterError('pdf.font', 'no font', { retryable: false })) };
  expect(await issueCredential({ ...world.ports, engine: failing }, world.issueRequest())).toBe('parked');
  return { ...world, id: world.issueRequest().credentialId };
}

/** A completed apprentice whose email came back for good. */
async function withParkedEmail() {
  const world = await completed();
  await issueCredential(world.ports, world.issueRequest());
  const deliveryId = `dlv-${world.issueRequest().credentialId}`;
  await hear(world, deliveryId, { type: 'send', attempt: 1 });
  await hear(world, deliveryId, { type: 'bounce', permanent: true, reason: 'General', attempt: 1 });
  return { ...world, id: deliveryId };
}

type Heard = { attempt: number } & (
  | { type: 'send' | 'delivery' }
  | { type: 'bounce'; permanent: boolean; reason: string }
);
async function hear({ ports }: Awaited<ReturnType<typeof completed>>, deliveryId: string, event: Heard) {
  const whole = { ...event, at: ports.clock.now(), providerId: 'mail-1' } as DeliveryEvent;
  return recordMailEvent(ports, { ref, deliveryId, event: whole });
}

describe('a parked credential', () => {
  test('that is replayed is issued, once, and the ledger says who had it replayed', async () => {
    const world = await withParkedCredential();
    expect((await world.parked()).map(parkedIdOf)).toEqual([world.id]);
    expect(await replayParked(world.ports, operator, ref, { id: world.id })).toEqual({
      outcome: 'replayed',
      kind: 'credential',
    });
    const request = world.sent.at(-1);
    if (request?.type !== 'issue-requested') throw new Error('issue was not asked');
    expect(await issueCredential(world.ports, request)).toBe('issued');
    expect(await issueCredential(world.ports, request)).toBe('repeated');
    const { credentials, ledger } = await world.record();
    expect(credentials).toHaveLength(1);
    expect(ledger.find(({ action }) => action === 'credential-unparked')).toMatchObject({
      actor: operator,
      subject: world.id,
    });
    expect(await world.parked()).toEqual([]);
    expect(await world.fault()).toBeUndefined();
  });

  test('is not issued by a repeat of its request, set aside or not, until it is replayed', async () => {
    const world = await withParkedCredential();
    const told: string[] = [];
    const ports = { ...world.ports, journal: (code: string) => void told.push(code) };
    const before = (await world.record()).ledger.length;
    expect(await issueCredential(ports, world.issueRequest())).toBe('parked');
    await setParkedAside(world.ports, operator, ref, { id: world.id, reason: 'handed over on paper' });
    expect(await issueCredential(ports, world.issueRequest())).toBe('parked');
    const { credentials, deliveries, ledger } = await world.record();
    expect([credentials, deliveries, ledger.length]).toEqual([[], [], before + 1]);
    // Not a second `issue.parked`, which alarms: nothing new waits for a person.
    expect(told).toEqual(['issue.waiting', 'issue.waiting']);
    await replayParked(world.ports, operator, ref, { id: world.id });
    expect(await issueCredential(world.ports, world.issueRequest())).toBe('issued');
  });

  test('leaves the dead letter that asked for it over, until it is replayed', async () => {
    const world = await withParkedCredential();
    const letter = { queue: 'issue', id: 'm1', since: '2026-03-01T12:00:00.000Z', type: 'issue-requested' } as const;
    const deadLetters: DeadLetters = {
      visit: async (_, __, decide) => {
        await decide({ ...letter, ref, subject: world.id });
        return { more: false };
      },
      listKept: async () => [],
    };
    const standing = async () => {
      const { letters } = await listDeadLetters({ ...world.ports, deadLetters }, 'issue');
      return letters.map((each) => each.standing);
    };
    expect(await standing()).toEqual(['over']);
    await replayParked(world.ports, operator, ref, { id: world.id });
    expect(await standing()).toEqual(['owed']);
  });

  test('was parked in the past for as long as the ledger says', async () => {
    const world = await withParkedCredential();
    await replayParked(world.ports, operator, ref, { id: world.id });
    const { enrollment, ledger } = await world.record();
    const parkedAt = (action: string) => {
      const at = ledger.find((entry) => entry.action === action)?.at ?? '';
      return enrollmentAt(ledger, enrollment, at)?.pointers.completion?.pending?.parked;
    };
    expect(parkedAt('credential-parked')).toBe('pdf.font: no font');
    expect(parkedAt('credential-unparked')).toBeUndefined();
  });

  test('is found by the sweep again from then on, should the message be lost', async () => {
    const world = await withParkedCredential();
    const due = async () => (await world.ports.store.listDue('2027-01-01T00:00:00.000Z')).items;
    expect(await due()).toEqual([]);
    await replayParked(world.ports, operator, ref, { id: world.id });
    expect(await due()).toMatchObject([{ kind: 'enrollment' }]);
  });

  test('that is set aside stays parked, with who did so and why; the words are not in the ledger', async () => {
    const world = await withParkedCredential();
    const reason = 'left the program; paper handed over';
    expect(await setParkedAside(world.ports, operator, ref, { id: world.id, reason })).toMatchObject({
      outcome: 'set-aside',
    });
    expect(await world.parked()).toMatchObject([{ request: { setAside: { by: 'olga', reason } } }]);
    const { ledger } = await world.record();
    expect(ledger.at(-1)).toMatchObject({ action: 'credential-set-aside', actor: operator });
    expect(JSON.stringify(ledger)).not.toContain('paper handed over');
    await world.settle();
    expect(await world.parked()).toHaveLength(1);
  });
});

describe('a parked email', () => {
  test('that is replayed is queued with all its tries before it, to a corrected address', async () => {
    const world = await withParkedEmail();
    const answer = await replayParked(world.ports, operator, ref, { id: world.id, email: 'new@apprentices.example' });
    expect(answer).toEqual({ outcome: 'replayed', kind: 'email' });
    expect(world.sent.at(-1)).toMatchObject({ type: 'delivery-requested', deliveryId: world.id });
    const { enrollment, deliveries, ledger } = await world.record();
    expect(enrollment.apprentice.email).toBe('new@apprentices.example');
    expect(deliveries).toMatchObject([{ state: 'queued', redrives: 0, softBounces: 0, attempt: 0 }]);
    expect(ledger.slice(-2).map(({ action, actor }) => [action, actor])).toEqual([
      ['address-corrected', operator],
      ['delivery-queued', operator],
    ]);
    expect(JSON.stringify(ledger)).not.toContain('apprentices.example');
    expect(await world.fault()).toBeUndefined();
  });

  test('that came back is not settled by late news of the send that came back', async () => {
    const world = await withParkedEmail();
    const { deliveries } = await world.record();
    const [delivery] = deliveries;
    if (!delivery) throw new Error('no email');
    // As deliver had counted its send.
    await world.ports.store.commit({
      enrollment: (await world.record()).enrollment,
      guard: {},
      patch: {},
      entries: [],
      deliveryChanges: [{ delivery: { ...delivery, attempt: 1 }, from: ['parked'], attempt: 0 }],
    });
    await replayParked(world.ports, operator, ref, { id: world.id });
    expect(await hear(world, world.id, { type: 'send', attempt: 1 })).toBe('unchanged');
    expect((await world.record()).deliveries).toMatchObject([{ state: 'queued' }]);
    expect(await hear(world, world.id, { type: 'send', attempt: 2 })).toBe('applied');
  });

  test('is replayed once: a second replay is refused and nothing more is driven', async () => {
    const world = await withParkedEmail();
    await replayParked(world.ports, operator, ref, { id: world.id });
    const messages = world.sent.length;
    expect(await replayParked(world.ports, operator, ref, { id: world.id })).toMatchObject({ code: 'parked.unknown' });
    expect(world.sent).toHaveLength(messages);
  });

  test('that is set aside can still be replayed', async () => {
    const world = await withParkedEmail();
    await setParkedAside(world.ports, operator, ref, { id: world.id, reason: 'handed over in person' });
    await replayParked(world.ports, operator, ref, { id: world.id });
    expect((await world.record()).deliveries[0]).not.toHaveProperty('setAside');
  });
});

test.each([
  ['x', 'reason.invalid'],
  ['two\nlines', 'reason.invalid'],
])('the reason %j is refused', async (reason, code) => {
  const world = await withParkedEmail();
  expect(await setParkedAside(world.ports, operator, ref, { id: world.id, reason })).toMatchObject({ code });
});

test('an address that is none is refused, and nothing is replayed', async () => {
  const world = await withParkedEmail();
  const answer = await replayParked(world.ports, operator, ref, { id: world.id, email: 'no address' });
  expect(answer).toMatchObject({ outcome: 'refused', code: 'email.invalid' });
  expect(await world.parked()).toHaveLength(1);
});

test("a warning to the program is not sent to an apprentice's new address", async () => {
  const world = await withParkedEmail();
  const about = { kind: 'lapse-warning' as const, expiresOn: '2026-04-01', to: 'program' as const };
  const warning = parkedDelivery({ ...ref, deliveryId: 'lapse-1', about }, world.ports.clock.now(), 'bounced: x');
  const { enrollment } = await world.record();
  await world.ports.store.commit({ enrollment, guard: {}, patch: {}, entries: [], newDeliveries: [warning] });
  const answer = await replayParked(world.ports, operator, ref, { id: 'lapse-1', email: 'new@apprentices.example' });
  expect(answer).toMatchObject({ outcome: 'refused', code: 'email.not-theirs' });
  expect((await world.record()).enrollment.apprentice.email).toBe(enrollment.apprentice.email);
});

test('an enrollment driven again is asked of every step, and what is parked stays parked', async () => {
  const world = await withParkedCredential();
  expect(await redriveEnrollment(world.ports, ref)).toEqual({ outcome: 'redriven', messages: 1 });
  await replayParked(world.ports, operator, ref, { id: world.id });
  await issueCredential(world.ports, world.issueRequest());
  expect(await redriveEnrollment(world.ports, ref)).toEqual({ outcome: 'redriven', messages: 3 });
  expect(await issueCredential(world.ports, world.issueRequest())).toBe('repeated');
  expect((await world.record()).credentials).toHaveLength(1);
});
