import type { DeliveryEvent, MailEvent } from '../../functions/domain/delivery.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { Email, SendOutcome } from '../../functions/ports/mailer.ts';
import type { FaultSource } from './faults.ts';
import type { Rng } from './rng.ts';
import type { Scheduler } from './scheduler.ts';

export type MailServiceOptions = {
  scheduler: Scheduler;
  rng: Rng;
  faults: FaultSource;
  emit: (event: MailEvent) => void;
  onSend: (tags: Record<string, string>) => void;
  onAccepted: (tags: Record<string, string>) => void;
  onBounced: (tags: Record<string, string>) => void;
};

/** The chances of one world's mail service. */
export type MailWeather = {
  refused: number;
  rejected: number;
  unknown: number;
  sendLost: number;
  sendLate: number;
  softBounce: number;
  hardBounce: number;
  complaint: number;
};

/** Accepts, refuses or leaves one guessing; tells of what became of an email late, twice, out of order or not at all. */
export function createMailService(
  { scheduler, rng, faults, emit, onSend, onAccepted, onBounced }: MailServiceOptions,
  weather: MailWeather,
) {
  let accepted = 0;

  const tell = (email: Email, event: DeliveryEvent, afterMs: number) => {
    const { program = '', enrollment = '', delivery = '' } = email.tags;
    const mail: MailEvent = { ref: { program, enrollment }, deliveryId: delivery, event };
    scheduler.at(scheduler.now + afterMs, () => emit(mail));
    if (faults.chance('mail event: repeated', 0.05))
      scheduler.at(scheduler.now + afterMs + rng.int(60_000), () => emit(mail));
  };
  /** Mostly within seconds. Of what came back, the news may still be on its way when the next try is due. */
  const sendAfterMs = (isBack: boolean) => {
    if (!faults.chance('mail event: Send late', weather.sendLate)) return rng.between(50, 15_000);
    return isBack ? rng.between(3_000_000, 4_500_000) : rng.between(60_000, 900_000);
  };
  const tellOf = (email: Email, providerId: string) => {
    const attempt = Number(email.tags.attempt);
    const base = { attempt, providerId, at: new Date(scheduler.now).toISOString() };
    const isBack = faults.chance('mail: soft bounce', weather.softBounce);
    if (!faults.chance('mail event: Send lost', weather.sendLost)) {
      tell(email, { ...base, type: 'send' }, sendAfterMs(isBack));
    }
    // Nothing keeps what follows from overtaking it.
    const later = rng.between(500, 120_000);
    if (isBack) {
      onBounced(email.tags);
      return tell(email, { ...base, type: 'bounce', permanent: false, reason: 'MailboxFull' }, later);
    }
    if (faults.chance('mail: hard bounce', weather.hardBounce))
      return tell(email, { ...base, type: 'bounce', permanent: true, reason: 'NoEmail' }, later);
    if (!faults.chance('mail event: Delivery lost', weather.sendLost))
      tell(email, { ...base, type: 'delivery' }, later);
    if (faults.chance('mail: complaint', weather.complaint))
      tell(email, { ...base, type: 'complaint' }, later + rng.int(600_000));
    return undefined;
  };

  return {
    send(email: Email): SendOutcome {
      onSend(email.tags);
      if (faults.chance('mail: refused for now', weather.refused))
        return { outcome: 'refused', permanent: false, code: 'Throttling' };
      if (faults.chance('mail: refused for good', weather.rejected))
        return { outcome: 'refused', permanent: true, code: 'MessageRejected' };
      const providerId = `ses-${++accepted}`;
      onAccepted(email.tags);
      tellOf(email, providerId);
      if (faults.chance('mail: sent, answer lost', weather.unknown)) {
        throw new AdapterError('simulated.mail-unknown', 'nobody knows whether the email went out', {
          retryable: true,
        });
      }
      return { outcome: 'sent', providerId };
    },
  };
}

export function randomWeather(rng: Rng): MailWeather {
  const some = (most: number) => (rng.chance(0.5) ? rng.next() * most : 0);
  return {
    refused: some(0.3),
    rejected: some(0.05),
    unknown: some(0.2),
    sendLost: some(0.2),
    sendLate: some(0.3),
    softBounce: some(0.2),
    hardBounce: some(0.1),
    complaint: some(0.1),
  };
}
