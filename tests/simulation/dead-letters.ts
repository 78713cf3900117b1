import type { DeadLetter, DeadLetters } from '../../functions/ports/dead-letters.ts';
import type { Caller } from './store-port.ts';

export const letterQueues = ['evaluation', 'issue', 'delivery', 'feedback'] as const;
type LetterQueue = (typeof letterQueues)[number];

/** One dead-letter queue, as a person's hands reach it. */
export type LetterBox = {
  dead(): readonly { id: number }[];
  /** Sends it to its queue again, and takes it out. Nothing where it is gone. */
  resend(id: number): void;
  drop(id: number): void;
};

/** Looking is a call, and so is each verdict carried out: whoever dies between them has moved some and lost none. */
export function simulatedDeadLetters(
  boxes: Record<LetterQueue, LetterBox>,
  call: Caller,
  now: () => string,
): DeadLetters {
  return {
    async visit(queue, most, decide) {
      const box = boxes[queue as LetterQueue];
      const found = await call('deadLetters.visit', () => box.dead().map(({ id }) => id));
      for (const id of found.slice(0, most)) {
        const letter: DeadLetter = { queue, id: String(id), since: now(), type: 'unknown' };
        const { outcome } = await decide(letter);
        if (outcome === 'left') continue;
        await call('deadLetters.carryOut', () => (outcome === 'replayed' ? box.resend(id) : box.drop(id)));
      }
      return { more: found.length > most };
    },
    listKept: async () => [],
  };
}
