import { expect, test } from 'vitest';
import { readRunbook } from '../support/runbook.ts';
import { run } from './cli-run.ts';

const commands = readRunbook().flatMap((section) => section.commands);

test('the runbook gives commands', () => {
  expect(commands.length).toBeGreaterThan(30);
});

test.each(commands.map((words) => [words.join(' '), words] as const))(
  '`%s` is a command, and has those options',
  async (_, words) => {
    // The longest beginning that is a command: what follows are arguments.
    const plain = words.filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith('--'));
    const names = [3, 2, 1].map((length) => plain.slice(0, length));
    const options = words.filter((word) => word.startsWith('--'));
    const helps = await Promise.all(names.map(async (name) => (await run([...name, '--help'])).stdout));
    const whole = helps.find((help, i) => help.includes(`Usage: npm run cli -- ${names[i]?.join(' ')}`)) ?? '';
    expect(whole).toContain(`Usage: npm run cli -- ${plain[0]}`);
    for (const option of options) expect(whole).toContain(option);
  },
);
