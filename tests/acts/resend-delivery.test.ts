import { describe, expect, test } from 'vitest';
import { type ResendInput, resendDelivery } from '../../functions/acts/resend-delivery.ts';
import { revokeCredential } from '../../functions/acts/revoke-credential.ts';
import { composeEmail } from '../../functions/deliver/compose-email.ts';
import { deliverEmail } from '../../functions/deliver/deliver.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import type { Delivery } from '../../functions/domain/delivery.ts';
import { recordDelivery } from '../../functions/domain/delivery-record.ts';
import { saltedHash } from '../../functions/domain/hash.ts';
import { recordMailEvent } from '../../functions/feedback/feedback.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import type { Email } from '../../functions/ports/mailer.ts';
import { ref } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const administrator: Actor = { id: 'office', role: 'administrator' };

/** A completion that is issued, and whose first email is out. */
async function issued() {
  const world = stepsWorld(memoryStore());
  await world.publish();
  await world.enroll();
  await world.complete();
  await issueCredential(world.ports, world.issueRequest());
  const emails: Email[] = [];
  const mailer = {
    send: async (email: Email) => {
      emails.push(email);
      return { outcome: 'sent' as const, providerId: `p${emails.length}` };
    },
  };
  const deliver = (deliveryId: string) =>
    deliverEmail(
      { ...world.ports, compose: composeEmail, mailer },
      { type: 'delivery-requested', version: 1, ...ref, deliveryId },
    );
  const first = (await world.record()).deliveries[0] as Delivery;
  const resend = (input: Partial<ResendInput> = {}) =>
    resendDelivery(world.ports, administrator, ref, { delivery: first.deliveryId, ...input });
  return { ...world, emails, deliver, first, resend };
}

async function put(world: Awaited<ReturnType<typeof issued>>, state: Delivery['state'], more: Partial<Delivery> = {}) {
  const enrollment = await world.ports.store.readEnrollment(ref);
  const before = await world.ports.store.readDelivery(ref, world.first.deliveryId);
  if (!enrollment || !before) throw new Error('nothing was issued');
  const after = { ...before, state, ...more };
  const commit = recordDelivery('test', enrollment, before, after, world.ports.clock.now());
  const changes = (commit.deliveryChanges ?? []).map((change) => ({ ...change, from: [before.state] }));
  expect(await world.ports.store.commit({ ...commit, deliveryChanges: changes })).toEqual({ outcome: 'committed' });
}

