import type { Actor } from '../domain/audit.ts';
import { isSettled } from '../domain/delivery.ts';
import type { DeadLetter, DeadLetterQueue, DeadLetters, DeadLetterVerdict } from '../ports/dead-letters.ts';
import type { ActPorts } from './act-ports.ts';
import { refuseReason } from './parked.ts';
import { type Refused, refused } from './refusal.ts';

/** Letters that one call looks at; more are there for the next. */
export const mostLetters = 1000;

/**
 * Whether a dead letter still matters: `owed`, the record still waits for what it asks; `over`, the record needs it no
 * longer; `unknown`, only its step can say.
 */
export type Standing = 'owed' | 'over' | 'unknown';
export type FoundLetter = DeadLetter & { standing: Standing };

type Ports = Pick<ActPorts, 'store' | 'clock'> & { deadLetters: DeadLetters };

/** The letters of one queue, or the one with an id, each with whether the record still waits for it. */
export async function listDeadLetters(
  ports: Pick<Ports, 'store' | 'deadLetters'>,
  queue: DeadLetterQueue,
  id?: string,
): Promise<{ letters: FoundLetter[]; more: boolean }> {
  const found: DeadLetter[] = [];
  const { more } = await ports.deadLetters.visit(queue, mostLetters, (letter) => {
    if (id === undefined || letter.id === id) found.push(letter);
    return { outcome: 'left' };
  });
  const letters: FoundLetter[] = [];
  for (const letter of found.sort((a, b) => (a.since < b.since ? -1 : 1)))
    letters.push({ ...letter, standing: await standingOf(ports.store, letter) });
  return { letters, more };
}

/** Sends one letter, or all, back to the queue that they came from. Every step may be repeated: nothing is done twice. */
export async function replayDeadLetters(
  ports: Pick<Ports, 'deadLetters'>,
  queue: DeadLetterQueue,
  id: string | undefined,
): Promise<{ outcome: 'replayed'; letters: number } | Refused> {
  if (queue === 'sweeps')
    return refused(
      'dead-letters.repeated',
      'sweeps: the schedules have asked again long since; set these aside instead',
    );
  if (queue === 'stream')
    return refused(
      'dead-letters.repeated',
      'stream: sweep hands back by itself what it can read, every five minutes; set aside what it cannot',
    );
  const letters = await carryOut(ports, queue, id, () => ({ outcome: 'replayed' }));
  return typeof letters === 'number' ? { outcome: 'replayed', letters } : letters;
}

/** Takes one letter, or all, out of the way: kept beside the record of who did so, when and why. */
export async function setDeadLettersAside(
  ports: Pick<Ports, 'deadLetters' | 'clock'>,
  actor: Actor,
  queue: DeadLetterQueue,
  id: string | undefined,
  reason: string,
): Promise<{ outcome: 'set-aside'; letters: number } | Refused> {
  const unfit = refuseReason(reason.trim());
  if (unfit) return unfit;
  const letters = await carryOut(ports, queue, id, () => ({
    outcome: 'set-aside',
    by: actor.id,
    at: ports.clock.now(),
    reason: reason.trim(),
  }));
  return typeof letters === 'number' ? { outcome: 'set-aside', letters } : letters;
}

async function carryOut(
  { deadLetters }: Pick<Ports, 'deadLetters'>,
  queue: DeadLetterQueue,
  id: string | undefined,
  verdict: () => DeadLetterVerdict,
): Promise<number | Refused> {
  let letters = 0;
  await deadLetters.visit(queue, mostLetters, (letter) => {
    if (id !== undefined && letter.id !== id) return { outcome: 'left' };
    letters++;
    return verdict();
  });
  if (id === undefined || letters > 0) return letters;
  return refused(
    'dead-letter.unknown',
    `id: no dead letter of ${queue} has "${id}"; \`dead-letters list ${queue}\` shows them`,
  );
}

async function standingOf(store: ActPorts['store'], { queue, ref, subject }: DeadLetter): Promise<Standing> {
  if (!ref || subject === undefined) return 'unknown';
  if (queue === 'delivery') {
    const delivery = await store.readDelivery(ref, subject);
    return delivery && !isSettled(delivery.state) ? 'owed' : 'over';
  }
  if (queue !== 'issue') return 'unknown';
  const enrollment = await store.readEnrollment(ref);
  const pointers = Object.values(enrollment?.pointers ?? {});
  // What is parked waits for a person, and issue leaves it: a replay of the letter does nothing.
  const isOwed = pointers.some(({ pending }) => pending?.credentialId === subject && pending.parked === undefined);
  return isOwed ? 'owed' : 'over';
}
