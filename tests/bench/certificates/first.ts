import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { build } from 'esbuild';
import { bundleOptions } from '../../../infra/bundle.ts';
import { realCertificate } from '../../support/real-certificates.ts';
import { median } from '../row.ts';
import { nameFor } from './names.ts';

const root = join(import.meta.dirname, '../../..');

/** Entries that make one certificate and stop, bundled as the issue step's function is. */
const entries = {
  ours: `
    import { pdfCertificateEngine } from './functions/adapters/pdf/certificate-engine.ts';
    import { typefaceFiles } from './functions/adapters/pdf/text/typeface-files.ts';
    export const make = async (content, folder) => (await pdfCertificateEngine({ fonts: typefaceFiles(folder) }).render(content)).bytes;`,
  naive: `
    import { naiveCertificate, naiveFonts } from './tests/bench/certificates/naive.ts';
    export const make = (content, folder) => naiveCertificate(content, naiveFonts(folder + '/templates/fonts'));`,
};
export type FirstOf = keyof typeof entries;

/**
 * CPU milliseconds from the first line of a fresh process's script to its first certificate: loading the bundle,
 * reading and parsing fonts, everything; only Node's own start is left out. The median of so many processes each.
 */
export async function firstCertificates(rounds: number): Promise<Record<FirstOf, number>> {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-first-'));
  try {
    const content = realCertificate({ program: 'staten-island-peer-specialist', name: nameFor(1) });
    const given = { ...content, images: [...content.images].map(([hash, bytes]) => [hash, [...bytes]]) };
    writeFileSync(join(folder, 'content.json'), JSON.stringify(given));
    for (const path of ['templates/fonts', 'node_modules/harfbuzzjs/dist']) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      symlinkSync(join(root, path), join(folder, path));
    }
    const names = Object.keys(entries) as FirstOf[];
    for (const name of names) await bundle(name, join(folder, `${name}.cjs`));
    const times: Record<FirstOf, number[]> = { ours: [], naive: [] };
    for (let round = 0; round < rounds; round++) for (const name of names) times[name].push(cpuOf(folder, name));
    return { ours: median(times.ours), naive: median(times.naive) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bundle(name: FirstOf, outfile: string): Promise<void> {
  await build({
    stdin: { contents: entries[name], resolveDir: root, loader: 'ts' },
    outfile,
    ...bundleOptions,
    // The naive way asks of pdf-lib what our bundles leave out.
    alias: name === 'ours' ? bundleOptions.alias : {},
    logLevel: 'error',
  });
}

function cpuOf(folder: string, name: FirstOf): number {
  const script = `
    const { readFileSync } = require('node:fs');
    const given = JSON.parse(readFileSync('content.json', 'utf8'));
    const content = { ...given, images: new Map(given.images.map(([hash, bytes]) => [hash, Uint8Array.from(bytes)])) };
    const start = process.cpuUsage();
    require('./${name}.cjs').make(content, ${JSON.stringify(folder)}).then((bytes) => {
      const used = process.cpuUsage(start);
      if (Buffer.from(bytes.subarray(0, 5)).toString() !== '%PDF-') throw new Error('no PDF');
      process.stdout.write(String((used.user + used.system) / 1000));
    });`;
  return Number(execFileSync(process.execPath, ['-e', script], { cwd: folder, encoding: 'utf8' }));
}
