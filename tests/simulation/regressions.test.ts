import { expect, test } from 'vitest';
import { type Regression, regressions } from './regressions.ts';
import { runWorld } from './run-world.ts';

/** What chance still decides (which of several ready things comes first, and when) is decided this often, afresh. */
const orders = 60;

async function failuresOf({ history, faults, mend }: Regression, isMended: boolean): Promise<string[]> {
  const judges: string[] = [];
  for (let seed = 1; seed <= orders; seed++) {
    const { failure } = await runWorld(
      { ...history, seed },
      { script: faults, ...(!isMended && { mutation: mend() }) },
    );
    if (failure) judges.push(failure.judge);
  }
  return judges;
}

test.each(regressions)('never again: $showed', async (regression) => {
  expect(await failuresOf(regression, true)).toEqual([]);
});

test.each(regressions)('with its mend undone it is back: $showed', async (regression) => {
  const judges = await failuresOf(regression, false);
  // Not by a hair: the next call that somebody adds must not hide it.
  expect(judges.filter((judge) => judge === regression.judge).length).toBeGreaterThanOrEqual(orders / 10);
});
