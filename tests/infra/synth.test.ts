import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { bundleStep, stepNames } from '../../infra/bundle.ts';

const root = join(import.meta.dirname, '../..');
const folder = mkdtempSync(join(tmpdir(), 'journeypaper-synth-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('bundles', () => {
  const bundles = stepNames.map((step) => ({ step, path: bundleStep(step, join(folder, 'build')) }));

  test('are the same bytes however often they are made', () => {
    const [{ path } = { path: '' }] = bundles;
    const again = bundleStep('evaluate', join(folder, 'again'));
    expect(readFileSync(join(again, 'index.js')).equals(readFileSync(join(path, 'index.js')))).toBe(true);
  });

  test('start by themselves, with nothing installed beside them', () => {
    const keys = { SIGNING_KEY_ID: 'k', LEDGER_KEY_ID: 'k' };
    const buckets = { DOCUMENTS_BUCKET: 'b', FAILED_BATCHES_BUCKET: 'b', CHECKPOINTS_BUCKET: 'b', EXPORTS_BUCKET: 'b' };
    const settings = { TABLE_NAME: 't', ...buckets, ...keys };
    const url = 'http://127.0.0.1:9/queue';
    const queues = {
      ...{ EVALUATION_QUEUE_URL: url, ISSUE_QUEUE_URL: url, DELIVERY_QUEUE_URL: url },
      EXPORT_QUEUE_URL: url,
    };
    const mail = { CONFIGURATION_SET: 'c', MAIL_RATE_PER_SECOND: '14' };
    const people = { OIDC_ISSUER: url, OIDC_AUDIENCE: 'client', PUBLIC_URL: 'http://127.0.0.1:9' };
    for (const { path } of bundles) {
      const started = execFileSync(process.execPath, ['-p', "typeof require('./index.js').handler"], {
        cwd: path,
        env: { ...settings, ...queues, ...mail, ...people, AWS_REGION: 'us-east-1', LAMBDA_TASK_ROOT: path },
        encoding: 'utf8',
      });
      expect(started.trim()).toBe('function');
    }
  });

  test('issue and export have fonts and HarfBuzz, with their licence, and nobody else carries a PDF engine', () => {
    const printing = ['issue', 'export'];
    const fonts = (step: string) => join(folder, 'build', step, 'templates/fonts');
    for (const step of printing) {
      expect(readdirSync(fonts(step))).toEqual(expect.arrayContaining(['EBGaramond-Regular.ttf', 'OFL.txt']));
      expect(readdirSync(fonts(step)).filter((name) => /[.](md|py)$/.test(name))).toEqual([]);
      const wasm = join(folder, 'build', step, 'node_modules/harfbuzzjs/dist/harfbuzz.wasm');
      expect(existsSync(wasm)).toBe(true);
    }
    expect(existsSync(join(folder, 'build/export/functions/export/verify.mjs'))).toBe(true);
    for (const { step, path } of bundles.filter((b) => !printing.includes(b.step))) {
      expect(existsSync(fonts(step))).toBe(false);
      expect(readFileSync(join(path, 'index.js'), 'utf8')).not.toContain('%PDF-');
    }
  });
});

test("the API has the pages' files beside it, and not the pictures of them", () => {
  const web = join(bundleStep('api', join(folder, 'web')), 'templates/web');
  expect(readdirSync(web)).toEqual(expect.arrayContaining(['style.css', 'mark.svg']));
  expect(readdirSync(web).filter((name) => /gallery|[.]md$/i.test(name))).toEqual([]);
});

test('a plain run synthesises without an account, a profile or a network, and tells where each bundle is', () => {
  const out = join(folder, 'out');
  execFileSync(process.execPath, ['infra/app.ts'], {
    cwd: root,
    // Nothing of this machine's AWS configuration; a proxy that nothing listens behind.
    env: { PATH: process.env.PATH, CDK_OUTDIR: out, HTTPS_PROXY: 'http://127.0.0.1:9', HOME: folder },
    stdio: 'pipe',
  });
  const template = JSON.parse(readFileSync(join(out, 'Journeypaper.template.json'), 'utf8'));
  for (const id of [
    'EvaluateFunction',
    'IssueFunction',
    'DeliverFunction',
    'FeedbackFunction',
    'ExportFunction',
    'SweepFunction',
    'ApiFunction',
  ]) {
    expect(existsSync(join(out, template.Resources[id].Metadata['aws:asset:path'], 'index.js'))).toBe(true);
  }
  const named = JSON.stringify(template).match(/arn:aws:[^"]*|:[0-9]{12}:/g) ?? [];
  expect(named, 'a partition or an account by name').toEqual([]);
}, 120_000);
