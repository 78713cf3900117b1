import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { fetchExport, readExport } from '../../functions/acts/fetch-export.ts';
import { requestExport } from '../../functions/acts/request-export.ts';
import type { AccessEntry } from '../../functions/domain/access.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import { addressHash, type ExportJob } from '../../functions/domain/export-job.ts';
import { addSeconds } from '../../functions/domain/time.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import { redriveExports } from '../../functions/sweep/redrive-exports.ts';
import { run as runCli } from '../cli/cli-run.ts';
import { exportOn } from '../cli/export-in-process.ts';
import { enrollZoe, everyPiece, writeHarbor } from '../cli/harbor.ts';
import { type ServicesStack, startServices } from '../cli/services-stack.ts';
import { stepsOn } from '../cli/steps-in-process.ts';
import { verifyBundle } from '../support/audit-world.ts';
import { unzip } from '../support/unzip.ts';

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-export-'));
const auditor: Actor = { id: 'auditor-7', role: 'auditor' };
const caller = { program: 'harbor', actor: auditor };
const notify = { address: 'audit@agency.example' };
let stack: ServicesStack;
let step: ReturnType<typeof exportOn>;
let made = 0;

const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);
const ask = (input: object = {}, by = caller) =>
  requestExport({ ...step.ports, ids: step.ids }, by, input, (id) => `https://papers.example/exports/${id}`);
async function asked(input?: object): Promise<ExportJob> {
  const answer = await ask(input);
  if (answer.outcome === 'refused') throw new Error(answer.message);
  return answer.job;
}
const jobOf = async ({ exportId }: ExportJob) => (await step.ports.exports.read('harbor', exportId)) as ExportJob;
async function reads(): Promise<AccessEntry[]> {
  const entries: AccessEntry[] = [];
  for await (const entry of step.ports.access.list('harbor', '0000-01-01', '9999-12-31')) entries.push(entry);
  return entries.sort((a, b) => (a.at < b.at ? -1 : 1));
}
/** Of a time that has not come: the next checkpoint would be older. */
const noCheckpoint = () => ({ checkpoints: { ...step.ports.checkpoints, put: async () => 'exists' as const } });
const refusalCode = async (input: object, by?: typeof caller) => {
  const answer = await ask(input, by);
  return answer.outcome === 'refused' ? answer.code : answer.outcome;
};

