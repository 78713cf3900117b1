import { parentPort } from 'node:worker_threads';
import type { Answered } from '../../ports/thread.ts';

/** `spare`: the memory of an answer that was read. */
export type Ask = { id: number; text: string } | { spare: ArrayBuffer };
/** Of `memory`, the first bytes are the answer's. */
export type Answer = { id: number } & ({ text: string; memory: ArrayBuffer; length: number } | { failed: string });

type Room = (length: number) => Buffer;

/** Memory is asked for in such steps, so that what an answer was written in holds most others. */
const step = 256 * 1024;
const maxSpare = 8;

/**
 * In a thread of `workerThread`: answers one ask after another, in the order in which they come. The bytes of an answer
 * are written into the room that it asks for, which goes to and fro between the threads: memory that each answer took
 * anew would be given back whenever a garbage collector comes to it.
 */
export function answerAsks(answer: (text: string, room: Room) => Promise<Omit<Answered, 'free'>>): void {
  const spares: ArrayBuffer[] = [];
  let before: Promise<unknown> = Promise.resolve();
  const room: Room = (length) => {
    const known = spares.findIndex(({ byteLength }) => byteLength >= length);
    const [memory = new ArrayBuffer(Math.ceil(length / step) * step)] = known < 0 ? [] : spares.splice(known, 1);
    return Buffer.from(memory, 0, length);
  };
  const answered = async (id: number, text: string) => {
    try {
      const made = await answer(text, room);
      const memory = made.bytes.buffer as ArrayBuffer;
      const message: Answer = { id, text: made.text, memory, length: made.bytes.length };
      parentPort?.postMessage(message, [memory]);
    } catch (error) {
      parentPort?.postMessage({ id, failed: String(error) } satisfies Answer);
    }
  };
  parentPort?.on('message', (ask: Ask) => {
    if ('spare' in ask) {
      if (spares.length < maxSpare) spares.push(ask.spare);
      return;
    }
    before = before.then(() => answered(ask.id, ask.text));
  });
}
