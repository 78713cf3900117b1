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
    const name = words.filter((word) => /^[a-z-]+$/.test(word) && !word.startsWith('--')).slice(0, 2);
    const options = words.filter((word) => word.startsWith('--'));
    const { stdout } = await run([...name, '--help']);
    const whole = stdout.includes(`Usage: npm run cli -- ${name.join(' ')}`)
      ? stdout
      : (await run([name[0] ?? '', '--help'])).stdout;
    expect(whole).toContain(`Usage: npm run cli -- ${name[0]}`);
    for (const option of options) expect(whole).toContain(option);
  },
);
