import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { encodePng } from '../../functions/adapters/pdf/images/encode-png.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { repository, run as runCli } from './cli-run.ts';
import { writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices, tableName } from './services-stack.ts';

let stack: ServicesStack;
let client: DynamoDBClient;
const folder = mkdtempSync(join(tmpdir(), 'journeypaper-branding-'));
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);

beforeAll(async () => {
  stack = await startServices();
  client = new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb));
});
afterAll(async () => {
  client.destroy();
  await stack.stop();
  rmSync(folder, { recursive: true, force: true });
});

const picture = encodePng({ width: 2, height: 1, colours: 1, samples: Uint8Array.of(0, 255) });
const logo = { file: 'logo.png', alt: 'A dot' };

/** Loads the harbor's program with this branding and these files beside it; `template` changes its template. */
function load(
  program: Record<string, unknown>,
  files: Record<string, Uint8Array> = {},
  template?: (classic: Record<string, Record<string, unknown>>) => unknown,
) {
  const place = mkdtempSync(join(folder, 'p-'));
  const args = writeHarbor(place, (documents) => Object.assign(documents.program, program));
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(place, file), bytes);
  if (!template) return run(...args, '--json');
  const classic = JSON.parse(readFileSync(join(repository, 'templates/certificate/classic.json'), 'utf8'));
  template(classic);
  mkdirSync(join(place, 'templates'));
  writeFileSync(join(place, 'templates/classic.json'), JSON.stringify(classic));
  return run(...args, '--json', '--templates', join(place, 'templates'));
}

describe('a program that cannot be loaded for its branding names the field and the remedy', () => {
  test.each([
    [
      'a picture that is not there',
      { branding: { logo } },
      {},
      'program branding.logo.file: logo.png is not there; put it beside the program’s file, or leave the picture out',
    ],
    [
      'a broken picture',
      { branding: { seal: logo } },
      { 'logo.png': picture.subarray(0, 40) },
      'program branding.seal.file: logo.png is cut short; save it again',
    ],
    [
      'something else under a picture’s name',
      { signatories: [{ name: 'Ada Sample', title: 'Director', signature: logo }] },
      { 'logo.png': new TextEncoder().encode('<svg/>') },
      'program signatories.0.signature.file: logo.png is neither a PNG nor a JPEG; save it as one of them',
    ],
    [
      'a picture too large a file',
      { branding: { logo } },
      { 'logo.png': new Uint8Array(300_001) },
      'program branding.logo.file: logo.png has 300001 bytes; save it smaller, with at most 300000',
    ],
    [
      'another picture than its hash names',
      { branding: { logo: { ...logo, sha256: 'a'.repeat(64) } } },
      { 'logo.png': picture },
      'program branding.logo.sha256: names another picture than logo.png holds; leave it out, and loading writes it',
    ],
    [
      'an unknown field',
      { branding: { crest: logo } },
      {},
      'program branding.crest: not a field; those known are logo, seal, colours',
    ],
    ['a picture without words', { branding: { logo: { file: 'logo.png' } } }, {}, 'program branding.logo.alt: '],
  ] as [string, Record<string, unknown>, Record<string, Uint8Array>, string][])(
    '%s',
    async (_, program, files, words) => {
      const ran = await load(program, files);
      expect(ran).toMatchObject({ exitCode: 2 });
      expect(ran.stderr).toContain(words);
      expect((await run('program', 'show', 'harbor')).exitCode).toBe(3);
    },
  );

  test('a template with an unknown field or placeholder', async () => {
    const unknown = await load({}, {}, (classic) => Object.assign(classic.words ?? {}, { subtitle: 'With honours' }));
    expect(unknown).toMatchObject({ exitCode: 2 });
    expect(unknown.stderr).toContain('template words.subtitle: not a field; those known are title, ');
    const mistyped = await load({}, {}, (classic) => Object.assign(classic.words ?? {}, { title: '{programme}' }));
    expect(mistyped.stderr).toBe(
      'template words.title: {programme} is not a placeholder; use {program}, {sponsor}, {achievement} or {date}\n',
    );
  });
});

describe('a program that is loaded', () => {
  const store = () => dynamoStore({ client, tableName });

  test('names its pictures by their hashes, and the table keeps them', async () => {
    expect(await load({ branding: { logo } }, { 'logo.png': picture })).toMatchObject({ exitCode: 0, stderr: '' });
    const stored = await store().readProgram('harbor');
    expect(stored?.program.branding?.logo).toEqual({ ...logo, sha256: sha256(picture) });
    expect(await store().readAsset('harbor', sha256(picture))).toEqual(picture);
  });

  test('with another picture under the same name is another version, and the first picture stays', async () => {
    const before = await store().readProgram('harbor');
    const other = encodePng({ width: 1, height: 1, colours: 1, samples: Uint8Array.of(9) });
    expect((await load({ branding: { logo } }, { 'logo.png': other })).exitCode).toBe(0);
    const after = await store().readProgram('harbor');
    expect(after?.hashes.program).not.toBe(before?.hashes.program);
    expect(await store().readAsset('harbor', sha256(picture))).toEqual(picture);
    expect(await store().readAsset('harbor', sha256(other))).toEqual(other);
  });

  test('in colours without contrast is warned of, and loaded all the same', async () => {
    const colours = { accent: '#c0c0c0' };
    const ran = await load({ branding: { colours } });
    const warning = 'program branding.colours.accent: its contrast with the paper is 1.77; make it 4.5 or more';
    expect(ran).toMatchObject({ exitCode: 0, stderr: `warning: ${warning}\n` });
    expect(ran.json()).toMatchObject({ outcome: 'loaded', warnings: [warning] });
    expect((await store().readProgram('harbor'))?.program.branding).toEqual({ colours });
  });

  test('whose transcript would be too long for a record is refused before anybody completes it', async () => {
    const place = mkdtempSync(join(folder, 'p-'));
    const args = writeHarbor(place, ({ program, framework }) => {
      Object.assign(program, {
        policy: { transcriptSkills: true },
        framework: { id: 'harbor-standards', version: '9' },
      });
      framework.version = '9';
      const skills = Array.from({ length: 300 }, (_, i) => ({
        id: `many-${i + 1}`,
        text: `${i} ${'word '.repeat(200)}`,
      }));
      framework.skillSets.push({ id: 'many', text: 'Many', skills });
    });
    const file = join(place, 'frameworks/harbor-standards.1.json');
    writeFileSync(file.replace('.1.json', '.9.json'), readFileSync(file));
    const ran = await run(...args);
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain('program policy.transcriptSkills: the transcript has 300');
  });
});
