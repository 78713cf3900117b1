import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

/** Runs the repository's own rules over a tree made of these files. */
function cruise(files: Record<string, string>) {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-boundaries-'));
  folders.push(folder);
  for (const name of ['tsconfig.json', '.dependency-cruiser.json', 'package.json'])
    cpSync(join(root, name), join(folder, name));
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  const args = [join(root, 'node_modules/.bin/depcruise'), '--config', '.dependency-cruiser.json', 'functions'];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: folder, encoding: 'utf8' });
  return { status, stdout };
}

test.each([
  [
    'domain-is-pure',
    { 'functions/domain/a.ts': "import { readFileSync } from 'node:fs';\nexport const a = readFileSync;\n" },
  ],
  [
    'a-step-knows-domain-and-ports',
    {
      'functions/issue/issue.ts': "import { b } from '../adapters/aws/b.ts';\nexport const a = b;\n",
      'functions/adapters/aws/b.ts': 'export const b = 1;\n',
    },
  ],
  [
    'an-adapter-knows-no-other',
    {
      'functions/adapters/pdf/a.ts': "import { b } from '../aws/b.ts';\nexport const a = b;\n",
      'functions/adapters/aws/b.ts': 'export const b = 1;\n',
    },
  ],
])('a planted violation of %s is found', (rule, files) => {
  const { status, stdout } = cruise(files);
  expect(stdout).toContain(rule);
  expect(status).not.toBe(0);
});

test('a tree that keeps the rules passes', () => {
  const files = {
    'functions/domain/a.ts': 'export const a = 1;\n',
    'functions/issue/issue.ts': "import { a } from '../domain/a.ts';\nexport const b = a;\n",
  };
  expect(cruise(files)).toMatchObject({ status: 0 });
});
