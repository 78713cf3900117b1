import * as z from 'zod';
import type { Actor } from '../domain/audit.ts';
import { addressHash, type ExportJob, exportLanguages } from '../domain/export-job.ts';
import { exportRequestSchema } from '../domain/export-request.ts';
import { scopeFacts, scopeSubject } from '../domain/export-scope.ts';
import { enrollmentIdSchema, programIdSchema } from '../domain/ids.ts';
import { issueWords } from '../domain/issue-words.ts';
import { emailAddressSchema } from '../domain/person.ts';
import type { AccessLog } from '../ports/access-log.ts';
import type { Clock } from '../ports/clock.ts';
import type { ExportJobs } from '../ports/export-jobs.ts';
import type { Ids } from '../ports/ids.ts';
import type { MessageQueue } from '../ports/message-queue.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { type Refused, refused } from './refusal.ts';

export type RequestExportPorts = {
  store: Pick<RecordStore, 'readProgram' | 'readEnrollment'>;
  exports: ExportJobs;
  access: AccessLog;
  queue: MessageQueue;
  clock: Clock;
  ids: Ids;
};

/** Whose records, and who is told; the rest says what the bundle is to hold. */
export const exportErrandFields = () => ({
  /** The program whose records are wanted; the caller's own where it is left out. */
  program: programIdSchema.optional(),
  /** Who is to be told of the end, by email. */
  notify: z.strictObject({ address: emailAddressSchema, language: z.enum(exportLanguages).default('en') }).optional(),
});
const errandSchema = () => z.object(exportErrandFields());

/** `program`: whose records the caller may read. */
export type ExportCaller = { program: string; actor: Actor };
export type ExportRequestAnswer = { outcome: 'requested'; job: ExportJob };

export const mayExport: readonly Actor['role'][] = ['auditor', 'administrator'];

/**
 * Has a bundle made. The pull is entered into the access chain of who asks before anything else happens, and so is one
 * that is refused. `linkOf` gives the page from which the bundle will be fetched, for the email.
 */
export async function requestExport(
  ports: RequestExportPorts,
  { program, actor }: ExportCaller,
  input: unknown,
  linkOf: (exportId: string) => string | undefined = () => undefined,
): Promise<ExportRequestAnswer | Refused> {
  if (!(await ports.store.readProgram(program)))
    return refused('program.unknown', `program: there is no "${program}"`, { next: 'list-programs' });
  const checked = await check(ports, { program, actor }, input);
  if ('outcome' in checked) {
    const facts = { code: checked.code, unredacted: isUnredacted(input) };
    await ports.access.append(program, { actor, action: 'export-refused', subject: subjectIn(input, program), facts });
    return checked;
  }
  const { scope, unredacted, summaries, notify } = checked;
  const now = ports.clock.now();
  const exportId = ports.ids.id();
  const link = linkOf(exportId);
  const salt = ports.ids.salt();
  const job: ExportJob = {
    ...{ program, exportId, requestedBy: actor, requestedAt: now, scope, unredacted, summaries },
    ...{ state: 'queued', version: 1, changedAt: now, attempt: 0 },
    ...(notify && { notice: { state: 'wanted', salt, ...notify, ...(link !== undefined && { link }) } }),
  };
  const facts = {
    ...{ export: exportId, unredacted },
    ...scopeFacts(scope),
    ...(notify && { notify: addressHash(salt, notify.address) }),
  };
  await ports.access.append(program, {
    actor,
    action: 'export-requested',
    subject: scopeSubject(scope, program),
    facts,
  });
  // There already: a rerun of the same request, whose message may never have left.
  await ports.exports.add(job);
  await ports.queue.send({ type: 'export-requested', version: 1, program, exportId });
  return { outcome: 'requested', job };
}

type Wanted = z.output<typeof exportRequestSchema> & { notify?: z.output<ReturnType<typeof errandSchema>>['notify'] };

async function check(
  { store }: RequestExportPorts,
  { program, actor }: ExportCaller,
  input: unknown,
): Promise<Wanted | Refused> {
  const { program: asked, notify, ...rest } = typeof input === 'object' && input !== null ? (input as Given) : {};
  const errand = errandSchema().safeParse({ program: asked, notify });
  if (!errand.success) return invalid(errand.error);
  const wanted = exportRequestSchema.safeParse(rest);
  if (!wanted.success) return invalid(wanted.error);
  if (!mayExport.includes(actor.role))
    return refused('export.role', 'role: an auditor or an administrator of the program exports its records');
  if (errand.data.program !== undefined && errand.data.program !== program)
    return refused('export.other-program', `program: yours is "${program}"; a bundle holds one program's records`);
  const { scope } = wanted.data;
  if (scope.kind === 'enrollment' && !(await store.readEnrollment({ program, enrollment: scope.enrollment }))) {
    const message = `enrollment: there is no "${scope.enrollment}" in program "${program}"; a bundle holds one program's records`;
    return refused('enrollment.unknown', message);
  }
  return { ...wanted.data, ...(errand.data.notify && { notify: errand.data.notify }) };
}

type Given = { program?: unknown; notify?: unknown };

function invalid({ issues: [issue] }: z.ZodError): Refused {
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.at(-1);
  return refused(
    'export.invalid',
    `${String(unknown ?? 'export')}: ${issue ? issueWords(issue) : 'is not of its form'}`,
  );
}

/** The records of whom were asked for, as far as the words are ids: the chain holds nothing else. */
function subjectIn(input: unknown, program: string): string {
  const id = enrollmentIdSchema.optional().catch(undefined);
  const { data } = z.object({ program: programIdSchema.optional().catch(undefined), enrollment: id }).safeParse(input);
  return data?.enrollment ?? data?.program ?? program;
}

const isUnredacted = (input: unknown) => z.object({ unredacted: z.literal(true) }).safeParse(input).success;
