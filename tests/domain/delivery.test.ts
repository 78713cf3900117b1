import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  applyDeliveryEvent,
  type Delivery,
  type DeliveryEvent,
  deliveryStatesBefore,
  newDelivery,
} from '../../functions/domain/delivery.ts';
import { noon, ref } from '../support/small-world.ts';

const queued = newDelivery(
  { ...ref, deliveryId: 'dlv-1', about: { kind: 'credential', credentialId: 'crd-1' } },
  noon('2026-03-01'),
);
const sending: Delivery = { ...queued, state: 'sending', attempt: 1, leaseUntil: noon('2026-03-02') };
const at = noon('2026-03-01');
const base = { attempt: 1, at, providerId: 'p1' };
const apply = (delivery: Delivery, event: DeliveryEvent) => {
  const applied = applyDeliveryEvent(delivery, event);
  return applied.outcome === 'changed' ? applied.delivery : delivery;
};

describe('mail events', () => {
  test('a Send event settles a send that its worker could not record, lease and all', () => {
    const after = apply(sending, { ...base, type: 'send' });
    expect(after).toMatchObject({ state: 'sent', providerId: 'p1', sentAt: at });
    expect(after.leaseUntil).toBeUndefined();
    expect(after.dueAt).toBeUndefined();
  });

  test('a Delivery event may come before the Send event, which then changes nothing', () => {
    const delivered = apply(sending, { ...base, type: 'delivery' });
    expect(delivered.state).toBe('delivered');
    expect(apply(delivered, { ...base, type: 'send' })).toEqual(delivered);
  });

  test('a hard bounce parks the delivery with its reason', () => {
    const sent = apply(sending, { ...base, type: 'send' });
    expect(apply(sent, { ...base, type: 'bounce', permanent: true, reason: 'Permanent/General' })).toMatchObject({
      state: 'parked',
      reason: 'bounced: Permanent/General',
    });
  });

  test('a soft bounce is tried again, the third is parked', () => {
    const soft: DeliveryEvent = { ...base, type: 'bounce', permanent: false, reason: 'Transient/MailboxFull' };
    const first = apply(sending, soft);
    expect(first).toMatchObject({ state: 'bounced', softBounces: 1, dueAt: '2026-03-01T13:00:00.000Z' });
    expect(apply({ ...sending, softBounces: 2 }, soft)).toMatchObject({ state: 'parked', softBounces: 3 });
  });

  test('a bounce of an earlier attempt says nothing about the present one', () => {
    const second = { ...sending, attempt: 2 };
    expect(apply(second, { ...base, type: 'bounce', permanent: true, reason: 'Permanent/General' })).toEqual(second);
  });

  test('a complaint after the delivery is kept', () => {
    const delivered = apply(sending, { ...base, type: 'delivery' });
    expect(apply(delivered, { ...base, type: 'complaint' }).state).toBe('complained');
  });

  test('in any order and any number they never lead where the state machine does not allow', () => {
    const event = fc.constantFrom<DeliveryEvent>(
      { ...base, type: 'send' },
      { ...base, type: 'delivery' },
      { ...base, type: 'complaint' },
      { ...base, type: 'delay' },
      { ...base, type: 'reject', reason: 'Bad content' },
      { ...base, type: 'bounce', permanent: true, reason: 'Permanent/General' },
      { ...base, type: 'bounce', permanent: false, reason: 'Transient/General' },
    );
    fc.assert(
      fc.property(fc.array(event, { maxLength: 12 }), (events) => {
        let delivery = sending;
        for (const e of events) {
          const next = apply(delivery, e);
          if (next !== delivery) expect(deliveryStatesBefore(next.state)).toContain(delivery.state);
          delivery = next;
        }
      }),
    );
  });
});
