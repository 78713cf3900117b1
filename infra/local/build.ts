import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, globSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from './local-error.ts';
import { tryLock } from './stack-lock.ts';
import type { Template } from './template/intrinsics.ts';

export const repositoryRoot = join(import.meta.dirname, '../..');

/** What a stack is made of, made from the sources as they are now. */
export interface Build {
  stackName: string;
  template: Template;
  /** What the template's asset paths are relative to. */
  assets: string;
  /** The services in one process, as plain JavaScript. */
  servicesHost: string;
  /** What runs in each function's process, as plain JavaScript. */
  bootstrap: string;
}

/** Everything that the template, the bundles and our own two scripts come from. */
const sources = [
  'package-lock.json',
  'cdk.json',
  'functions/**/*.{ts,json}',
  'templates/**/*',
  'infra/*.ts',
  'infra/{stacks,constructs}/**/*.ts',
  'infra/local/{build,local-error,services-host,synthesise}.ts',
  'infra/local/services/*.ts',
  'infra/local/runtime/bootstrap.ts',
];
const keptBuilds = 4;

/**
 * The CDK app synthesised, with its bundles: from `.build/local/{hash of the sources}` where they are there already, in some
 * milliseconds, else by running the app, in some seconds.
 *
 * @param onBuilding called when it has to be made
 * @throws LocalError `build-failed` with what the app said.
 */
export async function buildStack(onBuilding: () => void = () => undefined): Promise<Build> {
  const folder = join(repositoryRoot, '.build/local');
  const made = join(folder, hashSources());
  if (!existsSync(made)) {
    onBuilding();
    const lock = await waitForLock(join(folder, 'lock.db'));
    try {
      if (!existsSync(made)) await make(made);
    } finally {
      lock.release();
    }
    removeOldBuilds(folder);
  }
  return readBuild(made);
}

function hashSources(): string {
  const hash = createHash('sha256').update(process.version);
  for (const file of globSync(sources, { cwd: repositoryRoot }).sort()) {
    const path = join(repositoryRoot, file);
    if (statSync(path).isFile()) hash.update(file).update('\0').update(readFileSync(path)).update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

async function make(made: string): Promise<void> {
  const unfinished = `${made}.unfinished`;
  rmSync(unfinished, { recursive: true, force: true });
  await synthesise(unfinished);
  renameSync(unfinished, made);
}

async function synthesise(folder: string): Promise<void> {
  const { PATH = '', HOME = '', TMPDIR } = process.env;
  const command = [
    '--disable-warning=ExperimentalWarning',
    '--max-semi-space-size=4',
    'infra/local/synthesise.ts',
    folder,
  ];
  const child = spawn(process.execPath, command, {
    cwd: repositoryRoot,
    // Neither credentials nor a profile: the app needs no account. esbuild works for memory, and ends before the CDK begins.
    env: { PATH, HOME, ...(TMPDIR !== undefined && { TMPDIR }), GOGC: '50', ESBUILD_WORKER_THREADS: '0' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  const keep = (text: string) => {
    words = (words + text).slice(-4_000);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const stop = () => child.kill('SIGKILL');
  process.once('exit', stop);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  process.off('exit', stop);
  if (code !== 0) {
    throw new LocalError('build-failed', `The CDK app does not synthesise (npm run synth):\n${words.trim()}`);
  }
}

function readBuild(made: string): Build {
  const assets = join(made, 'assembly');
  const file = readdirSync(assets).find((name) => name.endsWith('.template.json'));
  if (!file) throw new LocalError('build-failed', `The CDK app left no template in ${assets}.`);
  return {
    stackName: file.replace('.template.json', ''),
    template: JSON.parse(readFileSync(join(assets, file), 'utf8')) as Template,
    assets,
    servicesHost: join(made, 'services-host.mjs'),
    bootstrap: join(made, 'bootstrap.mjs'),
  };
}

/** Another process may be making the same: its work is waited for and used. */
async function waitForLock(file: string): Promise<{ release(): void }> {
  for (;;) {
    const lock = tryLock(file);
    if (lock) return lock;
    await sleep(100);
  }
}

/** A running stack may still start processes from the build it began with: the last few stay. */
function removeOldBuilds(folder: string): void {
  const builds = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => ({ path: join(folder, name), at: statSync(join(folder, name)).mtimeMs }))
    .sort((a, b) => b.at - a.at);
  for (const { path } of builds.slice(keptBuilds)) rmSync(path, { recursive: true, force: true });
}
