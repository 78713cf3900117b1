import { expect, test } from 'vitest';
import { historyOf } from './history.ts';
import { runWorld } from './run-world.ts';

/**
 * Seeds that broke a promise once. A seed is its world only as long as the generator draws as it does: whoever
 * changes `history.ts`, `faults.ts` or the order of a draw takes the mend away, looks for new seeds, and notes them
 * here (`npm run simulate` finds them).
 */
const regressions: { seed: number; showed: string }[] = [
  {
    seed: 50,
    showed: 'a key of a thousand bytes made its ledger entry too long for the table and held up its neighbours',
  },
  { seed: 314, showed: 'a late record of older content let newer content count that was dated ahead' },
  { seed: 3113, showed: 'the late Send event of a bounced email settled the try after it, which nobody sent' },
  { seed: 3190, showed: 'the same, by another way' },
  { seed: 11_159, showed: 'what was deleted and put again under an odd key in one batch was set aside no more' },
];

test.each(regressions)('seed $seed keeps every promise: $showed', async ({ seed }) => {
  expect((await runWorld(historyOf(seed, 'small'))).failure).toBeUndefined();
});
