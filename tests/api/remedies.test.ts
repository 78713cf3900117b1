import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inApiWords } from '../../functions/api/remedies.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';

const functions = join(import.meta.dirname, '../../functions');
const read = (path: string) => readFileSync(join(functions, path), 'utf8');

/** The acts that files of a folder import, and those that these import. */
function actsOf(texts: readonly string[], known = new Set<string>()): Set<string> {
  const named = texts.flatMap((text) => [...text.matchAll(/from '(?:\.\.\/)*(?:\.\/)?(?:acts\/)?([\w-]+\.ts)'/g)]);
  const all = new Set(readdirSync(join(functions, 'acts')));
  const more = named.flatMap(([, file = '']) => (all.has(file) && !known.has(file) ? [file] : []));
  for (const file of more) known.add(file);
  return more.length === 0
    ? known
    : actsOf(
        more.map((file) => read(`acts/${file}`)),
        known,
      );
}

/** Every text of a source that holds something between backticks. */
const advice = (source: string) =>
  [...source.matchAll(/'[^'\n]*`[^'\n]*'|"[^"\n]*`[^"\n]*"|[^\n]*\\`[^\n]*/g)].map(([text]) =>
    text.replaceAll('\\`', '`'),
  );

/** As a route is written, or the one thing that is done on the command line alone and says so. */
const sound = /^(?:(?:GET|POST|PATCH) \/\S*|enrolledOn|program load)$/;

test('no act that a route of JSON calls sends its caller to the command line for what the API does', () => {
  const routes = readdirSync(join(functions, 'api/routes')).map((file) => read(`api/routes/${file}`));
  const files = [...actsOf(routes)].map((file) => `acts/${file}`);
  expect(files).toEqual(expect.arrayContaining(['acts/enroll.ts', 'acts/unknown-enrollment.ts', 'acts/evidence.ts']));
  const texts = [...files, 'domain/rules.ts'].flatMap((file) => advice(read(file)));
  expect(texts.length).toBeGreaterThan(10);
  const commands = texts.flatMap((text) =>
    [...inApiWords(text).matchAll(/`([a-z][^`$]*|[A-Z]+ \/[^`]*)`/g)].map(([, word = '']) => [text, word] as const),
  );
  expect(commands.filter(([, word]) => !sound.test(word))).toEqual([]);
});

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
