import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');

test.each([
  [{ mailConcurrency: 'many' }, 'mailConcurrency: is not a number'],
  [{ stage: 'Test Stage' }, 'stage: up to 20 lower-case letters and digits'],
  [{ alarmEmail: 'nobody' }, 'alarmEmail: is not an email address'],
])(
  'the wrong setting %j is one sentence that names it, without a trace',
  { timeout: 60_000 },
  async (context, words) => {
    const env = { ...process.env, CDK_CONTEXT_JSON: JSON.stringify(context) };
    const ran = promisify(execFile)(process.execPath, ['infra/app.ts'], { cwd: root, env });
    const { code, stderr } = await ran.then(
      ({ stderr: said }) => ({ code: 0, stderr: said }),
      (error: { code: number; stderr: string }) => error,
    );
    expect(code).toBe(1);
    expect(stderr).toContain(words);
    expect(stderr).not.toMatch(/^\s+at /m);
  },
);