describe('an email that is sent again', () => {
  test('is a new one, to the same address, which the ledger tells apart from a duplicate', async () => {
    const world = await issued();
    await world.deliver(world.first.deliveryId);
    const resent = await world.resend();
    if (resent.outcome !== 'resent') throw new Error(resent.outcome);
    expect(world.sent.at(-1)).toMatchObject({ type: 'delivery-requested', deliveryId: resent.delivery });
    expect(await world.deliver(resent.delivery)).toBe('sent');
    expect(world.emails.map(({ to, tags }) => [to.address, tags.delivery])).toEqual([
      ['lukasz@apprentices.example', world.first.deliveryId],
      ['lukasz@apprentices.example', resent.delivery],
    ]);
    const { ledger, deliveries } = await world.record();
    expect(deliveries.map(({ resendOf }) => resendOf)).toEqual([undefined, world.first.deliveryId]);
    const facts = { credential: world.issueRequest().credentialId, resendOf: world.first.deliveryId };
    expect(ledger.find(({ subject, actor }) => subject === resent.delivery && actor.id === 'office')).toMatchObject({
      action: 'delivery-queued',
      facts,
    });
  });

  test('goes to another address this once, of which the ledger holds a hash alone', async () => {
    const world = await issued();
    await world.deliver(world.first.deliveryId);
    const resent = await world.resend({ email: 'aunt@home.example' });
    if (resent.outcome !== 'resent') throw new Error(resent.outcome);
    await world.deliver(resent.delivery);
    expect(world.emails.at(-1)?.to.address).toBe('aunt@home.example');
    const { enrollment, ledger } = await world.record();
    expect(enrollment.apprentice.email).toBe('lukasz@apprentices.example');
    expect(JSON.stringify(ledger)).not.toContain('aunt@');
    const emailHash = saltedHash(enrollment.salt, 'email', 'aunt@home.example');
    expect(ledger.find(({ subject }) => subject === resent.delivery)).toMatchObject({ facts: { emailHash } });
  });

  test('under an id of its own is sent once, however often it is asked for', async () => {
    const world = await issued();
    await world.deliver(world.first.deliveryId);
    expect(await world.resend({ as: 'again-1' })).toEqual({ outcome: 'resent', delivery: 'again-1' });
    expect(await world.resend({ as: 'again-1' })).toEqual({ outcome: 'repeated', delivery: 'again-1' });
    expect(await world.resend({ as: world.first.deliveryId })).toMatchObject({ code: 'delivery.exists' });
    expect((await world.record()).deliveries).toHaveLength(2);
    expect(world.sent.filter((m) => m.type === 'delivery-requested' && m.deliveryId === 'again-1')).toHaveLength(2);
    expect(await world.deliver('again-1')).toBe('sent');
    expect(await world.deliver('again-1')).toBe('settled');
  });

  test('settles by its own events, and the first one stays as it is', async () => {
    const world = await issued();
    await world.deliver(world.first.deliveryId);
    await world.resend({ as: 'again-1' });
    await world.deliver('again-1');
    const event = { type: 'delivery', attempt: 1, at: world.ports.clock.now(), providerId: 'p2' } as const;
    await recordMailEvent(world.ports, { ref, deliveryId: 'again-1', event });
    const states = (await world.record()).deliveries.map(({ deliveryId, state }) => [deliveryId, state]);
    expect(Object.fromEntries(states)).toEqual({ [world.first.deliveryId]: 'sent', 'again-1': 'delivered' });
  });
});

describe('is refused', () => {
  test('while the email is still on its way', async () => {
    const world = await issued();
    expect(await world.resend()).toMatchObject({ outcome: 'refused', code: 'delivery.under-way' });
    await put(world, 'bounced', { attempt: 1 });
    expect(await world.resend()).toMatchObject({ code: 'delivery.under-way' });
  });

  test('once the credential is not in force, and what was queued before is not sent then', async () => {
    const world = await issued();
    await world.deliver(world.first.deliveryId);
    await world.resend({ as: 'again-1' });
    const { credentialId } = world.issueRequest();
    await revokeCredential(world.ports, administrator, ref, { credentialId, code: 'other', text: 'as decided' });
    expect(await world.resend()).toMatchObject({ code: 'credential.not-in-force' });
    expect(await world.deliver('again-1')).toBe('cancelled');
    expect(world.emails).toHaveLength(1);
  });

  test('to who called the email unwanted, but not to another address', async () => {
    const world = await issued();
    await world.deliver(world.first.deliveryId);
    await put(world, 'complained');
    expect(await world.resend()).toMatchObject({ code: 'delivery.complained' });
    expect(await world.resend({ email: 'office@school.example' })).toMatchObject({ outcome: 'resent' });
  });

  test('of an email that is not there, to no address, and for a state that has passed', async () => {
    const world = await issued();
    await world.deliver(world.first.deliveryId);
    expect(await world.resend({ delivery: 'dlv-none' })).toMatchObject({ code: 'delivery.unknown' });
    expect(await world.resend({ email: 'x@y.example\r\nBcc: z@y.example' })).toMatchObject({ code: 'email.invalid' });
    expect(await world.resend({ as: 'a#b' })).toMatchObject({ code: 'delivery.id' });
    expect(await world.resend({ seen: { version: 1, fence: 0 } })).toMatchObject({ code: 'enrollment.stale' });
    expect((await world.record()).deliveries).toHaveLength(1);
  });
});
