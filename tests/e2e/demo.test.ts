import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { DemoResult } from '../../infra/local/demo/results.ts';
import { awaitStack, dataFolder, isRunning, pidsOf, residentMb, runScript } from './stack-process.ts';

const script = 'infra/local/demo/demo.ts';
/** Whether a text has another in it as a whole word. */
const names = (text: string, word: string) =>
  text.split(word).length > 1 &&
  text
    .split(word)
    .some((before, i, parts) => i + 1 < parts.length && !/[\w-]$/.test(before) && !/^[\w-]/.test(parts[i + 1] ?? ''));

const timeLimitSeconds = 60;
const memoryLimitMb = 700;

test('the demo takes two apprentices from evidence to a delivered certificate, and tells it as JSON', {
  timeout: 180_000,
}, async () => {
  const folder = dataFolder();
  const run = runScript(script, ['--json', '--data', folder]);
  const { child, said, ended } = run;
  const seen = new Set<number>();
  let mostMb = 0;
  const description = await awaitStack(folder, run);
  let isOver = false;
  ended.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const pid of await pidsOf(description).catch(() => [])) seen.add(pid);
    mostMb = Math.max(
      mostMb,
      [child.pid ?? 0, ...seen].reduce((sum, pid) => sum + residentMb(pid), 0),
    );
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  const { code, out, err } = await ended;
  expect(err).toMatch(/Everything as it should be/);
  expect(code).toBe(0);
  expect(out.endsWith('\n')).toBe(true);
  expect(out.trimEnd()).not.toContain('\n');

  const result: DemoResult = JSON.parse(out);
  const apprentice = {
    enrollmentId: expect.stringMatching(/^[0-9A-Z]{26}$/),
    status: 'complete',
    completedOn: expect.stringMatching(/^\d{4}-\d{2}-\d{2}$/),
    credentialIds: [expect.stringMatching(/^[0-9A-Z]{26}$/)],
    pdfs: [expect.stringMatching(/\.pdf$/)],
    deliveries: [{ deliveryId: expect.any(String), state: 'delivered' }],
  };
  expect(result).toEqual({
    programs: [
      {
        id: 'staten-island-peer-specialist',
        skillSets: 18,
        skills: 104,
        courses: 0,
        certificates: 0,
        apprentices: [apprentice],
      },
      {
        id: 'recovery-support-specialist',
        skillSets: 19,
        skills: 111,
        courses: 11,
        certificates: 2,
        apprentices: [apprentice],
      },
    ],
    refused: [
      expect.objectContaining({
        program: 'staten-island-peer-specialist',
        evidence: 'e107',
        code: 'item.malformed',
        reason: expect.stringMatching(/^occurredOn: /),
      }),
      expect.objectContaining({
        program: 'recovery-support-specialist',
        evidence: 'e100',
        code: 'item.malformed',
        reason: expect.stringMatching(/^occurredOn: /),
      }),
    ],
    seconds: expect.any(Number),
  });
  expect(result.seconds).toBeLessThan(timeLimitSeconds);
  for (const pdf of result.programs.flatMap(({ apprentices }) => apprentices.flatMap(({ pdfs }) => pdfs))) {
    expect(readFileSync(pdf).subarray(0, 5).toString()).toBe('%PDF-');
  }
  const mails = readdirSync(join(folder, 'data/ses/mail')).filter((name) => name.endsWith('.eml'));
  expect(mails).toHaveLength(2);
  for (const mail of mails)
    expect(readFileSync(join(folder, 'data/ses/mail', mail), 'utf8')).toMatch(/application\/pdf/);

  expect(said.firstWordsMs).toBeLessThan(3_000);
  expect(mostMb).toBeLessThan(memoryLimitMb);
  expect(seen.size).toBeGreaterThanOrEqual(5);
  expect([...seen].filter(isRunning)).toEqual([]);
});

test('kept, the demo shows its inbox until it is stopped; nothing it printed or logged names a sensitive requirement or evidence text', {
  timeout: 180_000,
}, async () => {
  const folder = dataFolder();
  const run = runScript(script, ['--keep', '--data', folder]);
  const { inbox, endpoints } = await awaitStack(folder, run);
  await expect.poll(() => run.said.out, { timeout: 120_000, interval: 200 }).toMatch(/The stack stays up/);
  expect(run.said.out).toContain(inbox);
  expect((await fetch(inbox)).status).toBe(200);
  expect(await (await fetch(`${endpoints.ses}/inbox.json`)).json()).toMatchObject({ total: 2 });
  run.child.kill('SIGINT');
  const { out, code } = await run.ended;
  expect(code).toBe(0);
  const root = join(import.meta.dirname, '../..');
  const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const attestations = ['staten-island-peer-specialist', 'recovery-support-specialist'].flatMap((id) =>
    read(`data/samples/${id}.json`).steps.flatMap((step: { attestation?: string }) => step.attestation ?? []),
  );
  const frameworks = readdirSync(join(root, 'data/frameworks')).map((file) => read(`data/frameworks/${file}`));
  const requirements = frameworks.flatMap(({ skillSets, courses, certificates }) => [
    ...skillSets,
    ...skillSets.flatMap((set: { skills: unknown[] }) => set.skills),
    ...courses,
    ...certificates,
  ]);
  const sensitive = requirements.filter(({ sensitive: mark }) => mark).flatMap(({ id, text }) => [id, text]);
  expect(sensitive.length).toBeGreaterThan(4);
  const logs = readdirSync(join(folder, 'logs')).map((file) => readFileSync(join(folder, 'logs', file), 'utf8'));
  for (const printed of [out, ...logs]) {
    expect(attestations.filter((text) => printed.includes(text))).toEqual([]);
    expect(sensitive.filter((text) => names(printed, text))).toEqual([]);
  }
});

test('options that make no sense are refused with what they take', async () => {
  const { code, err } = await runScript(script, ['--apprentices', '0']).ended;
  expect([code, err]).toEqual([2, expect.stringMatching(/--apprentices takes a whole number from 1 to 500/)]);
  const unknown = await runScript(script, ['--colour']).ended;
  expect([unknown.code, unknown.err]).toEqual([2, expect.stringMatching(/--colour.*--json/s)]);
});

test('interrupted, the demo leaves nothing behind', { timeout: 120_000 }, async () => {
  const folder = dataFolder();
  const run = runScript(script, ['--json', '--data', folder]);
  const { child, ended } = run;
  const pids = await pidsOf(await awaitStack(folder, run));
  child.kill('SIGINT');
  const { code, out } = await ended;
  expect([code, out]).toEqual([130, '']);
  await expect.poll(() => pids.filter(isRunning)).toEqual([]);
});
