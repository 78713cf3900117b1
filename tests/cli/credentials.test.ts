import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sha256 } from '../../functions/domain/hash.ts';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let steps: ReturnType<typeof stepsOn>;
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);
const ref = { program: 'harbor', enrollment: 'enr-1' };
const on = ['--program', ref.program, '--enrollment', ref.enrollment];
const at = [ref.program, ref.enrollment];

type Listed = {
  credentialId: string;
  state: string;
  name: string;
  document: { hash: string };
  pdf?: { file?: string };
};
const list = async (...more: string[]) => (await run('credentials', ...at, '--json', ...more)).json() as Listed[];

beforeAll(async () => {
  stack = await startServices();
  steps = stepsOn(stack);
  await run(...writeHarbor(stack.folder));
  await run(...enrollZoe(ref.enrollment, '--as', 'office'));
});
afterAll(async () => {
  steps.close();
  await stack.stop();
});

describe('before anything is complete', () => {
  test('the status says what is missing and why nothing was issued', async () => {
    const { stdout } = await run('status', ...at);
    expect(stdout).toContain('Zoë Müller  z…@…  (zoe)');
    expect(stdout).toContain('0 of 5 met, 0 %, open');
    expect(stdout).toContain('Certificate: not issued: 5 things are missing');
    expect(stdout).toMatch(/engage-1 +no evidence +Initiates contact/);
    expect(stdout).not.toMatch(/lived|Tells of recovery|apprentice\.example/);
    expect((await run('status', ...at, '--sensitive')).stdout).toMatch(
      /zoe@apprentice\.example[\s\S]*lived-1 +no evidence +Tells of recovery/,
    );
  });

  test('there is nothing to list, revoke or reissue', async () => {
    expect((await run('credentials', ...at)).stdout).toBe('No credentials yet; `status` says why.\n');
    const revoked = await run('revoke', ...on, '--credential', 'X', '--code', 'fraud', '--reason', 'It was false');
    expect(revoked).toMatchObject({ exitCode: 1, stdout: '' });
    expect((await run('reissue', ...on)).stderr).toContain('enrollment: not complete');
    expect(await run('credentials', 'harbor', 'nobody')).toMatchObject({ exitCode: 3, stdout: '' });
  });
});

