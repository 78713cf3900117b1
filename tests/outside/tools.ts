import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'vitest';

/** veraPDF's jars, as Maven wrote their paths: see `verapdf/pom.xml`. */
export const veraPdfClasspath = join(import.meta.dirname, 'verapdf/target/classpath');

/** Tools that nobody here wrote: how to see that one is there, and what brings it. */
const tools = {
  qpdf: { found: () => starts('qpdf', '--version'), remedy: 'apt-get install qpdf' },
  poppler: {
    found: () => ['pdfinfo', 'pdftotext', 'pdftoppm', 'pdfsig', 'pdfdetach'].every((tool) => starts(tool, '-v')),
    remedy: 'apt-get install poppler-utils',
  },
  openssl: { found: () => starts('openssl', 'version'), remedy: 'apt-get install openssl' },
  chromium: { found: () => starts('chromium', '--version'), remedy: 'apt-get install chromium' },
  schemathesis: { found: () => starts('schemathesis', '--version'), remedy: 'pip install schemathesis' },
  veraPDF: {
    found: () => starts('java', '-version') && existsSync(veraPdfClasspath),
    remedy: 'with Java and Maven: mvn -q -B -f tests/outside/verapdf dependency:build-classpath',
  },
} as const;
export type ToolName = keyof typeof tools;

/** Set where every tool is installed: then one that is missing fails its tests instead of skipping them. */
const allTools = process.env.JOURNEYPAPER_ALL_TOOLS === '1';

const known = new Map<ToolName, boolean>();

export function isMissing(tool: ToolName): boolean {
  const found = known.get(tool) ?? tools[tool].found();
  known.set(tool, found);
  return !found;
}

/** Tests that need some tools. Without one of them their title says that they are skipped, and what would bring it. */
export function describeWith(names: readonly ToolName[], title: string, body: () => void): void {
  const missing = names.filter(isMissing);
  const why = missing.map((name) => `${name} is missing (${tools[name].remedy})`).join(', ');
  if (missing.length === 0) describe(title, body);
  else if (!allTools) describe.skip(`${title}, skipped: ${why}`, body);
  else {
    test(title, () => {
      throw new Error(`JOURNEYPAPER_ALL_TOOLS is set and ${why}`);
    });
  }
}

/** What a tool wrote and how it ended. Some of them report a fault and end with 0: look at both. */
export type Ran = { status: number | null; out: Buffer; text: string; err: string };

export function run(tool: string, args: readonly string[], input?: Uint8Array): Ran {
  const { status, stdout, stderr, error } = spawnSync(tool, args, {
    maxBuffer: 512 * 1024 * 1024,
    timeout: 120_000,
    ...(input && { input }),
  });
  if (error) throw new Error(`${tool} did not run: ${error.message}`);
  return { status, out: stdout, text: stdout.toString('utf8'), err: stderr.toString('utf8') };
}

function starts(tool: string, flag: string): boolean {
  return spawnSync(tool, [flag], { timeout: 30_000 }).error === undefined;
}
