import { S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { s3ExportLinks } from '../../functions/adapters/aws/s3-export-links.ts';
import { s3Exports } from '../../functions/adapters/aws/s3-exports.ts';
import { makeApp } from '../../functions/api/app.ts';
import type { AccessEntry } from '../../functions/domain/access.ts';
import { type ExportBundle, type ExportJob, finished } from '../../functions/domain/export-job.ts';
import { instantOf } from '../../functions/domain/time.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type RunningS3, startS3 } from '../../infra/local/services/s3.ts';
import { temporaryFolder } from '../contracts/local-service.ts';
import { type ApiWorld, origin, readJson, settings, startApiWorld } from './api-world.ts';

const folder = temporaryFolder();
let world: ApiWorld;
let server: RunningS3;
let s3: S3Client;
let app: ApiWorld['app'];
let keys = 0;

beforeAll(async () => {
  world = await startApiWorld();
  server = await startS3({ dataDir: folder.path, buckets: [{ name: 'exports' }] });
  s3 = new S3Client({ ...localClientConfig(server.endpoint), forcePathStyle: true });
  app = makeApp({ ...world.ports, exportLinks: s3ExportLinks({ client: s3, bucket: 'exports' }) }, settings);
});
afterAll(async () => {
  s3.destroy();
  await Promise.all([server.stop(), world.stop()]);
  folder.remove();
});

const tokenOf = (role: string, program = 'harbor') => world.issuer.tokenOf('ada', `${program}:${role}`);
async function ask(
  method: string,
  path: string,
  given: { role?: string; program?: string; body?: unknown; key?: string } = {},
) {
  const token = await tokenOf(given.role ?? 'auditor', given.program);
  return app.request(`${origin}${path}`, {
    method,
    headers: {
      authorization: `Bearer ${token}`,
      ...(method === 'POST' && { 'idempotency-key': given.key ?? `export-key-${++keys}` }),
      ...(given.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(given.body !== undefined && { body: JSON.stringify(given.body) }),
  });
}
async function reads(program = 'harbor'): Promise<AccessEntry[]> {
  const entries: AccessEntry[] = [];
  for await (const entry of world.ports.access.list(program, '0000-01-01', '9999-12-31')) entries.push(entry);
  return entries.sort((a, b) => (a.at < b.at ? -1 : 1));
}
const jobOf = async (id: string) => (await world.ports.exports.read('harbor', id)) as ExportJob;
const asked = async (body: object = {}) => (await readJson(await ask('POST', '/audit/exports', { body }))) as ExportJob;

/** As the export step leaves a job that it has done, with a bundle in the bucket. */
async function done({ exportId }: ExportJob) {
  async function* content() {
    yield Buffer.from('a zip');
  }
  const key = `harbor/${exportId}.zip`;
  const stored = await s3Exports({ client: s3, bucket: 'exports' }).put(key, content());
  const job = await jobOf(exportId);
  const now = instantOf(Date.now());
  const bundle: ExportBundle = {
    ...{ key, ...stored, fingerprint: 'f'.repeat(64), checkpoint: { number: 1, at: now } },
    ...{ counts: { enrollments: 1 }, found: 0, expiresAt: '2999-01-01T00:00:00.000Z' },
  };
  await world.ports.exports.replace(job, finished(job, bundle, now));
}

describe('asking for a bundle', () => {
  test('is answered at once with where to look, recorded, and handed to the step', async () => {
    const answer = await ask('POST', '/audit/exports', {
      body: { from: '2026-01-01', to: '2026-03-31', notify: { address: 'audit@agency.example', language: 'es' } },
    });
    expect(answer.status).toBe(202);
    const job = await readJson(answer);
    expect(job).toMatchObject({ state: 'queued', scope: { kind: 'issued', from: '2026-01-01' }, notice: 'wanted' });
    expect(answer.headers.get('location')).toBe(`/audit/exports/${job.exportId}`);
    expect(JSON.stringify(job)).not.toContain('agency');
    expect(world.sent.at(-1)).toEqual({
      type: 'export-requested',
      version: 1,
      program: 'harbor',
      exportId: job.exportId,
    });
    expect((await reads()).at(-1)).toMatchObject({
      actor: { id: 'ada', role: 'auditor' },
      action: 'export-requested',
      facts: { scope: 'issued', export: job.exportId, unredacted: false },
    });
    const { notice } = await jobOf(job.exportId);
    expect(notice).toMatchObject({ link: `${origin}/exports/${job.exportId}`, language: 'es' });
  });

  test('twice under one key asks once', async () => {
    const first = await readJson(await ask('POST', '/audit/exports', { body: {}, key: 'the-same-key' }));
    const again = await readJson(await ask('POST', '/audit/exports', { body: {}, key: 'the-same-key' }));
    expect(again).toEqual(first);
    expect((await ask('POST', '/audit/exports', { body: { unredacted: true }, key: 'the-same-key' })).status).toBe(422);
  });

  test.each([
    ['of another program’s records', { program: 'harbor-annex' }, 403, 'export.other-program', 'harbor-annex'],
    ['of another program’s enrollment', { enrollment: 'of-annex' }, 404, 'enrollment.unknown', 'of-annex'],
    ['of fields that do not stand together', { enrollment: 'enr-1', seed: 'x' }, 400, 'export.invalid', 'enr-1'],
  ])('%s is refused, and on record in the caller’s own program', async (_, body, status, code, subject) => {
    const before = world.sent.length;
    const answer = await ask('POST', '/audit/exports', { body });
    expect(answer.status).toBe(status);
    expect(await readJson(answer)).toMatchObject({ code });
    expect((await reads()).at(-1)).toMatchObject({ action: 'export-refused', subject, facts: { code } });
    expect(await reads('harbor-annex')).toEqual([]);
    expect(world.sent).toHaveLength(before);
  });
});

describe('a pull by somebody whose role keeps them from it', () => {
  test.each([
    ['asked for', 'POST', '/audit/exports', 'assessor'],
    ['fetched', 'GET', '/audit/exports/none', 'apprentice'],
    ['fetched by the page that an email leads to', 'GET', '/exports/none', 'operator'],
  ])('%s, is refused and recorded', async (_, method, path, role) => {
    const before = world.sent.length;
    const answer = await ask(method, path, { role, ...(method === 'POST' && { body: { program: 'harbor-annex' } }) });
    expect(answer.status).toBe(403);
    expect((await reads()).at(-1)).toMatchObject({
      actor: { id: 'ada', role },
      action: 'export-refused',
      subject: 'harbor',
      facts: { code: 'caller.forbidden' },
    });
    expect(await reads('harbor-annex')).toEqual([]);
    expect(world.sent).toHaveLength(before);
  });

  test('of a program that is not there has no chain to be recorded in', async () => {
    const answer = await ask('POST', '/audit/exports', { role: 'assessor', program: 'nosuch', body: {} });
    expect(answer.status).toBe(403);
    expect(await reads('nosuch')).toEqual([]);
  });
});

describe('a bundle that was asked for', () => {
  test('is listed newest first, and says how far it is', async () => {
    const job = await asked();
    const current = await jobOf(job.exportId);
    await world.ports.exports.replace(current, {
      ...{ ...current, version: 2, state: 'running', progress: { done: 3, of: 9 } },
    });
    expect(await readJson(await ask('GET', `/audit/exports/${job.exportId}`))).toMatchObject({
      state: 'running',
      progress: { done: 3, of: 9 },
    });
    const { items } = await readJson(await ask('GET', '/audit/exports'));
    expect(items[0]).toMatchObject({ exportId: job.exportId });
    expect((await reads()).at(-1)).toMatchObject({ action: 'records-listed', facts: { what: 'exports' } });
  });

  test('once it is done, is given by an address for five minutes, and whoever got it is on record', async () => {
    const job = await asked();
    await done(job);
    const answer = await readJson(await ask('GET', `/audit/exports/${job.exportId}`, { role: 'administrator' }));
    expect(answer).toMatchObject({ state: 'done', linkSeconds: 300, bundle: { fingerprint: 'f'.repeat(64) } });
    expect(answer.bundle.key).toBeUndefined();
    expect(await (await fetch(answer.link)).text()).toBe('a zip');
    expect((await reads()).at(-1)).toMatchObject({
      actor: { id: 'ada', role: 'administrator' },
      action: 'export-fetched',
      facts: { export: job.exportId },
    });
  });

  test('of another program is not there, and who asked for it is on record', async () => {
    const job = await asked();
    for (const path of ['/audit/exports', '/exports']) {
      const answer = await ask('GET', `${path}/${job.exportId}`, { program: 'harbor-annex' });
      expect(answer.status).toBe(404);
      expect((await reads('harbor-annex')).at(-1)).toMatchObject({
        action: 'export-refused',
        subject: 'harbor-annex',
        facts: { code: 'export.unknown', export: job.exportId },
      });
    }
  });

  test('whose bundle has gone says so by having no address', async () => {
    const job = await asked();
    await done(job);
    const current = await jobOf(job.exportId);
    const bundle = { ...(current.bundle as ExportBundle), expiresAt: '2026-01-01T00:00:00.000Z' };
    await world.ports.exports.replace(current, { ...current, version: current.version + 1, bundle });
    const answer = await readJson(await ask('GET', `/audit/exports/${job.exportId}`));
    expect(answer).toMatchObject({ state: 'done' });
    expect(answer.link).toBeUndefined();
    expect((await ask('GET', `/exports/${job.exportId}`)).status).toBe(410);
  });
});

describe('the form on the records’ page', () => {
  const session = async (actor = 'ada') => ({
    cookie: `__Host-session=${await world.issuer.tokenOf(actor, 'harbor:auditor')}`,
  });
  const send = async (form: Record<string, string>, headers: Record<string, string> = {}) =>
    app.request(`${origin}/records`, {
      method: 'POST',
      body: new URLSearchParams(form).toString(),
      headers: { 'content-type': 'application/x-www-form-urlencoded', origin, ...(await session()), ...headers },
    });
  const pageOf = async (actor?: string) =>
    (await app.request(`${origin}/records`, { headers: await session(actor) })).text();

  test.each([
    [{ bundle: 'program' }, { kind: 'program' }],
    [
      { bundle: 'issued', since: '2026-01-01', until: '2026-03-31' },
      { kind: 'issued', from: '2026-01-01', to: '2026-03-31' },
    ],
    [
      { bundle: 'completions', since: '2026-01-01', until: '2026-03-31' },
      { kind: 'completed', from: '2026-01-01', to: '2026-03-31' },
    ],
    [
      { bundle: 'sample', size: '25', seed: ' 2026-11-20 ' },
      { kind: 'sample', size: 25, seed: '2026-11-20' },
    ],
    [
      { bundle: 'enrollment', enrollment: 'enr-form' },
      { kind: 'enrollment', enrollment: 'enr-form' },
    ],
  ])('asks for %j as the API would, and leads back', async (form, scope) => {
    if ('enrollment' in form) await world.enroll({ enrollment: form.enrollment });
    const answer = await send({ ...form, email: 'audit@agency.example' } as Record<string, string>, {
      'accept-language': 'es',
    });
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/records']);
    expect(answer.headers.get('set-cookie')).toMatch(/^__Host-notice=done\.bundle_asked; /);
    const message = world.sent.at(-1);
    const job = await jobOf(message?.type === 'export-requested' ? message.exportId : '');
    expect(job).toMatchObject({ scope, unredacted: false, requestedBy: { id: 'ada', role: 'auditor' } });
    expect(job.notice).toMatchObject({ language: 'es', link: `${origin}/exports/${job.exportId}` });
    expect((await reads()).at(-1)).toMatchObject({ action: 'export-requested', facts: { export: job.exportId } });
  });

  test.each([
    ['nothing chosen', {}, 'bundle'],
    ['what there is not', { bundle: 'constructor' }, 'bundle'],
    ['a day missing', { bundle: 'issued', since: '2026-01-01' }, 'until'],
    ['a field of another choice', { bundle: 'program', enrollment: 'enr-1' }, 'enrollment'],
    ['days the wrong way round', { bundle: 'issued', since: '2026-03-31', until: '2026-01-01' }, 'until'],
    ['no number', { bundle: 'sample', size: 'many', seed: 'x' }, 'size'],
    ['somebody else’s record', { bundle: 'enrollment', enrollment: 'of-annex' }, 'enrollment'],
    ['no address', { bundle: 'program', email: 'nobody' }, 'email'],
  ])('%s comes back beside its field, with the form open, and nothing is asked for', async (_, form, field) => {
    const before = world.sent.length;
    const answer = await send(form as Record<string, string>);
    const page = await answer.text();
    expect(answer.status).toBe(422);
    expect(page).toContain(`<a href="#field-${field}">`);
    expect(page).toMatch(new RegExp(`id="field-${field}"[^>]*aria-invalid="true"`));
    expect(page).toContain('<details open>');
    expect(world.sent).toHaveLength(before);
  });

  test('is not taken from another site', async () => {
    expect((await send({ bundle: 'program' }, { origin: 'https://evil.example' })).status).toBe(403);
  });

  test('lists one’s own bundles, each with how far it is and, once it is there, the way to it', async () => {
    const job = await asked({ seed: 'drawn <b>', size: 3, preset: 'sample' });
    expect(await pageOf()).not.toContain(`/exports/${job.exportId}`);
    await done(job);
    const page = await pageOf();
    expect(page).toContain('A sample of 3, seed <bdi dir="auto">drawn &lt;b&gt;</bdi>');
    expect(page).toContain(`href="/exports/${job.exportId}"`);
    expect(page).toContain('f'.repeat(64));
    expect(await pageOf('somebody-else')).not.toContain('drawn');
    const current = await jobOf(job.exportId);
    const bundle = { ...(current.bundle as ExportBundle), expiresAt: '2026-01-01T00:00:00.000Z' };
    await world.ports.exports.replace(current, { ...current, version: current.version + 1, bundle });
    const later = await pageOf();
    expect(later).toContain('No longer kept');
    expect(later).not.toContain(`href="/exports/${job.exportId}"`);
  });
});

describe('the page that the email leads to', () => {
  test('sends who is signed in on to the bundle, and who is not to the sign-in', async () => {
    const job = await asked();
    expect((await ask('GET', `/exports/${job.exportId}`)).status).toBe(409);
    await done(job);
    const stranger = await app.request(`${origin}/exports/${job.exportId}`);
    expect([stranger.status, stranger.headers.get('location')]).toEqual([303, expect.stringMatching(/^\/sign-in/)]);
    const answer = await ask('GET', `/exports/${job.exportId}`);
    expect(answer.status).toBe(303);
    expect(await (await fetch(answer.headers.get('location') ?? '')).text()).toBe('a zip');
    expect((await reads()).at(-1)).toMatchObject({ action: 'export-fetched', facts: { export: job.exportId } });
  });
});
