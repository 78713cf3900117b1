import { type ExportJob, exportIdSchema, linkSeconds } from '../domain/export-job.ts';
import { scopeFacts, scopeSubject } from '../domain/export-scope.ts';
import type { AccessLog } from '../ports/access-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExportJobs } from '../ports/export-jobs.ts';
import type { ExportLinks } from '../ports/export-store.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { notePullRefused } from './note-pull-refused.ts';
import { type Refused, refused } from './refusal.ts';
import { type ExportCaller, mayExport } from './request-export.ts';

export type FetchExportPorts = {
  store: Pick<RecordStore, 'readProgram'>;
  exports: ExportJobs;
  links: ExportLinks;
  access: AccessLog;
  clock: Clock;
};

/** A job as people see it: everything but the address that was given, which stays where it is needed. */
export type ExportView = Omit<ExportJob, 'version' | 'leaseUntil' | 'notice' | 'bundle'> & {
  bundle?: Omit<NonNullable<ExportJob['bundle']>, 'key'>;
  notice?: 'wanted' | 'sending' | 'sent' | 'refused';
};

export function exportView({ version: _, leaseUntil: __, notice, bundle, ...job }: ExportJob): ExportView {
  const { key: ___, ...said } = bundle ?? {};
  return {
    ...job,
    ...(bundle && { bundle: said as NonNullable<ExportView['bundle']> }),
    ...(notice && { notice: notice.state }),
  };
}

/** How far a job has come. */
export async function readExport(
  { exports }: Pick<FetchExportPorts, 'exports'>,
  { program }: Pick<ExportCaller, 'program'>,
  exportId: string,
): Promise<ExportView | Refused> {
  const job = await findJob(exports, program, exportId);
  return 'code' in job ? job : exportView(job);
}

export type FetchedExport = { outcome: 'ready'; job: ExportView; link: string; seconds: number };

/**
 * An address from which a finished bundle can be fetched without signing in, for five minutes. Who got it is entered
 * into the access chain before it is given: a bundle is a read of all that it holds. So is who asked for one that is not
 * theirs, be it by their role or since it is none of their program's.
 */
export async function fetchExport(
  ports: FetchExportPorts,
  { program, actor }: ExportCaller,
  exportId: string,
): Promise<FetchedExport | Refused> {
  const job = mayExport.includes(actor.role)
    ? await findJob(ports.exports, program, exportId)
    : refused('export.role', 'role: an auditor or an administrator of the program fetches its bundles');
  if ('code' in job) {
    const asked = exportIdSchema.safeParse(exportId).data;
    await notePullRefused(ports, actor, program, job.code, asked === undefined ? {} : { export: asked });
    return job;
  }
  const { bundle, scope, unredacted } = job;
  if (!bundle) return refused('export.not-ready', `export: is ${job.state}; only what is done can be fetched`);
  const expired = refused('export.expired', 'export: its bundle was there for seven days; ask for another');
  if (bundle.expiresAt <= ports.clock.now()) return expired;
  const link = await ports.links.link(bundle.key, `${program}-${exportId}.zip`, linkSeconds);
  if (link === undefined) return expired;
  const facts = { export: exportId, unredacted, ...scopeFacts(scope) };
  await ports.access.append(program, { actor, action: 'export-fetched', subject: scopeSubject(scope, program), facts });
  return { outcome: 'ready', job: exportView(job), link, seconds: linkSeconds };
}

async function findJob(exports: ExportJobs, program: string, exportId: string): Promise<ExportJob | Refused> {
  const id = exportIdSchema.safeParse(exportId);
  const job = id.success ? await exports.read(program, id.data) : undefined;
  return job ?? refused('export.unknown', `export: program "${program}" has none of that id`);
}
