import { buildSync } from 'esbuild';
import { expect, test } from 'vitest';
import { bundleOptions } from '../../infra/bundle.ts';

/** The handler as it is deployed, and what is in it: kilobytes of each package, and of each folder of ours. */
function bundled() {
  const { metafile } = buildSync({
    ...bundleOptions,
    entryPoints: ['functions/api/handler.ts'],
    outfile: 'index.js',
    write: false,
    metafile: true,
  });
  const [output] = Object.values(metafile.outputs);
  if (!output) throw new Error('no bundle');
  const bytes = new Map<string, number>();
  for (const [path, { bytesInOutput }] of Object.entries(output.inputs)) {
    const [, name = ''] = /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path) ?? [];
    if (bytesInOutput > 0) bytes.set(name || path, (bytes.get(name || path) ?? 0) + bytesInOutput);
  }
  return { kilobytes: output.bytes / 1024, bytes };
}

test('the handler carries nothing that prints, and zod once without its locales', () => {
  const { kilobytes, bytes } = bundled();
  for (const absent of [
    'pdf-lib',
    'harfbuzzjs',
    'fflate',
    '@hono/zod-openapi',
    '@asteasolutions/zod-to-openapi',
    'yazl',
  ])
    expect(bytes.has(absent), absent).toBe(false);
  expect((bytes.get('zod') ?? 0) / 1024).toBeLessThan(130);
  // Each kilobyte is read at every cold start: measured 1,090, a sixth of it the clients of S3 and KMS, which run only
  // when a document or a certificate is first asked for. What is added on purpose raises this.
  expect(kilobytes).toBeLessThan(1_145);
});