beforeAll(async () => {
  stack = await startServices();
  step = exportOn(stack);
  const steps = stepsOn(stack);
  await run(...writeHarbor(stack.folder));
  for (const enrollment of ['enr-1', 'enr-2']) await run(...enrollZoe(enrollment));
  const on = ['--program', 'harbor', '--enrollment', 'enr-1'];
  const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
  await runCli(['submit', ...on, '--file', '-', '--as', 'zoe', '--stack', stack.file], {
    stdin: JSON.stringify(everyPiece),
  });
  await runCli(['assess', ...on, '--file', '-', '--as', 'mentor', '--stack', stack.file], {
    stdin: JSON.stringify(met),
  });
  await steps.settle({ program: 'harbor', enrollment: 'enr-1' });
  steps.close();
});
beforeEach(async () => {
  await step.run();
  await step.tell();
  step.said.length = 0;
  step.mail.length = 0;
});
afterAll(async () => {
  step.close();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

describe('a bundle that was asked for', () => {
  test('is made by the step, fetched by an address, and holds what a stranger checks, this very pull in it', async () => {
    const job = await asked();
    expect(await step.run()).toEqual(['done']);
    const fetched = await fetchExport({ ...step.ports, links: step.links }, caller, job.exportId);
    if (fetched.outcome === 'refused') throw new Error(fetched.message);
    expect(fetched.job).toMatchObject({ state: 'done', attempt: 1 });
    const answer = await fetch(fetched.link);
    const bytes = Buffer.from(await answer.arrayBuffer());
    expect(bytes.length).toBe(fetched.job.bundle?.bytes);
    const place = join(folder, String(++made));
    writeFileSync(`${place}.zip`, bytes);
    await unzip(`${place}.zip`, place);
    const fingerprint = fetched.job.bundle?.fingerprint ?? '';
    expect(await verifyBundle(place, '--key', fingerprint)).toMatchObject({ exitCode: 0 });
    const own = (await reads()).filter(({ facts }) => facts.export === job.exportId);
    expect(own.map(({ action, actor }) => [action, actor.id])).toEqual([
      ['export-requested', 'auditor-7'],
      ['export-made', 'auditor-7'],
      ['export-fetched', 'auditor-7'],
    ]);
    expect(readFileSync(join(place, 'access.csv'), 'utf8')).toContain(job.exportId);
  });

  test('that is asked for again by its message is not made again', async () => {
    const job = await asked();
    await step.run();
    const before = await jobOf(job);
    await step.ports.queue.send({ type: 'export-requested', version: 1, program: 'harbor', exportId: job.exportId });
    expect(await step.run()).toEqual(['repeated']);
    expect(await jobOf(job)).toEqual(before);
  });

  test('is in the hands of one run at a time: another leaves its message where it is', async () => {
    const job = await asked();
    const racing = step.run({
      async seal() {
        await step.ports.queue.send({
          type: 'export-requested',
          version: 1,
          program: 'harbor',
          exportId: job.exportId,
        });
        await expect(step.run()).rejects.toMatchObject({ code: 'export.leased', retryable: true });
        return step.ports.seal();
      },
    });
    expect(await racing).toEqual(['done']);
    expect(step.said).toContain('export.leased');
  });

  test('says how far it is while it is made', async () => {
    const job = await asked();
    let now = Date.now();
    const next = () => {
      now += 6_000;
      return new Date(now).toISOString();
    };
    const seen: unknown[] = [];
    await step.run({
      clock: { now: next },
      ...noCheckpoint(),
      exports: {
        ...step.ports.exports,
        async replace(before, after) {
          if (after.progress && after.state === 'running') seen.push(after.progress);
          return step.ports.exports.replace(before, after);
        },
      },
    });
    expect(seen).toEqual([
      { done: 1, of: 2 },
      { done: 2, of: 2 },
    ]);
    expect(await jobOf(job)).toMatchObject({ state: 'done' });
  });
});

describe('a run that fails', () => {
  const failing = (error: Error) => ({ bundles: { put: () => Promise.reject(error) } });

  test('for now is put back, and the next one makes it', async () => {
    const job = await asked();
    const outage = new AdapterError('export.put', 'no', { retryable: true });
    const delayed: unknown[] = [];
    const queue = { send: async (...sent: unknown[]) => void delayed.push(sent) };
    expect(await step.run({ ...failing(outage), queue })).toEqual(['put-back']);
    expect(delayed).toEqual([[expect.objectContaining({ exportId: job.exportId }), { delaySeconds: 60 }]]);
    expect(await jobOf(job)).toMatchObject({ state: 'queued', attempt: 1 });
    await step.ports.queue.send({ type: 'export-requested', version: 1, program: 'harbor', exportId: job.exportId });
    expect(await step.run()).toEqual(['done']);
    expect(await jobOf(job)).toMatchObject({ state: 'done', attempt: 2 });
  });

  test('for good says why, and who asked is told', async () => {
    const job = await asked({ notify });
    const hopeless = new AdapterError('framework.unknown', 'no', { retryable: false });
    expect(await step.run(failing(hopeless))).toEqual(['failed']);
    expect(await jobOf(job)).toMatchObject({ state: 'failed', reason: 'framework.unknown' });
    expect(await step.tell()).toEqual(['told']);
    expect(step.mail[0]?.text).toContain("The reason's code is framework.unknown.");
    const { exportId } = job;
    expect(await fetchExport({ ...step.ports, links: step.links }, caller, exportId)).toMatchObject({
      code: 'export.not-ready',
    });
  });

  test('by dying leaves a lease that runs out; the sweep drives it again, and after three times it is given up', async () => {
    const job = await asked();
    const bug = new TypeError('a bug');
    let now = Date.now();
    const clock = { now: () => new Date(now).toISOString() };
    const message = { type: 'export-requested', version: 1, program: 'harbor', exportId: job.exportId } as const;
    const sweep = () => redriveExports({ ...step.ports, clock });
    for (let attempt = 1; attempt <= 3; attempt++) {
      await expect(step.run({ ...failing(bug), clock, ...noCheckpoint() })).rejects.toThrow('a bug');
      expect(await jobOf(job)).toMatchObject({ state: 'running', attempt });
      expect(await sweep()).toBe(0);
      now += 961_000;
      expect(await sweep()).toBe(1);
    }
    expect(await step.run({ clock })).toEqual(['failed']);
    expect(await jobOf(job)).toMatchObject({ state: 'failed', reason: 'export.gave-up' });
    await step.ports.queue.send(message);
    expect(await step.run({ clock })).toEqual(['failed']);
  });

  test('whose lease another took over leaves that one’s word alone', async () => {
    const job = await asked();
    const stolen = step.run({
      async seal() {
        const current = await jobOf(job);
        await step.ports.exports.replace(current, { ...current, version: current.version + 1, attempt: 2 });
        return step.ports.seal();
      },
    });
    await expect(stolen).rejects.toMatchObject({ code: 'export.lease-lost' });
    const { leaseUntil: _, ...kept } = await jobOf(job);
    expect(kept).toMatchObject({ state: 'running', attempt: 2 });
    await step.ports.exports.replace(await jobOf(job), { ...kept, state: 'failed', reason: 'test', version: 99 });
  });
});

describe('a request', () => {
  test.each<[string, object, typeof caller | undefined, string, string]>([
    ['for another program’s records', { program: 'haven' }, undefined, 'export.other-program', 'haven'],
    ['for another program’s enrollment', { enrollment: 'of-haven' }, undefined, 'enrollment.unknown', 'of-haven'],
    ['by an assessor', {}, { program: 'harbor', actor: { id: 'mentor', role: 'assessor' } }, 'export.role', 'harbor'],
    [
      'of a span that ends before it begins',
      { from: '2026-02-01', to: '2026-01-01' },
      undefined,
      'export.invalid',
      'harbor',
    ],
    ['with an address that is none', { notify: { address: 'nobody' } }, undefined, 'export.invalid', 'harbor'],
    ['with words of nobody’s', { more: 1 }, undefined, 'export.invalid', 'harbor'],
  ])('%s is refused, and recorded', async (_, input, by, code, subject) => {
    expect(await refusalCode(input, by)).toBe(code);
    expect((await reads()).at(-1)).toMatchObject({
      action: 'export-refused',
      actor: (by ?? caller).actor,
      subject,
      facts: { code, unredacted: false },
    });
    expect((await step.ports.exports.list('harbor')).items.filter(({ state }) => state === 'queued')).toEqual([]);
  });

  test('whose entry cannot be written asks for nothing', async () => {
    const before = (await step.ports.exports.list('harbor')).items.length;
    const access = { ...step.ports.access, append: () => Promise.reject(new Error('no chain')) };
    await expect(requestExport({ ...step.ports, access, ids: step.ids }, caller, {})).rejects.toThrow('no chain');
    expect((await step.ports.exports.list('harbor')).items).toHaveLength(before);
  });

  test('that lost its message is driven again by the sweep', async () => {
    const queue = { send: () => Promise.reject(new AdapterError('queue.send', 'down', { retryable: true })) };
    await expect(requestExport({ ...step.ports, queue, ids: step.ids }, caller, {})).rejects.toMatchObject({
      code: 'queue.send',
    });
    const later = { now: () => addSeconds(new Date().toISOString(), 301) };
    expect(await redriveExports({ ...step.ports, clock: later })).toBe(1);
    expect(await step.run()).toEqual(['done']);
    expect(await redriveExports({ ...step.ports, clock: later })).toBe(0);
  });
});

describe('the email', () => {
  test('says that it is ready, in the language asked for, holds a page to sign in at and nobody’s name', async () => {
    const job = await asked({
      enrollment: 'enr-1',
      notify: { ...notify, language: 'es' },
    });
    await step.run();
    expect(await step.tell()).toEqual(['told']);
    const [email] = step.mail;
    expect(email).toMatchObject({ to: { address: 'audit@agency.example' }, language: 'es', attachments: [] });
    expect(email?.subject).toBe('El paquete de auditoría que solicitó está listo');
    expect(email?.text).toContain(`https://papers.example/exports/${job.exportId}`);
    for (const secret of ['Zoë', 'zoe', 'enr-1', 'X-Amz', 'auditor-7']) {
      expect(email?.text).not.toContain(secret);
      expect(email?.html).not.toContain(secret);
    }
    expect(email?.tags).toEqual({ program: 'harbor', export: job.exportId });
  });

  test('is sent once, and its address is kept until then; the access chain holds a hash', async () => {
    const job = await asked({ notify });
    expect(JSON.stringify(await reads())).not.toContain('agency.example');
    const entry = (await reads()).find(
      ({ facts, action }) => action === 'export-requested' && facts.export === job.exportId,
    );
    expect(entry?.facts.notify).toBe(addressHash(job.notice?.salt ?? '', notify.address));
    await step.run();
    await step.tell();
    await step.ports.queue.send({ type: 'export-settled', version: 1, program: 'harbor', exportId: job.exportId });
    expect(await step.tell()).toEqual(['settled']);
    expect(step.mail).toHaveLength(1);
    expect(JSON.stringify(await jobOf(job))).not.toContain('agency.example');
    expect(await jobOf(job)).toMatchObject({ notice: { state: 'sent', providerId: 'ses-1' } });
    expect(await readExport(step.ports, caller, job.exportId)).toMatchObject({ notice: 'sent' });
  });

  test('that the mail service refuses for good is not tried again; for now, it is', async () => {
    const job = await asked({ notify });
    await step.run();
    const refusing = (permanent: boolean) => ({
      mailer: { send: async () => ({ outcome: 'refused' as const, permanent, code: 'mail.test' }) },
    });
    const message = { type: 'export-settled', version: 1, program: 'harbor', exportId: job.exportId } as const;
    await expect(step.tell(refusing(false))).rejects.toMatchObject({ code: 'mail.test', retryable: true });
    expect(await jobOf(job)).toMatchObject({ notice: { state: 'wanted', address: notify.address } });
    await step.ports.queue.send(message);
    expect(await step.tell(refusing(true))).toEqual(['untold']);
    const { notice } = await jobOf(job);
    expect(notice).toMatchObject({ state: 'refused', reason: 'mail.test' });
    expect(notice?.address).toBeUndefined();
  });

  test('whose sender died is sent again once its lease has run out, and the sweep asks for it', async () => {
    const job = await asked({ notify });
    await step.run();
    const dying = {
      mailer: { send: () => Promise.reject(new AdapterError('mail.timeout', 'no answer', { retryable: true })) },
    };
    await expect(step.tell(dying)).rejects.toMatchObject({ code: 'mail.timeout' });
    const later = { now: () => addSeconds(new Date().toISOString(), 301) };
    expect(await redriveExports({ ...step.ports, clock: later })).toBe(1);
    expect(await step.tell({ clock: later })).toEqual(['told']);
    expect(await jobOf(job)).toMatchObject({ notice: { state: 'sent' } });
  });
});

describe('the command line', () => {
  test('asks for a bundle, lists it, shows it and fetches it', async () => {
    const asking = await run('audit', 'exports', 'request', '--program', 'harbor', '--as', 'auditor-7', '--json');
    expect(asking.exitCode).toBe(0);
    const { exportId } = asking.json() as { exportId: string };
    const shown = () => run('audit', 'exports', 'show', 'harbor', exportId);
    expect((await shown()).stdout).toContain(`Bundle ${exportId}  queued`);
    await step.run();
    expect((await shown()).stdout).toMatch(/ {2}done; \d+ KB\n.*auditor-7 \(auditor\).*all of it\.\nUp to checkpoint/s);
    expect((await run('audit', 'exports', 'list', 'harbor')).stdout).toContain(exportId);
    const out = join(folder, `${++made}.zip`);
    const fetched = await run(
      'audit',
      'exports',
      'fetch',
      'harbor',
      exportId,
      '--out',
      out,
      '--as',
      'auditor-7',
      '--json',
    );
    const { fingerprint } = fetched.json() as { fingerprint: string };
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const place = join(folder, String(++made));
    await unzip(out, place);
    expect(await verifyBundle(place, '--key', fingerprint)).toMatchObject({ exitCode: 0 });
    expect((await reads()).at(-1)).toMatchObject({ action: 'export-fetched', actor: auditor });
  });

  test.each([
    [['show', 'harbor', 'nosuch'], 3, /^export: program "harbor" has none of that id/],
    [['show', 'nosuch', 'x'], 3, /^program: there is no "nosuch"/],
    [['fetch', 'harbor', 'nosuch', '--out', join(folder, 'no.zip')], 3, /^export: program "harbor" has none/],
    [['request', '--program', 'harbor', '--enrollment', 'of-haven'], 3, /^--enrollment: there is no "of-haven"/],
    [['request', '--program', 'harbor', '--email', 'nobody'], 2, /^--email: /],
    [['request', '--program', 'harbor', '--language', 'es'], 2, /^--language: /],
    [['request', '--program', 'harbor', '--from', '2026-02-01', '--to', '2026-01-01'], 2, /^--to: /],
  ])('%j names what is wrong', async (args, exitCode, words) => {
    const ran = await run('audit', 'exports', ...args);
    expect(ran).toMatchObject({ exitCode, stdout: '', stderr: expect.stringMatching(words) });
  });
});
