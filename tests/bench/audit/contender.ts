import { generateKeyPairSync, sign } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { zipSink } from '../../../functions/adapters/bundle/zip-sink.ts';
import { chaptersAside } from '../../../functions/cli/engine.ts';
import { type Head, nextCheckpoint } from '../../../functions/domain/checkpoint.ts';
import type { ExportRequest } from '../../../functions/domain/export-request.ts';
import { exportRecords } from '../../../functions/export/export-records.ts';
import { sealBundle } from '../../../functions/export/seal-bundle.ts';
import type { Signer } from '../../../functions/ports/signer.ts';
import { benchProgram, recordsIn } from './stored-records.ts';

// One contender in a process of its own: `plain`, `bundle` or `records` (a bundle without summaries), the folder of the records, the folder to write to.

export type Outcome = {
  cpuMs: number;
  wallMs: number;
  peakMb: number;
  bytes: number;
  zipBytes?: number;
};

const now = '2026-03-02T16:00:00.000Z';

/** The same entries as JSON lines, and nothing else: what nobody could go below. */
async function plain(records: string, heads: readonly Head[], target: string): Promise<Partial<Outcome>> {
  const store = recordsIn(records);
  const out = createWriteStream(`${target}.ndjson`, { flags: 'wx' });
  for (const { chain } of heads) {
    const enrollment = chain.slice('enrollment/'.length);
    const record = await store.readRecord({ program: benchProgram.id, enrollment });
    const lines = (record?.ledger ?? []).map((entry) => `${JSON.stringify(entry)}\n`).join('');
    if (!out.write(lines)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
  return { bytes: out.bytesWritten };
}

async function bundle(
  kind: string,
  records: string,
  heads: readonly Head[],
  target: string,
): Promise<Partial<Outcome>> {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: Signer = {
    sign: async (content) => ({ keyId: 'key', signature: sign('sha256', content, privateKey).toString('base64') }),
    publicKey: async () => publicKey.export({ type: 'spki', format: 'der' }),
  };
  const { checkpoint } = nextCheckpoint(benchProgram.id, heads, now, undefined);
  const stored = { checkpoint, signature: { keyId: 'key', value: '' }, heads: [...heads] };
  const { sink, output } = zipSink(now);
  const written = pipeline(output, createWriteStream(`${target}.zip`, { flags: 'wx' }));
  const request: ExportRequest = {
    program: benchProgram.id,
    scope: { kind: 'program' },
    actor: { id: 'auditor', role: 'auditor' },
    unredacted: false,
    summaries: kind === 'bundle',
  };
  const { counts, found } = await exportRecords(
    {
      store: recordsIn(records),
      access: {
        append: async () => ({ seq: 1, hash: '', at: now }),
        async *list() {},
        async *heads() {},
      },
      checkpoints: {
        put: async () => 'exists',
        read: async () => stored,
        readSigned: async () => stored,
        latest: async () => stored,
      },
      documents: { get: async () => undefined },
      signer,
      clock: { now: () => now },
      chapters: await chaptersAside('.'),
    },
    request,
    sink,
  );
  if (found > 0 || counts.enrollments !== heads.length) throw new Error('the bundle does not hold what was stored');
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  await sealBundle(sink, request, checkpoint, counts, {
    signer,
    keys: { ledger: pem, signing: pem },
    verifier: readFileSync('functions/export/verify.mjs', 'utf8'),
    madeAt: now,
  });
  await written;
  const bytes = (await sink.files()).reduce((sum, file) => sum + file.bytes, 0);
  return { bytes, zipBytes: statSync(`${target}.zip`).size };
}

if (import.meta.main) {
  const [kind = '', records = '', target = ''] = process.argv.slice(2);
  const heads = JSON.parse(readFileSync(join(records, 'heads.json'), 'utf8')) as Head[];
  const started = { wall: performance.now(), cpu: process.cpuUsage() };
  const outcome = await (kind === 'plain' ? plain(records, heads, target) : bundle(kind, records, heads, target));
  const { user, system } = process.cpuUsage(started.cpu);
  const peakMb = process.resourceUsage().maxRSS / 1024;
  const wallMs = performance.now() - started.wall;
  process.stdout.write(`${JSON.stringify({ ...outcome, cpuMs: (user + system) / 1e3, wallMs, peakMb })}\n`);
}
