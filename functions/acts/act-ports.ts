import type { PrintableCheck } from '../ports/certificate-engine.ts';
import type { SigningCheck } from '../ports/certificate-sealer.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { ImageCheck } from '../ports/image-check.ts';
import type { MessageQueue } from '../ports/message-queue.ts';
import type { RecordStore } from '../ports/record-store.ts';

/** What the acts of people need: the API and the command line give them the same. */
export type ActPorts = {
  store: RecordStore;
  queue: MessageQueue;
  clock: Clock;
  ids: Ids;
  unprintable: PrintableCheck;
  imageFault: ImageCheck;
  signingFault: SigningCheck;
};

/** Of those, what acts on records need: only what publishes a program checks pictures and certificates. */
export type RecordActPorts = Omit<ActPorts, 'imageFault' | 'signingFault'>;
