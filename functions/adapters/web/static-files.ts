import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { StaticFiles } from '../../ports/static-files.ts';

/** What is served, and as what: anything else in the folder (texts, notes) stays there. */
const types: Readonly<Record<string, string>> = {
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Reads `templates/web` under a root: the repository, or a bundle that has its copy at the same path. */
export function staticFiles(root: string): StaticFiles {
  const folder = join(root, 'templates/web');
  return new Map(
    readdirSync(folder)
      .sort()
      .flatMap((name) => {
        const type = types[extname(name)];
        if (type === undefined) return [];
        const bytes = new Uint8Array(readFileSync(join(folder, name)));
        return [[name, { bytes, type, hash: createHash('sha256').update(bytes).digest('hex') }] as const];
      }),
  );
}
