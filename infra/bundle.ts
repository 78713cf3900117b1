import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type BuildOptions, buildSync, formatMessagesSync } from 'esbuild';

/** The functions: the steps of the workflow, and the API by which people reach it. */
export const stepNames = ['evaluate', 'issue', 'deliver', 'feedback', 'export', 'sweep', 'api'] as const;
export type StepName = (typeof stepNames)[number];

const root = join(import.meta.dirname, '..');

/** Folders, and single files, that a step reads; a bundle keeps them under the same paths. */
const stepFiles: Partial<Record<StepName, readonly string[]>> = {
  issue: ['templates/fonts', 'node_modules/harfbuzzjs/dist/harfbuzz.wasm'],
  export: ['functions/export/verify.mjs', 'templates/fonts', 'node_modules/harfbuzzjs/dist/harfbuzz.wasm'],
  api: ['templates/web'],
};

/** Modules that a step runs in threads of their own, by the name under which they lie beside it. */
const stepThreads: Partial<Record<StepName, Readonly<Record<string, string>>>> = {
  export: { 'chapter-worker.js': 'functions/export/chapter-worker.ts' },
};

/** What lies among the fonts for those who work on them. */
const isForPeople = (name: string) => name.endsWith('.md') || name.endsWith('.py');

/**
 * Bundles `functions/{step}/handler.ts` with its libraries and the AWS SDK into `{into}/{step}/index.js`, with its
 * threads and the files that it reads beside it, and returns that folder. On Lambda the folder is `LAMBDA_TASK_ROOT`. The same sources
 * give the same bytes, wherever the repository lies. A bundle that is up to date is not touched, and a changed file is
 * replaced in one go: whoever reads the folder meanwhile sees the old or the new one.
 *
 * @throws Error with esbuild's words where the step does not build, or builds with a warning.
 */
export function bundleStep(step: StepName, into = join(root, '.build')): string {
  const folder = join(into, step);
  const files = new Map([['index.js', bundle(`functions/${step}/handler.ts`)]]);
  for (const [name, entry] of Object.entries(stepThreads[step] ?? {})) files.set(name, bundle(entry));
  for (const path of (stepFiles[step] ?? []).flatMap(filesAt)) files.set(path, readFileSync(join(root, path)));
  for (const [path, bytes] of files) writeIfChanged(join(folder, path), bytes);
  for (const path of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
    if (!files.has(path) && statSync(join(folder, path)).isFile()) rmSync(join(folder, path));
  }
  return folder;
}

function filesAt(path: string): string[] {
  if (statSync(join(root, path)).isFile()) return [path];
  const names = readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isFile() && !isForPeople(entry.name))
    .map(({ name }) => name)
    .sort();
  return names.map((name) => join(path, name));
}

/** CommonJS, since Lambda starts it faster than ESM; minified, since what is read is paid for at every cold start. */
export const bundleOptions = {
  absWorkingDir: root,
  bundle: true,
  minify: true,
  platform: 'node',
  target: 'node24',
  format: 'cjs',
  // A quarter smaller: of ES modules what is not used is left out, of CommonJS ones it cannot be.
  mainFields: ['module', 'main'],
  alias: {
    'pdf-lib': './infra/bundled/pdf-lib.ts',
    '@pdf-lib/standard-fonts': './infra/bundled/standard-fonts.ts',
    pako: './infra/bundled/pako.ts',
    // The other entry looks for worker threads as it is loaded, which nobody asks it to use.
    fflate: './node_modules/fflate/esm/browser.js',
  },
  legalComments: 'none',
} satisfies BuildOptions;

function bundle(entry: string): Uint8Array {
  const { outputFiles, warnings } = buildSync({
    ...bundleOptions,
    entryPoints: [entry],
    outfile: 'index.js',
    write: false,
    logLevel: 'silent',
  });
  // Such as an `import.meta` that CommonJS does not have: it would be found out at the first cold start.
  if (warnings.length > 0) throw new Error(formatMessagesSync(warnings, { kind: 'warning' }).join('\n'));
  const [output] = outputFiles;
  if (!output) throw new Error(`${entry} gave no bundle`);
  return output.contents;
}

function writeIfChanged(path: string, bytes: Uint8Array): void {
  if (statSync(path, { throwIfNoEntry: false })?.size === bytes.length && readFileSync(path).equals(bytes)) return;
  mkdirSync(dirname(path), { recursive: true });
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, bytes);
  renameSync(fresh, path);
}
