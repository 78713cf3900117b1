import { parentPort } from 'node:worker_threads';
import type { Answered } from '../../ports/thread.ts';

export type Ask = { id: number; text: string };
export type Answer = { id: number } & (Answered | { failed: string });

/** In a thread of `workerThread`: answers one ask after another, in the order in which they come. */
export function answerAsks(answer: (text: string) => Promise<Answered>): void {
  let before: Promise<unknown> = Promise.resolve();
  const answered = async ({ id, text }: Ask) => {
    try {
      const made = await answer(text);
      const { bytes } = made;
      // Handed over and not copied, where it is all that lies there.
      const whole = bytes.byteLength === bytes.buffer.byteLength ? bytes : Uint8Array.from(bytes);
      const message: Answer = { id, text: made.text, bytes: whole };
      parentPort?.postMessage(message, [whole.buffer as ArrayBuffer]);
    } catch (error) {
      parentPort?.postMessage({ id, failed: String(error) } satisfies Answer);
    }
  };
  parentPort?.on('message', (ask: Ask) => {
    before = before.then(() => answered(ask));
  });
}