describe('once everything is met', () => {
  beforeAll(async () => {
    const pieces = { stdin: JSON.stringify(everyPiece) };
    await runCli(['submit', ...on, '--file', '-', '--as', 'zoe', '--stack', stack.file], pieces);
    const met = everyPiece.map(({ requirement, evidence }) => ({ requirement, evidence, outcome: 'met' }));
    const assessments = { stdin: JSON.stringify(met) };
    await runCli(['assess', ...on, '--file', '-', '--as', 'mentor', '--stack', stack.file], assessments);
    await steps.settle(ref);
  });

  test('the status shows the certificate in force', async () => {
    const { stdout } = await run('status', ...at);
    expect(stdout).toContain('5 of 5 met, 100 %, complete');
    expect(stdout).toContain('Certificate: in force');
    expect(stdout).not.toContain('Missing');
  });

  test('more evidence is refused', async () => {
    const submit = [
      'submit',
      ...on,
      '--requirement',
      'engage-1',
      '--occurred-on',
      '2026-02-03',
      '--attestation',
      'More.',
    ];
    const ran = await run(...submit);
    expect(ran).toMatchObject({ exitCode: 1, stdout: '' });
    expect(ran.stderr).toContain('enrollment: complete already');
  });

  test('the PDF is saved for its owner alone, and is the one that was issued', async () => {
    const folder = join(stack.folder, 'papers');
    const [credential] = await list('--pdf', folder);
    const bytes = readFileSync(credential?.pdf?.file ?? '');
    expect(sha256(bytes)).toBe(credential?.document.hash);
    expect(bytes.subarray(0, 5).toString()).toBe('%PDF-');
    expect(statSync(credential?.pdf?.file ?? '').mode & 0o777).toBe(0o600);
  });

  test('a document that differs from the issued one is never saved', async () => {
    const [own] = await list();
    const { credentialId = '' } = own ?? {};
    const key = (await steps.store.readCredential(ref, credentialId))?.document.key ?? '';
    const point = (to: string) => steps.changeItem(ref, `CREDENTIAL#${credentialId}`, ['document', 'key'], to);
    await steps.documents.put('forged.pdf', Buffer.from('%PDF-forged'));
    for (const [other, words] of [
      ['forged.pdf', 'is not the one that was issued'],
      ['absent.pdf', 'is not in the bucket'],
    ]) {
      await point(other as string);
      const folder = join(stack.folder, `forged-${other}`);
      const ran = await run('credentials', ...at, '--pdf', folder);
      expect(ran.exitCode).toBe(1);
      expect(ran.stderr).toContain(words);
      expect(() => readFileSync(join(folder, `${credentialId}.pdf`))).toThrow('ENOENT');
    }
    await point(key);
  });

  test('a folder that cannot be made is named', async () => {
    const file = join(stack.folder, 'a-file');
    writeFileSync(file, '');
    const ran = await run('credentials', ...at, '--pdf', join(file, 'papers'));
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('--pdf');
  });

  test('an address is corrected once, and what could not be printed or sent to is refused', async () => {
    const correct = (...flags: string[]) => run('correct', ...on, ...flags, '--as', 'office');
    expect(await correct()).toMatchObject({ exitCode: 2, stdout: '' });
    expect((await correct('--email', 'nowhere')).stderr).toContain('--email: ');
    expect(await correct('--name', 'བཀྲ་ཤིས')).toMatchObject({ exitCode: 1, stdout: '' });
    const email = ['--email', 'zoe@moved.apprentice.example'];
    expect(await correct(...email)).toMatchObject({ exitCode: 0, stdout: 'enr-1 is corrected.\n' });
    expect((await correct(...email)).stdout).toBe('Nothing to correct: enr-1 says so already.\n');
    expect((await steps.store.readEnrollment(ref))?.apprentice.email).toBe('zoe@moved.apprentice.example');
  });

  test('an email is sent again once it is out, elsewhere where that is asked, and shows no address', async () => {
    const resend = (...flags: string[]) => run('resend', ...on, ...flags, '--as', 'office');
    expect((await resend()).stderr).toContain('it is on its way already');
    const [own] = await list();
    const { delivery = '' } = (await steps.store.readCredential(ref, own?.credentialId ?? '')) ?? {};
    await steps.changeItem(ref, `DELIVERY#${delivery}`, ['state'], 'sent');
    expect(await resend('--email', 'nowhere')).toMatchObject({ exitCode: 2, stdout: '' });
    expect(await resend('--credential', 'nothing')).toMatchObject({ exitCode: 3, stdout: '' });
    const ran = await resend('--email', 'aunt@elsewhere.example');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    expect(ran.stdout).toMatch(/^\w+ is queued; `status` shows when it is sent\.\n$/);
    expect((await run('status', ...at)).stdout).toMatch(/queued .* sent again/);
    const shown = await run('status', ...at, '--json');
    expect(shown.json()).toMatchObject({
      deliveries: expect.arrayContaining([expect.objectContaining({ to: 'a…@…' })]),
    });
    expect(shown.stdout).not.toContain('elsewhere.example');
  });

  test('a reissue with a corrected name supersedes the first', async () => {
    for (const [name, exitCode] of [
      ['', 2],
      ['x'.repeat(300), 2],
      ['བཀྲ་ཤིས', 1],
      ['Zoë\nMüller', 2],
    ] as const) {
      expect(await run('reissue', ...on, '--name', name)).toMatchObject({ exitCode, stdout: '' });
    }
    expect((await run('reissue', ...on, '--name', 'Zoé Muller', '--as', 'office')).exitCode).toBe(0);
    await steps.settle(ref);
    expect(await list()).toMatchObject([
      { name: 'Zoë Müller', state: 'superseded' },
      { name: 'Zoé Muller', state: 'issued' },
    ]);
  });

  test('a revocation says why, and ends it', async () => {
    const [first, second] = await list();
    const revoke = (id = '', code = 'fraud', reason = 'It was false') =>
      run('revoke', ...on, '--credential', id, '--code', code, '--reason', reason, '--as', 'office');
    expect((await revoke(second?.credentialId, 'because')).stderr).toContain('code: one of issued-in-error, fraud');
    expect(await revoke(second?.credentialId, 'fraud', 'x')).toMatchObject({ exitCode: 2 });
    expect(await revoke(first?.credentialId)).toMatchObject({ exitCode: 1 });
    expect(await revoke(second?.credentialId)).toMatchObject({ exitCode: 0, stderr: '' });
    await steps.settle(ref);
    expect((await run('status', ...at)).stdout).toContain('Certificate: revoked');
    expect(await list()).toMatchObject([{ state: 'superseded' }, { state: 'revoked' }]);
  });
});

describe('the history', () => {
  test('tells every fact, who did it and when, with sensitive requirements hidden', async () => {
    const { stdout } = await run('status', ...at, '--history');
    expect(stdout).toMatch(/^Ledger of enr-1 in harbor \(\d+ entries\)\n/);
    expect(stdout).toMatch(
      / 1 {2}\d{4}-\d\d-\d\d \d\d:\d\d E[SD]T {2}enrolled +[0-9a-f]{8} {2}enr-1\n +by office \(administrator\)/,
    );
    expect(stdout).toMatch(/assessment-accepted[^\n]*\n +by mentor \(assessor\)[^\n]*evidence=e1/);
    expect(stdout).toMatch(/The chain is unbroken: \d+ links, up to the head\.\n$/);
    expect(stdout).not.toMatch(/lived|Secret words|Zoë|apprentice\.example/);
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
    expect((await run('status', ...at, '--history', '--sensitive')).stdout).toContain('requirement=lived-1');
  });

  test('as JSON it hides as much, and never shows the salt', async () => {
    const { stdout } = await run('status', ...at, '--history', '--json');
    expect(JSON.parse(stdout)).toMatchObject({ ledger: { unbroken: true } });
    expect(stdout).not.toMatch(/lived|Secret words|apprentice\.example|"salt"/);
  });

  test('an entry that somebody changed is named', async () => {
    const entry = (await steps.store.readRecord(ref))?.ledger.find(({ seq }) => seq === 3);
    await steps.changeItem(ref, `LEDGER#${entry?.cause}`, ['subject'], 'another');
    const { stdout, exitCode } = await run('status', ...at, '--history');
    expect(exitCode).toBe(0);
    expect(stdout).toContain('The chain is BROKEN at 3: its content was changed. Somebody changed the ledger.');
    expect((await run('status', ...at)).stdout).toContain('BROKEN at 3 (hash)');
  });
});
