import type { Page } from 'playwright-core';
import PostalMime from 'postal-mime';
import { expect, onTestFinished, test } from 'vitest';
import { assessEvidence, submitEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import { civilDateOf } from '../../functions/domain/time.ts';
import { readDemoProgram } from '../../infra/local/demo/program-files.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import { describeWith } from '../outside/tools.ts';
import { violationsOn } from '../support/accessibility.ts';
import { openBrowser } from '../support/browser.ts';
import { actsOn, awaitStack, dataFolder, root, runScript } from './stack-process.ts';

const peer = readDemoProgram(root, 'staten-island-peer-specialist');
const holder = 'Nguyễn Thị Hồng Nhung';

/** A stack with the program, whose certificates lead to this machine. */
async function startHere() {
  const folder = dataFolder();
  const stack = await awaitStack(folder, runScript('infra/local/local.ts', ['--data', folder, '--port', '0']));
  const acts = actsOn(folder);
  const app = stack.endpoints.http;
  const program = { ...(peer.files.program as object), verifyUrl: `${app}/v/` };
  expect(await loadProgram(acts, { ...peer.files, program })).toMatchObject({ outcome: 'loaded' });
  return { stack, acts, app };
}

/** A browser window that stops the test at the first thing that a page complains of. */
async function openPage(javaScriptEnabled: boolean): Promise<Page> {
  const { context, close } = await openBrowser({ javaScriptEnabled });
  onTestFinished(close);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => void complaints.push(message));
  onTestFinished(() => expect(complaints).toEqual([]));
  return page;
}

async function signIn(page: Page, app: string, name: RegExp): Promise<void> {
  await page.goto(`${app}/sign-in`);
  await page.getByRole('link', { name: 'Continue to sign in' }).click();
  await page.getByRole('region', { name: 'Peer Specialist' }).getByRole('button', { name }).click();
  await page.waitForURL(`${app}/`);
}

const looksSound = async (page: Page) => expect(await violationsOn(page)).toEqual([]);

async function certificateMailed({ inbox }: StackDescription) {
  const list = inbox.replace(/\/inbox$/, '/inbox.json');
  const mails = async () => ((await (await fetch(list)).json()) as { mails: { id: string }[] }).mails;
  await expect.poll(async () => (await mails()).length, { timeout: 60_000, interval: 250 }).toBe(1);
  const [mail] = await mails();
  const parsed = await PostalMime.parse(await (await fetch(`${inbox}/${mail?.id}.eml`)).arrayBuffer());
  const address = /https?:\/\/\S+\/v\/[0-9A-Z]{26}/.exec(parsed.text ?? '')?.[0] ?? '';
  const pdf = parsed.attachments.find(({ mimeType }) => mimeType === 'application/pdf')?.content as ArrayBuffer;
  return { address, pdf: Buffer.from(pdf) };
}

