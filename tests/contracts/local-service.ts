import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A data folder for one suite or test, removed by `remove`. */
export function temporaryFolder(): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), 'journeypaper-contract-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

/** A service that is stopped when the test ends. */
export async function stopLater<T extends { stop(): Promise<void> }>(starting: Promise<T>): Promise<T> {
  const running = await starting;
  onTestFinished(() => running.stop());
  return running;
}

/** Asks until the answer is not undefined, for three seconds at most. */
export async function eventually<T>(ask: () => Promise<T | undefined> | T | undefined): Promise<T> {
  const deadline = Date.now() + 3_000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > deadline) throw new Error('It did not happen within three seconds.');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
