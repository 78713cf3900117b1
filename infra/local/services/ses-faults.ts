import * as z from 'zod';
import type { SesEvent } from './ses-events.ts';
import type { EventPlan } from './ses-outbox.ts';

/** What `POST /faults` takes: how the mail service is to misbehave from now on. Each call replaces the last; `{}` ends it. */
export const sesFaultsSchema = z.strictObject({
  /** Wait before every answer. */
  latencyMs: z.int().min(0).max(60_000).optional(),
  send: z
    .strictObject({
      /**
       * `throttle`: 400 Throttling. `reject`: 400 MessageRejected. `unavailable`: 503. `close-before`: the connection closes and
       * nothing is sent. `close-after`: the mail goes out and the connection closes without an answer.
       */
      mode: z.enum(['throttle', 'reject', 'unavailable', 'close-before', 'close-after']),
      /** After so many sends it stops; none: until replaced. */
      times: z.int().min(1).optional(),
      /** Only mail to addresses that contain this. */
      recipient: z.string().min(1).optional(),
    })
    .optional(),
  events: z
    .strictObject({
      /** Which events; none: all. */
      types: z.array(z.enum(['Send', 'Delivery', 'Bounce', 'Complaint'])).optional(),
      drop: z.boolean().optional(),
      delayMs: z.int().min(0).max(3_600_000).optional(),
      /** How often each is published altogether. */
      repeat: z.int().min(1).max(10).optional(),
    })
    .optional(),
});
export type SesFaults = z.infer<typeof sesFaultsSchema>;
export type SendFault = NonNullable<SesFaults['send']>['mode'];

export type FaultsMet = { sends: number; events: number };

/** The faults in force. They live in memory: a restarted mail service behaves. */
export interface FaultSwitch {
  set(faults: SesFaults): void;
  /** With what met them since they were set: sends refused or cut, events dropped, delayed or repeated. */
  current(): SesFaults & { met: FaultsMet };
  /** The fault that this send meets, counted off. */
  takeSendFault(destinations: string[]): SendFault | undefined;
  planEvents(events: SesEvent[]): EventPlan[];
}

export function createFaultSwitch(): FaultSwitch {
  let faults: SesFaults = {};
  let met: FaultsMet = { sends: 0, events: 0 };
  return {
    set(next) {
      faults = structuredClone(next);
      met = { sends: 0, events: 0 };
    },
    current: () => structuredClone({ ...faults, met }),
    takeSendFault(destinations) {
      const fault = faults.send;
      if (!fault) return undefined;
      const { recipient } = fault;
      if (recipient && !destinations.some((address) => address.includes(recipient))) return undefined;
      if (fault.times !== undefined) {
        fault.times -= 1;
        if (fault.times === 0) delete faults.send;
      }
      met.sends += 1;
      return fault.mode;
    },
    planEvents: (events) =>
      events.map((event) => {
        const fault = faults.events;
        if (!fault || (fault.types && !fault.types.includes(event.eventType))) return { event, times: 1, delayMs: 0 };
        met.events += 1;
        return { event, times: fault.drop ? 0 : (fault.repeat ?? 1), delayMs: fault.delayMs ?? 0 };
      }),
  };
}