describeWith(['chromium'], 'the pages of a running stack', () => {
  test('an assessor signs off the last skill, the certificate arrives, its code verifies, the program revokes it', {
    timeout: 300_000,
  }, async () => {
    const { stack, acts, app } = await startHere();

    // The program enrolls, in a browser without JavaScript.
    const office = await openPage(false);
    await signIn(office, app, /^Administrator/);
    await office.getByRole('link', { name: 'Apprentices' }).first().click();
    await office.getByRole('link', { name: 'Enroll an apprentice' }).first().click();
    await office.getByRole('button', { name: 'Enroll', exact: true }).click();
    await office.getByLabel('Full name').fill(holder);
    await office.getByLabel('Email address').fill('nhung@apprentices.example');
    await office.getByLabel("Person's id").fill('apprentice-nhung');
    await office.getByRole('button', { name: 'Enroll', exact: true }).click();
    await office.getByText('Enrolled.').waitFor();
    const enrollment = new URL(office.url()).pathname.split('/').at(-1) ?? '';
    const ref = { program: peer.program.id, enrollment };

    // All but the last skill was assessed before; the last is handed in by the apprentice, in the page.
    const ids = [...requirementsOf(peer.framework).keys()];
    const last = peer.framework.skillSets.findLast(({ sensitive }) => !sensitive)?.skills.at(-1)?.id ?? '';
    const pieces = ids
      .filter((id) => id !== last)
      .map((requirement) => ({
        requirement,
        evidence: `evd-${requirement}`,
        submittedBy: 'apprentice-nhung',
        occurredOn: civilDateOf(acts.clock.now(), peer.program.timeZone),
        attestation: 'Did it; the proof is in the binder.',
      }));
    expect((await submitEvidence(acts, ref, pieces)).map(({ outcome }) => outcome)).toEqual(
      pieces.map(() => 'submitted'),
    );
    const met = pieces.map(({ requirement, evidence }) => ({
      requirement,
      evidence,
      assessor: 'assessor-santangelo',
      outcome: 'met' as const,
    }));
    expect((await assessEvidence(acts, ref, met)).map(({ outcome }) => outcome)).toEqual(met.map(() => 'assessed'));

    const apprentice = await openPage(true);
    await signIn(apprentice, app, new RegExp(`^${holder}`));
    await apprentice.goto(`${app}/me`);
    await looksSound(apprentice);
    await apprentice.getByRole('link', { name: 'Hand in evidence' }).click();
    await apprentice.getByLabel('What it is for').selectOption(last);
    await apprentice.getByLabel('When it was done').fill(civilDateOf(acts.clock.now(), peer.program.timeZone));
    await apprentice.getByLabel('What you did').fill('Kept the log for four weeks.');
    await looksSound(apprentice);
    await apprentice.getByRole('button', { name: 'Hand in' }).click();
    await apprentice.getByText('Your evidence is handed in.').waitFor();

    // The assessor finds it in the queue, decides by the keyboard, and records it.
    const assessor = await openPage(true);
    await signIn(assessor, app, /^Ruth Feldman/);
    await expect
      .poll(
        async () => {
          await assessor.goto(`${app}/assess`);
          return assessor.getByRole('link', { name: holder }).count();
        },
        { timeout: 30_000, interval: 300 },
      )
      .toBe(1);
    await looksSound(assessor);
    await assessor.getByRole('link', { name: holder }).click();
    await assessor.getByText('1 piece of evidence waits').waitFor();
    await looksSound(assessor);
    await assessor.getByRole('radio', { name: 'Decide later' }).focus();
    await assessor.keyboard.press('m');
    await assessor.getByText('Decided: 1').waitFor();
    await assessor.getByRole('button', { name: 'Record my decisions' }).click();
    await assessor.getByText('Your decisions are recorded.').waitFor();

    // The certificate arrives; whoever holds it verifies the code and the very file.
    const { address, pdf } = await certificateMailed(stack);
    expect(address.startsWith(`${app}/v/`)).toBe(true);
    const employer = await openPage(true);
    await employer.goto(`${app}/v`);
    await employer.getByLabel('Code of the certificate').fill(address.slice(-26).toLowerCase());
    await employer.getByRole('button', { name: 'Verify' }).click();
    await employer.getByRole('heading', { name: 'Genuine and in force' }).waitFor();
    await employer.getByText(holder).waitFor();
    const asFile = (buffer: Buffer) => ({ name: 'certificate.pdf', mimeType: 'application/pdf', buffer });
    await employer.getByLabel('Choose the PDF').setInputFiles(asFile(pdf));
    await employer.getByRole('status').getByText('This is the issued file.').waitFor();
    await employer.getByRole('status').getByText('The same key signed our record').waitFor();
    await looksSound(employer);
    const changed = Buffer.from(pdf);
    changed[500] = (changed[500] ?? 0) ^ 1;
    await employer.getByLabel('Choose the PDF').setInputFiles(asFile(changed));
    await employer.getByRole('status').getByText('Do not rely on this file.').waitFor();

    // The apprentice downloads the same bytes.
    await apprentice.goto(`${app}/me`);
    await looksSound(apprentice);
    const [download] = await Promise.all([
      apprentice.waitForEvent('download'),
      apprentice.getByRole('link', { name: 'Download the PDF' }).click(),
    ]);
    const stream = await download.createReadStream();
    expect(Buffer.concat(await stream.toArray()).equals(pdf)).toBe(true);

    // The program revokes it, still without JavaScript; the page says so at once.
    await office.goto(`${app}/people/${enrollment}`);
    await office.getByRole('link', { name: 'Revoke' }).click();
    await office.getByLabel('Kind of reason').selectOption('issued-in-error');
    await office.getByLabel('Reason, in a sentence').fill('The hours of two people were mixed up.');
    await office.getByRole('button', { name: 'Revoke the certificate' }).click();
    await office.getByText('The certificate is revoked.').waitFor();
    await employer.goto(address);
    await employer.getByRole('heading', { name: 'Revoked' }).waitFor();
    await employer.getByText('The hours of two people were mixed up.').waitFor();
    await looksSound(employer);

    // An auditor reads how it came about; who signs out is out.
    const auditor = await openPage(true);
    await signIn(auditor, app, /^Auditor/);
    await auditor.goto(`${app}/records?id=${enrollment}`);
    await auditor.getByText('Certificate revoked').waitFor();
    await auditor.getByText('The chain is unbroken').waitFor();
    await looksSound(auditor);
    // And takes the record along, for whoever checks it elsewhere.
    await auditor.getByRole('link', { name: 'Records' }).first().click();
    await auditor.getByText('Ask for a bundle').click();
    await auditor.getByLabel('What it holds').selectOption('enrollment');
    await auditor.getByLabel('Enrollment (optional)', { exact: true }).fill(enrollment);
    await looksSound(auditor);
    await auditor.getByRole('button', { name: 'Ask for it' }).click();
    await auditor.getByText('The bundle is being made.').waitFor();
    await expect
      .poll(
        async () => {
          await auditor.goto(`${app}/records`);
          return auditor.getByRole('link', { name: 'Fetch' }).count();
        },
        { timeout: 60_000, interval: 500 },
      )
      .toBe(1);
    const [bundle] = await Promise.all([
      auditor.waitForEvent('download'),
      auditor.getByRole('link', { name: 'Fetch' }).click(),
    ]);
    expect(bundle.suggestedFilename()).toMatch(/\.zip$/);
    await auditor.getByRole('button', { name: 'Sign out' }).click();
    await auditor.getByRole('heading', { name: 'You are signed out' }).waitFor();
    await auditor.goto(`${app}/records`);
    expect(new URL(auditor.url()).pathname).toBe('/sign-in');
  });
});
