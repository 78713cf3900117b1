import { type ChildProcess, fork } from 'node:child_process';
import { join } from 'node:path';

/** What is measured: makes a document, another one for each number. */
export type Contender = {
  make(i: number): Uint8Array | Promise<Uint8Array>;
  /** CPU used so far in microseconds, where the work is not done in this process. */
  cpu?(): number;
  stop?(): void | Promise<void>;
};

export type Question = { ask: 'sample'; index: number } | { ask: 'round'; milliseconds: number } | { ask: 'stop' };
export type Answer =
  | { answer: 'ready' }
  | { answer: 'absent'; why: string }
  | { answer: 'failed'; why: string }
  | { answer: 'sample'; base64: string }
  | { answer: 'round'; cpuMs: number; made: number };

/** A contender in a process of its own, so that none warms or litters another's. */
export type Corner = {
  name: string;
  /** Why it does not take part. */
  absent?: string;
  sample(index: number): Promise<Uint8Array>;
  /** CPU milliseconds a document, over at least so many milliseconds of CPU. */
  round(milliseconds: number): Promise<number>;
  stop(): void;
};

/** Starts a contender: `ours:NAME` of `ours.ts`, or `peer:FILE` of `tests/peers/`. */
export async function enter(name: string): Promise<Corner> {
  const child = fork(join(import.meta.dirname, 'corner.ts'), [name], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  const ask = (question: Question) => {
    child.send(question);
    return answerOf(child, name);
  };
  const first = await answerOf(child, name);
  return {
    name,
    ...(first.answer === 'absent' && { absent: first.why }),
    async sample(index) {
      const answer = await ask({ ask: 'sample', index });
      return Buffer.from(answer.answer === 'sample' ? answer.base64 : '', 'base64');
    },
    async round(milliseconds) {
      const answer = await ask({ ask: 'round', milliseconds });
      return answer.answer === 'round' ? answer.cpuMs : Number.NaN;
    },
    stop: () => {
      if (child.connected) child.send({ ask: 'stop' } satisfies Question);
    },
  };
}

function answerOf(child: ChildProcess, name: string): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const ended = (code: number | null) => reject(new Error(`${name} ended with ${code}`));
    child.once('exit', ended);
    child.once('message', (message) => {
      child.off('exit', ended);
      const answer = message as Answer;
      if (answer.answer === 'failed') reject(new Error(`${name}: ${answer.why}`));
      else resolve(answer);
    });
  });
}
