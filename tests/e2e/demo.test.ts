import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import PostalMime from 'postal-mime';
import { expect, test } from 'vitest';
import { demoPrograms, readDemoProgram } from '../../infra/local/demo/program-files.ts';
import type { DemoResult } from '../../infra/local/demo/results.ts';
import { readPdf, textOf } from '../support/pdf-reading.ts';
import { awaitStack, dataFolder, isRunning, pidsOf, root, runScript } from './stack-process.ts';

const script = 'infra/local/demo/demo.ts';
/** Whether a text has another in it as a whole word. */
const names = (text: string, word: string) =>
  text.split(word).length > 1 &&
  text
    .split(word)
    .some((before, i, parts) => i + 1 < parts.length && !/[\w-]$/.test(before) && !/^[\w-]/.test(parts[i + 1] ?? ''));

const demos = demoPrograms.map((id) => readDemoProgram(root, id));
const attestations = demos.flatMap(({ sample }) =>
  sample.steps.flatMap((step) => (step.do === 'submit' ? step.attestation : [])),
);
/** Every skill, set, course and certificate that is sensitive by a mark of its own or of its set's. */
const sensitive = demos.flatMap(({ framework: { skillSets, courses, certificates } }) => [
  ...skillSets.flatMap((set) => set.skills.filter((skill) => skill.sensitive || set.sensitive)),
  ...[...skillSets, ...courses, ...certificates].filter((item) => item.sensitive),
]);
const sensitiveTexts = sensitive.flatMap(({ text, display }) => (display === undefined ? [text] : [text, display]));

/** Words as a page or a mail runs them on, wherever its lines were broken. */
const flowing = (text: string) => text.replaceAll(/\s+/g, ' ');
/** What a text tells of those that nobody but the program may read. */
const leaksOf = (text: string) => {
  const seen = flowing(text);
  return {
    attestations: attestations.filter((words) => seen.includes(flowing(words))),
    sensitive: sensitiveTexts.filter((words) => names(seen, flowing(words))),
  };
};
const noLeaks = { attestations: [], sensitive: [] };

test('the demo takes two apprentices from evidence to a delivered certificate, and tells it as JSON', {
  timeout: 180_000,
}, async () => {
  const folder = dataFolder();
  const run = runScript(script, ['--json', '--data', folder]);
  const { ended } = run;
  const seen = new Set<number>();
  const description = await awaitStack(folder, run);
  let isOver = false;
  ended.finally(() => {
    isOver = true;
  });
  while (!isOver) {
    for (const pid of await pidsOf(description).catch(() => [])) seen.add(pid);
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
    verifiedAt: [expect.stringMatching(/^http:\/\/127\.0\.0\.1:\d+\/v\/[0-9A-Z]{26}$/)],
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
  const papers = result.programs.map(({ apprentices }) => apprentices.flatMap(({ pdfs }) => pdfs));
  for (const [i, { framework }] of demos.entries()) {
    for (const paper of papers[i] ?? []) {
      const { pages } = await readPdf(readFileSync(paper));
      const text = flowing(pages.map(textOf).join('\n'));
      const listed = framework.skillSets.filter((set) => !set.sensitive).map((set) => set.display ?? set.text);
      expect(listed.filter((heading) => !text.includes(flowing(heading)))).toEqual([]);
      expect(leaksOf(text)).toEqual(noLeaks);
    }
  }
  const mails = readdirSync(join(folder, 'data/ses/mail')).filter((name) => name.endsWith('.eml'));
  expect(mails).toHaveLength(2);
  for (const name of mails) {
    const mail = await PostalMime.parse(readFileSync(join(folder, 'data/ses/mail', name)));
    expect(mail.attachments).toMatchObject([{ mimeType: 'application/pdf' }]);
    expect(mail.text).toMatch(/\w/);
    for (const part of [mail.subject, mail.text, mail.html]) expect(leaksOf(part ?? '')).toEqual(noLeaks);
    const attached = await readPdf(new Uint8Array(mail.attachments[0]?.content as ArrayBuffer));
    expect(leaksOf(attached.pages.map(textOf).join('\n'))).toEqual(noLeaks);
  }

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
  expect(out).toMatch(/Stopping … stopped\. The data stays\.\n$/);
  expect(sensitive.length).toBeGreaterThan(2);
  expect(attestations.length).toBeGreaterThan(100);
  const logs = readdirSync(join(folder, 'logs')).map((file) => readFileSync(join(folder, 'logs', file), 'utf8'));
  for (const printed of [out, ...logs]) {
    expect(leaksOf(printed)).toEqual(noLeaks);
    expect(sensitive.filter(({ id }) => names(printed, id))).toEqual([]);
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
