import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import { fetchExport } from '../../functions/acts/fetch-export.ts';
import { dynamoAccess } from '../../functions/adapters/aws/dynamo-access.ts';
import { dynamoExports } from '../../functions/adapters/aws/dynamo-exports.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { kmsSigner } from '../../functions/adapters/aws/kms-signer.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import type { ExportJob } from '../../functions/domain/export-job.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { instantOf } from '../../functions/domain/time.ts';
import { bundleKeys } from '../../functions/export/bundle-keys.ts';
import type { ExportLinks } from '../../functions/ports/export-store.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import { unzip } from '../support/unzip.ts';

/** A bundle that an auditor asks for: of a whole program, every third with a summary of each enrollment. */
export type Asked = { program: string; exportId: string; address: string; summaries: boolean };

/** The audit's side of a run: asks for bundles, and knows which. */
export type BundleDesk = {
  readonly asked: readonly Asked[];
  /** Asks for one more, until that is on record. */
  ask(): Promise<void>;
};

export const auditor: Actor = { id: 'auditor', role: 'auditor' };

export function bundleDesk(programs: readonly string[], request: (asked: Asked) => Promise<void>): BundleDesk {
  const asked: Asked[] = [];
  return {
    asked,
    async ask() {
      const number = asked.length + 1;
      const program = programs[number % programs.length] ?? '';
      const exportId = `bundle-${number}`;
      const one = { program, exportId, address: `${exportId}@agency.example`, summaries: number % 3 === 0 };
      asked.push(one);
      await request(one);
    },
  };
}

/** What became of one: its job, and what came by its link and was checked with what it holds itself. */
export type FoundBundle = Asked & {
  job?: ExportJob;
  /** `ready`, or the code by which it was refused. */
  fetched: string;
  hash?: string;
  verified?: { exitCode: number; said: string };
};

/** Fetches every bundle by its link, as the auditor would, and has each verify itself by the ledger's own key. */
export async function readBundles(
  stack: StackDescription,
  asked: readonly Asked[],
  nowMs: number,
): Promise<FoundBundle[]> {
  const systemClockOffset = nowMs - Date.now();
  const dynamodb = new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb));
  const s3 = new S3Client({ ...localClientConfig(stack.endpoints.s3), systemClockOffset, forcePathStyle: true });
  const kms = new KMSClient({ ...localClientConfig(stack.endpoints.kms), systemClockOffset });
  const table = { client: dynamodb, tableName: stack.tableName };
  const clock = { now: () => instantOf(Date.now() + systemClockOffset) };
  const ports = {
    store: dynamoStore(table),
    exports: dynamoExports(table),
    access: dynamoAccess({ ...table, clock }),
    links: linksAt(s3, stack.exportsBucket, nowMs),
    clock,
  };
  const signerOf = (keyId: string) => kmsSigner({ client: kms, keyId });
  try {
    const { fingerprint } = await bundleKeys({
      ledgerSigner: signerOf(stack.ledgerKeyId),
      signer: signerOf(stack.signingKeyId),
    });
    const found: FoundBundle[] = [];
    for (const each of asked) {
      const job = await ports.exports.read(each.program, each.exportId);
      const answer = await fetchExport(ports, { program: each.program, actor: auditor }, each.exportId);
      const known = { ...each, ...(job && { job }) };
      if (answer.outcome === 'refused') found.push({ ...known, fetched: answer.code });
      else {
        const given = await fetch(answer.link);
        const bytes = Buffer.from(await given.arrayBuffer());
        if (!given.ok) throw new Error(`${each.exportId}: its link answers ${given.status}`);
        const verified = await verifyItself(join(stack.dataFolder, 'bundles', each.exportId), bytes, fingerprint);
        found.push({ ...known, fetched: answer.outcome, hash: sha256(bytes), verified });
      }
    }
    return found;
  } finally {
    for (const client of [dynamodb, s3, kms]) client.destroy();
  }
}

/** The same addresses as the adapter's, dated by the stack's time, which is ahead of this process's. */
const linksAt = (client: S3Client, Bucket: string, nowMs: number): ExportLinks => ({
  link: (Key, _, expiresIn) =>
    getSignedUrl(client, new GetObjectCommand({ Bucket, Key }), { expiresIn, signingDate: new Date(nowMs) }),
});

const run = promisify(execFile);

async function verifyItself(folder: string, bytes: Buffer, fingerprint: string) {
  mkdirSync(folder, { recursive: true });
  try {
    writeFileSync(`${folder}.zip`, bytes);
    await unzip(`${folder}.zip`, folder);
    const { stdout } = await run(process.execPath, [join(folder, 'verify.mjs'), folder, '--key', fingerprint]);
    return { exitCode: 0, said: stdout.trim() };
  } catch (error) {
    const {
      code,
      stdout = '',
      stderr = '',
      message,
    } = error as Error & { [of in 'code' | 'stdout' | 'stderr']?: string };
    return { exitCode: Number(code ?? 1), said: `${stdout}${stderr}`.trim() || message };
  }
}
