import { setTimeout as sleep } from 'node:timers/promises';

/** Strangers share one limit: so many certificates at once reach it. */
const pauseMs = 250;
const mostTries = 40;

/** Whether an employer who opens this address reads that the certificate is genuine and in force; else what they read instead. */
export async function verifiesAt(address: string): Promise<'in force' | string> {
  for (let tries = 1; ; tries++) {
    const answer = await fetch(address);
    const text = await answer.text();
    if (answer.status === 429 && tries < mostTries) {
      await sleep(pauseMs);
      continue;
    }
    if (answer.status !== 200) return `${answer.status}`;
    // The page's green stamp: its words are in the reader's language.
    return text.includes('<div class="verdict good">') ? 'in force' : 'another state';
  }
}
