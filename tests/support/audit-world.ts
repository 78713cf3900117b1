import { execFile } from 'node:child_process';
import { generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { saveZip } from '../../functions/adapters/bundle/zip-file.ts';
import { zipSink } from '../../functions/adapters/bundle/zip-sink.ts';
import { pdfSummaryEngine } from '../../functions/adapters/pdf/summary-engine.ts';
import { typefaceFiles } from '../../functions/adapters/pdf/text/typeface-files.ts';
import { takeCheckpoint } from '../../functions/checkpoint/take-checkpoint.ts';
import {
  type Access,
  type AccessEntry,
  type AccessHead,
  accessChainOf,
  chainAccess,
  emptyAccessHead,
} from '../../functions/domain/access.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import { accessChainName } from '../../functions/domain/checkpoint.ts';
import type { ExportRequest } from '../../functions/domain/export-request.ts';
import type { Framework } from '../../functions/domain/framework.ts';
import { canonicalJson, sha256 } from '../../functions/domain/hash.ts';
import type { Policy } from '../../functions/domain/program.ts';
import { chapterWriter } from '../../functions/export/chapter.ts';
import type { ExportPorts } from '../../functions/export/export-ports.ts';
import { makeBundle } from '../../functions/export/make-bundle.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import type { AccessLog } from '../../functions/ports/access-log.ts';
import type { BundleFile } from '../../functions/ports/bundle-sink.ts';
import type { CheckpointStore, StoredCheckpoint } from '../../functions/ports/checkpoint-store.ts';
import type { Signer } from '../../functions/ports/signer.ts';
import { memoryStore, stepsWorld } from './steps-world.ts';
import { unzip } from './unzip.ts';

export const auditor: Actor = { id: 'auditor-1', role: 'auditor' };
const verifier = new URL('../../functions/export/verify.mjs', import.meta.url);
const run = promisify(execFile);

const root = join(import.meta.dirname, '../..');
/** Opening the fonts takes longer than a test's whole history. */
const chapters = chapterWriter(pdfSummaryEngine({ fonts: typefaceFiles(root) }));

/** An access log in memory, with the contract of the table's. */
export function memoryAccess(now: () => string): AccessLog & { entries: AccessEntry[] } {
  const heads = new Map<string, AccessHead & { chain: string; day: string }>();
  const entries: AccessEntry[] = [];
  return {
    entries,
    async append(program, access: Access) {
      const at = now();
      const of = accessChainOf(program, access.actor, at);
      const chain = accessChainName(of.actor, of.day);
      const { entry, head } = chainAccess(of, heads.get(chain) ?? emptyAccessHead(of), access, at);
      heads.set(chain, { ...head, chain, day: of.day });
      entries.push(entry);
      return head;
    },
    async *list() {
      yield* entries;
    },
    async *heads(_, from) {
      for (const { chain, day, seq, hash } of heads.values()) if (day >= from) yield { chain, seq, hash };
    },
  };
}

export function memoryCheckpoints(): CheckpointStore {
  const stored: StoredCheckpoint[] = [];
  return {
    async put(given) {
      if (stored[given.checkpoint.number - 1]) return 'exists';
      stored[given.checkpoint.number - 1] = structuredClone(given);
      return 'stored';
    },
    read: async (_, number) => stored[number - 1],
    readSigned: async (_, number) => stored[number - 1],
    latest: async () => stored.at(-1),
  };
}

export function keyPair() {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: Signer = {
    sign: async (content) => ({ keyId: 'key', signature: sign('sha256', content, privateKey).toString('base64') }),
    publicKey: async () => publicKey.export({ type: 'spki', format: 'der' }),
  };
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const isSignature = async (content: Uint8Array, signature: string) =>
    verify('sha256', content, publicKey, Buffer.from(signature, 'base64'));
  return { signer, pem, fingerprint: fingerprintOf(publicKey), isSignature };
}

const fingerprintOf = (key: KeyObject) => sha256(key.export({ type: 'spki', format: 'der' }));

/** The steps' world with real keys, checkpoints and exports: what happens is up to the test. */
export function auditWorld(policy: Partial<Policy> = {}, framework?: Framework) {
  const world = stepsWorld(memoryStore(), policy, framework);
  const { now } = world.ports.clock;
  const [ledger, signing] = [keyPair(), keyPair()];
  const access = memoryAccess(now);
  const checkpoints = memoryCheckpoints();
  const { store, clock, documents } = world.ports;
  const ports: ExportPorts = { store, clock, documents, access, checkpoints, signer: ledger.signer, chapters };
  return {
    ...world,
    access,
    checkpoints,
    exportPorts: ports,
    fingerprint: ledger.fingerprint,
    issue: () => issueCredential({ ...world.ports, signer: signing.signer }, world.issueRequest()),
    checkpoint: () => takeCheckpoint({ ...ports, store, journal: () => undefined }, 'harbor'),
    /** Writes a bundle into a folder. */
    async exportTo(folder: string, request: Partial<ExportRequest> = {}) {
      const { sink, output } = zipSink(now());
      const whole: ExportRequest = {
        program: 'harbor',
        scope: { kind: 'program' },
        actor: auditor,
        unredacted: false,
        ...request,
      };
      const seal = {
        keys: { ledger: ledger.pem, signing: signing.pem },
        verifier: readFileSync(verifier, 'utf8'),
        madeAt: now(),
      };
      const [{ counts }] = await Promise.all([makeBundle(ports, whole, sink, seal), saveZip(output, `${folder}.zip`)]);
      await unzip(`${folder}.zip`, folder);
      return counts;
    },
    /** Changes a file of a bundle and signs its manifest anew, as only the holder of the ledger's key could. */
    async forge(folder: string, path: string, content: string) {
      writeFileSync(join(folder, path), content);
      await signAnew(folder, (files) =>
        files.map((file) =>
          file.path === path ? { path, bytes: Buffer.byteLength(content), sha256: sha256(content) } : file,
        ),
      );
    },
    /** Takes a file out of a bundle and signs its manifest anew. */
    async forget(folder: string, path: string) {
      rmSync(join(folder, path));
      await signAnew(folder, (files) => files.filter((file) => file.path !== path));
    },
  };

  async function signAnew(folder: string, change: (files: BundleFile[]) => BundleFile[]): Promise<void> {
    const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
    const text = canonicalJson({ ...manifest, files: change(manifest.files) });
    const { signature } = await ledger.signer.sign(new TextEncoder().encode(text));
    writeFileSync(join(folder, 'manifest.json'), text);
    writeFileSync(join(folder, 'manifest.sig'), signature);
  }
}

/** Runs our copy of `verify.mjs`, not the bundle's. */
export async function verifyBundle(folder: string, ...args: string[]): Promise<{ exitCode: number; said: string }> {
  try {
    const { stdout } = await run(process.execPath, [verifier.pathname, folder, ...args]);
    return { exitCode: 0, said: stdout.trim() };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { exitCode: code, said: `${stdout}${stderr}`.trim() };
  }
}
