import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { refused } from '../../functions/acts/refusal.ts';
import { allRoutes } from '../../functions/api/all-routes.ts';
import { sentenceOf } from '../../functions/api/remedies.ts';
import { routeName } from '../../functions/api/route.ts';
import { inCommands } from '../../functions/cli/remedies.ts';
import type { Remedy } from '../../functions/domain/remedy.ts';
import { run } from '../cli/cli-run.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';

const functions = join(import.meta.dirname, '../../functions');

test('no act and no rule words what to do next: a refusal has it as a key, and each edge its words', () => {
  const files = ['acts', 'domain'].flatMap((folder) =>
    readdirSync(join(functions, folder)).map((file) => join(functions, folder, file)),
  );
  expect(files.length).toBeGreaterThan(60);
  const worded = files.flatMap((file) =>
    // A command between backticks, within a text.
    [
      ...readFileSync(file, 'utf8').matchAll(
        /^(?! *(?:\*|\/\/|\/\*)).*(?:'[^'\n]*`[a-z][a-z -]*`[^'\n]*'|\\`[a-z][a-z -]*\\`).*$/gm,
      ),
    ].map(([line]) => `${file}: ${line.trim()}`),
  );
  expect(worded).toEqual([]);
});

const enrollment = 'enr-1';
const remedies: { [N in Remedy['next']]: Extract<Remedy, { next: N }> } = {
  'see-missing': { next: 'see-missing', enrollment },
  'see-history': { next: 'see-history', enrollment },
  'list-credentials': { next: 'list-credentials', enrollment },
  'list-emails': { next: 'list-emails', enrollment },
  'list-evidence': { next: 'list-evidence', enrollment },
  'list-programs': { next: 'list-programs' },
  'list-requirements': { next: 'list-requirements' },
  'list-parked': { next: 'list-parked' },
  'list-refused-evidence': { next: 'list-refused-evidence' },
  reissue: { next: 'reissue', enrollment },
  revoke: { next: 'revoke', credential: 'crd-1' },
  'load-program': { next: 'load-program', again: true },
  'correct-contact': { next: 'correct-contact' },
  'void-assessor': { next: 'void-assessor' },
  'see-enrollment-day': { next: 'see-enrollment-day' },
  'enroll-again': { next: 'enroll-again' },
};
const quoted = (text: string) => [...text.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word);

const isCommand = async (words: string) =>
  (await run([...words.replace(/ --.*$/, '').split(' '), '--help'])).exitCode === 0;

test.each(Object.entries(remedies))(
  '%s leads to a route that there is, and to a command that there is',
  async (_, remedy) => {
    const byApi = sentenceOf({ message: 'no', remedy });
    const routes = allRoutes.map((route) => new RegExp(`^${routeName(route).replaceAll(/\{\w+\}/g, '[^/]+')}$`));
    for (const word of quoted(byApi)) {
      const isRoute = routes.some((route) => route.test(word.split('?')[0] ?? ''));
      // What is no route is a field of a request, or a command that is said to be one.
      const isSaid =
        ['enrolledOn', 'again'].includes(word) || (byApi.includes('the command line') && (await isCommand(word)));
      expect(isRoute || isSaid, word).toBe(true);
    }
    const byCommand = inCommands(refused('x.y', 'no', remedy));
    expect(Object.keys(byCommand)).not.toContain('remedy');
    const commands = quoted('message' in byCommand ? byCommand.message : '');
    expect(commands.length).toBeGreaterThan(0);
    for (const word of commands) expect(await isCommand(word), word).toBe(true);
  },
);

let world: ApiWorld;
beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => world.stop());

test('a problem and a verdict of a batch advise what a caller can do', async () => {
  await world.enroll({ enrollment: 'enr-1' });
  const token = await world.issuer.tokenOf('ada', 'harbor:administrator');
  const piece = { requirement: 'nothing-such', occurredOn: '2026-02-01', attestation: 'Did it; it is in the binder.' };
  const post = async (path: string, body: unknown) => {
    const headers = { 'idempotency-key': `remedy${path.replaceAll('/', '-')}` };
    return readJson(await world.ask('POST', path, { token, body, headers }));
  };
  const advised = 'use an id that `GET /frameworks/{id}/{version}` lists';
  const problem = await post('/enrollments/enr-1/evidence', piece);
  expect([problem.code, problem.detail.endsWith(advised)]).toEqual(['requirement.unknown', true]);
  const { verdicts } = await post('/enrollments/enr-1/evidence/batch', { pieces: [piece] });
  expect([verdicts[0].code, verdicts[0].message.endsWith(advised)]).toEqual(['requirement.unknown', true]);
});
