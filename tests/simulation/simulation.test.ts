import { expect, test } from 'vitest';
import { historyOf } from './history.ts';
import { mutations } from './mutations.ts';
import { runWorld } from './run-world.ts';
import { shrink, tell } from './shrinker.ts';
import { simulate } from './simulate.ts';

test('three hundred random worlds keep every promise', async () => {
  const report = await simulate(1, 300);
  expect(report.failure).toBeUndefined();
  expect(report.reachedIssue).toBeGreaterThan(0.5);
  expect(report.turned).toBeGreaterThan(0.1);
}, 120_000);

test('an apprenticeship of a hundred skills keeps every promise', async () => {
  for (const seed of [1, 2, 3]) expect((await runWorld(historyOf(seed, 'real'))).failure).toBeUndefined();
});

test('the same seed gives the same world, call by call', async () => {
  const traceOf = async (seed: number) => {
    const lines: string[] = [];
    await runWorld(historyOf(seed, 'small'), { trace: (line) => lines.push(line) });
    return lines;
  };
  for (const seed of [3, 17, 41]) expect(await traceOf(seed)).toEqual(await traceOf(seed));
});

test('without the version condition the chain breaks, and the story of it is short', async () => {
  const mutate = mutations.find((make) => make().rule === 'the version condition');
  if (!mutate) throw new Error('there is no such mutation');
  let seed = 1;
  let failure: Awaited<ReturnType<typeof runWorld>>['failure'];
  for (; seed < 200 && !failure; seed++)
    failure = (await runWorld(historyOf(seed, 'small'), { mutation: mutate() })).failure;
  expect(failure?.judge).toBe('the chain is unbroken');

  const history = historyOf(seed - 1, 'small');
  const shrunk = await shrink(history, 'the chain is unbroken', mutate);
  expect(shrunk.history.acts.length).toBeLessThan(history.acts.length);
  expect((await tell(shrunk, mutate)).at(-1)).toContain('!!!! the chain is unbroken');
});
