/*
 * Makes everything that a local stack is made of:  node infra/local/synthesise.ts FOLDER
 *
 * FOLDER/assembly is the CDK app's cloud assembly, FOLDER/*.mjs are our own two scripts as plain JavaScript: they start in half
 * the time, and without the memory that reading TypeScript takes. A process of its own, since the CDK takes 400 MB of it.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { bundleStep, stepNames } from '../bundle.ts';

const folder = process.argv[2] ?? '';
const root = join(import.meta.dirname, '../..');

mkdirSync(folder, { recursive: true });
// On Lambda nothing above a bundle says that `.js` is ESM; here the repository would.
writeFileSync(join(folder, 'package.json'), '{ "type": "commonjs" }\n');
// One after the other, and all before the CDK is loaded: together they would take twice the memory.
const bundles = new Map(stepNames.map((step) => [step, bundleStep(step, join(folder, 'bundles'))]));
buildSync({
  absWorkingDir: root,
  entryPoints: { 'services-host': 'infra/local/services-host.ts', bootstrap: 'infra/local/runtime/bootstrap.ts' },
  outdir: folder,
  outExtension: { '.js': '.mjs' },
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // It is looked for at run time, with its version.
  external: ['fauxqs'],
  banner: {
    js: "import { createRequire as makeRequire } from 'node:module'; const require = makeRequire(import.meta.url);",
  },
  logLevel: 'error',
});

const { journeypaperApp } = await import('../app.ts');
const { Code } = await import('aws-cdk-lib/aws-lambda');
journeypaperApp({ outdir: join(folder, 'assembly'), code: (step) => Code.fromAsset(bundles.get(step) ?? '') }).synth();
