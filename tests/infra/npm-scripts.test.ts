import { spawnSync } from 'node:child_process';
import {
  closeSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };

/** Those that run a file of ours; the others are tools of others'. */
const ours = Object.entries(scripts).filter(([, command]) => command.startsWith('node '));

function run(command: string, args: string[], stdout: number | 'pipe' = 'pipe') {
  const given = command.split(' ').slice(1);
  const stdio = ['ignore', stdout, 'pipe'] as const;
  const {
    status,
    stdout: out,
    stderr,
  } = spawnSync(process.execPath, [...given, ...args], {
    ...{ cwd: root, encoding: 'utf8', stdio: [...stdio] },
  });
  return { status, out, err: stderr };
}

const filesHere = () => readdirSync(root).sort();
/** Linux has a device that is always full. */
const full = '/dev/full';
const trace = /^\s+at /m;

test('the scripts of ours are known', () => {
  const named = ['bench', 'chaos', 'cli', 'demo', 'gallery', 'load', 'local', 'pictures', 'printable'];
  expect(ours.map(([name]) => name).sort()).toEqual([...named, 'schemas', 'screenshots', 'simulate', 'synth']);
});

test('each begins with the check of Node, but for the benchmark, whose processes would inherit it', () => {
  const check = /^node --import \.\/infra\/right-node\.mjs /;
  expect(ours.filter(([, command]) => !check.test(command)).map(([name]) => name)).toEqual(['bench']);
});

test('a Node that is too old is named, with the remedy', () => {
  const older = "Object.defineProperty(process, 'versions', { value: { node: '20.20.2' } })";
  const check = ['--import', './infra/right-node.mjs', '--eval', '0'];
  const told = spawnSync(process.execPath, ['--import', `data:text/javascript,${older}`, ...check], { cwd: root });
  expect([told.status, String(told.stdout)]).toEqual([1, '']);
  expect(String(told.stderr)).toMatch(/^This is Node 20\.20\.2, .* Run npm ci, without --ignore-scripts .*\n$/);
  expect(spawnSync(process.execPath, check, { cwd: root })).toMatchObject({ status: 0 });
});

test('dependencies that are not installed are asked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-bare-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  mkdirSync(join(folder, 'infra'));
  copyFileSync(join(root, 'infra/right-node.mjs'), join(folder, 'infra/right-node.mjs'));
  const told = spawnSync(process.execPath, [join(folder, 'infra/right-node.mjs')]);
  expect([told.status, String(told.stderr)]).toEqual([1, 'The dependencies are not installed: run npm ci first.\n']);
});

describe.each(ours)('npm run %s', (name, command) => {
  test('tells its help and what is no option of it, and does nothing', { timeout: 60_000 }, () => {
    const before = filesHere();
    const helped = run(command, ['--help']);
    expect(helped).toMatchObject({ status: 0, err: '' });
    expect(helped.out).toContain(`npm run ${name}`);
    const refused = run(command, ['--nope']);
    expect(refused.status).toBe(2);
    expect(refused.err).toContain('--nope');
    expect(refused.err).not.toMatch(trace);
    expect(filesHere()).toEqual(before);
  });

  test.skipIf(!existsSync(full))('says in one sentence that its words cannot be written', { timeout: 60_000 }, () => {
    const output = openSync(full, 'w');
    const { status, err } = run(command, ['--help'], output);
    closeSync(output);
    expect(err).toBe('standard output: it cannot be written (ENOSPC); the answer is not whole\n');
    expect(status).toBe(name === 'cli' ? 4 : 1);
  });
});
