import { applyDeliveryEvent, type MailEvent } from '../domain/delivery.ts';
import { recordDelivery } from '../domain/delivery-record.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Journal } from '../ports/journal.ts';
import type { RecordStore } from '../ports/record-store.ts';

export type FeedbackPorts = {
  store: Pick<RecordStore, 'readDelivery' | 'readEnrollment' | 'commit'>;
  clock: Clock;
  journal: Journal;
};

const maxTries = 8;

/**
 * Records what became of an email. A Send event closes the crash window: a send that its worker could not record is
 * recorded here, before its lease runs out. A hard bounce parks the delivery and leaves the credential valid.
 */
export async function recordMailEvent(
  ports: FeedbackPorts,
  mail: MailEvent,
): Promise<'applied' | 'unchanged' | 'unknown'> {
  const where = {
    program: mail.ref.program,
    enrollment: mail.ref.enrollment,
    delivery: mail.deliveryId,
    type: mail.event.type,
  };
  for (let tries = 0; tries < maxTries; tries++) {
    const enrollment = await ports.store.readEnrollment(mail.ref);
    const delivery = await ports.store.readDelivery(mail.ref, mail.deliveryId);
    if (!enrollment || !delivery) {
      ports.journal('feedback.unknown', where);
      return 'unknown';
    }
    const applied = applyDeliveryEvent(delivery, mail.event);
    if (applied.outcome === 'unchanged') {
      ports.journal('feedback.unchanged', { ...where, why: applied.why });
      return 'unchanged';
    }
    const { outcome } = await ports.store.commit(
      recordDelivery('feedback', enrollment, delivery, applied.delivery, ports.clock.now()),
    );
    if (outcome !== 'committed') continue;
    ports.journal('feedback.applied', { ...where, state: applied.delivery.state });
    if (applied.delivery.state === 'parked') ports.journal('feedback.parked', where);
    return 'applied';
  }
  throw new AdapterError('feedback.busy', 'the enrollment kept changing while a mail event was recorded', {
    retryable: true,
  });
}
