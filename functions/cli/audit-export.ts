import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import type { Command } from 'commander';
import { type Refused, refused } from '../acts/refusal.ts';
import { folderSink } from '../adapters/bundle/folder-sink.ts';
import { writeZip } from '../adapters/bundle/zip-folder.ts';
import type { ExportScope } from '../domain/export-scope.ts';
import { enrollmentIdSchema } from '../domain/ids.ts';
import type { Program } from '../domain/program.ts';
import { type BundleKey, bundleKeys } from '../export/bundle-keys.ts';
import { type Exported, type ExportRequest, exportRecords } from '../export/export-records.ts';
import { sealBundle } from '../export/seal-bundle.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import { type Answer, refusal, usageFailure } from './answer.ts';
import { wrongSpan } from './audit-access.ts';
import { isDenied, sealedBy, sealNow, unknownProgram } from './audit-checkpoint.ts';
import { exportAnswer } from './audit-text.ts';
import { type ActorFlags, actorFrom, type Context } from './command.ts';
import type { Connection } from './connect.ts';
import { progressBar } from './progress-bar.ts';

/** What a bundle is to hold. */
export type ScopeFlags = { program: string; enrollment?: string; from?: string; to?: string; unredacted?: true };
export type ExportFlags = ActorFlags & ScopeFlags & { out: string };

export const withScope = (command: Command): Command =>
  command
    .requiredOption('--program <id>', "the program's id")
    .option('--enrollment <id>', 'one enrollment only')
    .option('--from <date>', "credentials issued on that day or later, in the program's time zone")
    .option('--to <date>', 'and on that day at the latest')
    .option('--unredacted', 'sensitive requirements in the clear: goes on record as your choice');

/** What a bundle became: its file, and what it says. */
export type MadeBundle = Exported & {
  out: string;
  bytes: number;
  key: BundleKey;
  program: Program;
  request: ExportRequest;
  /** A checkpoint was taken for this pull, or the last one stands since nobody here may store one. */
  fresh: boolean;
};

const verifier = new URL('../export/verify.mjs', import.meta.url);

/** `audit export`: takes a checkpoint, writes everything up to it, and seals it for a stranger to check. */
export async function exportBundle(context: Context, flags: ExportFlags): Promise<Answer> {
  const actor = actorFrom(flags, 'auditor', context.world);
  const out = freeFile(flags.out);
  const connection = context.connect();
  const { ports, access } = connection;
  const stored = await ports.store.readProgram(flags.program);
  // Of a program that does not exist there is no access chain to enter the refusal into.
  if (!stored) return unknownProgram(flags.program);
  const scope = await scopeOf(connection, flags);
  if ('code' in scope) {
    const subject = enrollmentIdSchema.safeParse(flags.enrollment).data ?? flags.program;
    const facts = { code: scope.code, unredacted: flags.unredacted === true };
    await access.append(flags.program, { actor, action: 'export-refused', subject, facts });
    return refusal(scope, { enrollment: '--enrollment' });
  }
  const request: ExportRequest = { program: flags.program, scope, actor, unredacted: flags.unredacted === true };
  const fresh = await freshCheckpoint(connection, flags.program);
  const made = await makeBundle(context, connection, request, out);
  return exportAnswer(context.page, { ...made, program: stored.program, request, fresh });
}

async function scopeOf({ ports }: Connection, flags: ScopeFlags): Promise<ExportScope | Refused> {
  const scope = scopeInput(flags);
  if ('code' in scope || scope.kind !== 'enrollment') return scope;
  const { program } = flags;
  const { enrollment } = scope;
  if (await ports.store.readEnrollment({ program, enrollment })) return scope;
  const message = `enrollment: there is no "${enrollment}" in program "${program}"; a bundle holds one program's records`;
  return refused('enrollment.unknown', message);
}

/** The scope that the flags name, which need not exist. */
export function scopeInput({ enrollment, from, to }: ScopeFlags): ExportScope | Refused {
  if (enrollment !== undefined && (from !== undefined || to !== undefined))
    return refused('scope.invalid', '--enrollment: cannot stand beside --from and --to; leave one of them out');
  if (enrollment !== undefined) return { kind: 'enrollment', enrollment };
  if (from === undefined && to === undefined) return { kind: 'program' };
  const wrong = wrongSpan({ from: from ?? '', to: to ?? '' });
  return wrong ?? { kind: 'issued', from: from ?? '', to: to ?? '' };
}

/** @throws CliFailure `input.file`: it is there already, or its folder is not. */
export function freeFile(path: string): string {
  const out = resolve(path);
  if (existsSync(out)) throw usageFailure('input.file', `--out ${path}: exists already; give another name`);
  if (!statSync(dirname(out), { throwIfNoEntry: false })?.isDirectory())
    throw usageFailure('input.file', `--out ${path}: there is no folder ${dirname(path)}; make it first`);
  return out;
}

/** False: whoever calls may not store one, so that the last one stands. */
async function freshCheckpoint(connection: Connection, program: string): Promise<boolean> {
  try {
    await sealedBy(connection, () => sealNow(connection, program));
    return true;
  } catch (error) {
    const stands = error instanceof AdapterError && error.code === 'checkpoint.put' && isDenied(error);
    if (!stands) throw error;
    return false;
  }
}

/** Written beside the zip, for this account alone, and cleaned up however it ends. */
async function makeBundle(
  { world }: Context,
  connection: Connection,
  request: ExportRequest,
  out: string,
): Promise<Exported & { out: string; bytes: number; key: BundleKey }> {
  const { ports, access, checkpoints, documents, ledgerSigner: signer } = connection;
  const { store, clock } = ports;
  const folder = temporaryBeside(out);
  const clean = () => rmSync(folder, { recursive: true, force: true });
  const interrupted = () => {
    clean();
    process.exit(130);
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  const bar = progressBar(world, 'enrollments');
  try {
    const sink = folderSink(join(folder, 'bundle'));
    const key = await bundleKeys(connection);
    const exportPorts = { store, clock, access, checkpoints, documents, signer };
    const exported = await exportRecords(exportPorts, request, sink, bar.at);
    bar.stop();
    const madeAt = clock.now();
    const seal = { signer, keys: key.pem, verifier: readFileSync(verifier, 'utf8'), madeAt };
    await sealedBy(connection, () => sealBundle(sink, request, exported.checkpoint, exported.counts, seal));
    await writeZip(join(folder, 'bundle'), await sink.files(), madeAt, out);
    return { ...exported, out, bytes: statSync(out).size, key };
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'bundle.unwritable')
      throw usageFailure('input.file', `--out: ${error.message}`, error);
    throw error;
  } finally {
    bar.stop();
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
    clean();
  }
}

function temporaryBeside(out: string): string {
  try {
    return mkdtempSync(join(dirname(out), '.audit-'));
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usageFailure('input.file', `--out: ${dirname(out)} cannot be written (${code}); give another folder`, error);
  }
}
