import { existsSync, readFileSync, rmSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { Command } from 'commander';
import { documentIssue } from '../acts/document-issue.ts';
import { type Refused, refused } from '../acts/refusal.ts';
import { saveZip } from '../adapters/bundle/zip-file.ts';
import { zipSink } from '../adapters/bundle/zip-sink.ts';
import type { Actor } from '../domain/audit.ts';
import { type ExportRequest, exportRequestSchema } from '../domain/export-request.ts';
import type { ExportScope } from '../domain/export-scope.ts';
import { enrollmentIdSchema } from '../domain/ids.ts';
import type { Program } from '../domain/program.ts';
import { type BundleKey, bundleKeys } from '../export/bundle-keys.ts';
import { makeBundle } from '../export/make-bundle.ts';
import type { Exported } from '../export/open-bundle.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import { type Answer, refusal, usageFailure } from './answer.ts';
import { isDenied, sealedBy, sealNow, unknownProgram } from './audit-checkpoint.ts';
import { exportAnswer } from './audit-text.ts';
import { type ActorFlags, actorFrom, type Context } from './command.ts';
import type { Connection } from './connect.ts';
import { chaptersAside } from './engine.ts';
import { progressBar } from './progress-bar.ts';

/** What a bundle is to hold. */
export type WantedFlags = {
  program: string;
  preset?: string;
  enrollment?: string;
  from?: string;
  to?: string;
  sample?: string;
  seed?: string;
  unredacted?: true;
  summaries: boolean;
};
export type ExportFlags = ActorFlags & WantedFlags & { out: string };

export const withWanted = (command: Command): Command =>
  command
    .requiredOption('--program <id>', "the program's id")
    .option('--preset <name>', 'apprentice, completions or sample')
    .option('--enrollment <id>', 'one enrollment only')
    .option('--from <date>', "issued, or completed, on that day or later, in the program's time zone")
    .option('--to <date>', 'and on that day at the latest')
    .option('--sample <n>', 'so many enrollments, drawn by --seed')
    .option('--seed <text>', 'published before the sample is drawn, so that nobody chose the records')
    .option('--no-summaries', 'without the PDF of each enrollment')
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
  const { ports } = connection;
  const stored = await ports.store.readProgram(flags.program);
  // Of a program that does not exist there is no access chain to enter the refusal into.
  if (!stored) return unknownProgram(flags.program);
  const wanted = wantedOf(flags);
  if ('code' in wanted) {
    await noteRefusal(connection, actor, flags, wanted);
    return refusal(wanted, wantedOptions);
  }
  const unknown = await unknownEnrollment(connection, flags.program, wanted.scope);
  if (unknown) {
    await noteRefusal(connection, actor, flags, unknown);
    return refusal(unknown, wantedOptions);
  }
  const request: ExportRequest = { program: flags.program, actor, ...wanted };
  const fresh = await freshCheckpoint(connection, flags.program);
  const made = await saveBundle(context, connection, request, out);
  return exportAnswer(context.page, { ...made, program: stored.program, request, fresh });
}

/** Which option gave a field. */
export const wantedOptions = {
  preset: '--preset',
  enrollment: '--enrollment',
  from: '--from',
  to: '--to',
  size: '--sample',
  seed: '--seed',
};

/** What the flags say, as a request is written; nothing of it is checked yet. */
export function givenBy(flags: WantedFlags): Record<string, unknown> {
  const { preset, enrollment, from, to, sample, seed, unredacted = false, summaries } = flags;
  const size = sample === undefined ? undefined : Number(sample);
  const given = { preset, enrollment, from, to, size, seed, unredacted, summaries };
  return Object.fromEntries(Object.entries(given).filter(([, each]) => each !== undefined));
}

function wantedOf(flags: WantedFlags): Omit<ExportRequest, 'program' | 'actor'> | Refused {
  const parsed = exportRequestSchema.safeParse(givenBy(flags));
  return parsed.success ? parsed.data : refused('scope.invalid', documentIssue(parsed.error));
}

async function unknownEnrollment(
  { ports }: Connection,
  program: string,
  scope: ExportScope,
): Promise<Refused | undefined> {
  if (scope.kind !== 'enrollment') return undefined;
  if (await ports.store.readEnrollment({ program, enrollment: scope.enrollment })) return undefined;
  const message = `enrollment: there is no "${scope.enrollment}" in program "${program}"; a bundle holds one program's records`;
  return refused('enrollment.unknown', message);
}

/** A pull that was asked for and not given is on record too. */
async function noteRefusal({ access }: Connection, actor: Actor, flags: ExportFlags, { code }: Refused): Promise<void> {
  const subject = enrollmentIdSchema.safeParse(flags.enrollment).data ?? flags.program;
  const facts = { code, unredacted: flags.unredacted === true };
  await access.append(flags.program, { actor, action: 'export-refused', subject, facts });
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

/** The zip is written as the records are read, for this account alone, and taken away where that does not end well. */
async function saveBundle(
  { world }: Context,
  connection: Connection,
  request: ExportRequest,
  out: string,
): Promise<Exported & { out: string; bytes: number; key: BundleKey }> {
  const { ports, access, checkpoints, documents, ledgerSigner: signer } = connection;
  const { store, clock } = ports;
  const madeAt = clock.now();
  const { sink, output, fail } = zipSink(madeAt);
  const interrupted = () => {
    rmSync(out, { force: true });
    process.exit(130);
  };
  const bar = progressBar(world, 'enrollments');
  const key = await bundleKeys(connection);
  const chapters = await chaptersAside(world.root);
  const exportPorts = { store, clock, access, checkpoints, documents, signer, chapters };
  const seal = { keys: key.pem, verifier: readFileSync(verifier, 'utf8'), madeAt };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    const saved = saveZip(output, out);
    const made = sealedBy(connection, () => makeBundle(exportPorts, request, sink, seal, bar.at)).catch((error) => {
      fail(error);
      throw error;
    });
    // Where the file failed first, the bundle knows only that its reader went away.
    const [ended, file] = await Promise.allSettled([made, saved]);
    if (ended.status === 'rejected') {
      throw isUnwritable(ended.reason) && file.status === 'rejected' ? file.reason : ended.reason;
    }
    if (file.status === 'rejected') throw file.reason;
    return { ...ended.value, out, bytes: statSync(out).size, key };
  } catch (error) {
    if (isUnwritable(error)) throw usageFailure('input.file', `--out: ${error.message}`, error);
    throw error;
  } finally {
    bar.stop();
    process.off('SIGINT', interrupted);
    process.off('SIGTERM', interrupted);
  }
}

function isUnwritable(error: unknown): error is AdapterError {
  return error instanceof AdapterError && error.code === 'bundle.unwritable';
}
