import { createHash } from 'node:crypto';
import { createWriteStream, rmSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { type ExportView, exportView, fetchExport, readExport } from '../acts/fetch-export.ts';
import { requestExport } from '../acts/request-export.ts';
import { exportLanguages } from '../domain/export-job.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import { type Answer, done, refusal, usageFailure } from './answer.ts';
import { unknownProgram } from './audit-checkpoint.ts';
import { freeFile, givenBy, type WantedFlags, wantedOptions, withWanted } from './audit-export.ts';
import { jobsText, jobText } from './audit-exports-text.ts';
import { type ActorFlags, type AddCommand, actorFrom, addCommand, type Context, withActor } from './command.ts';
import { recordListing } from './reading.ts';

type RequestFlags = ActorFlags & WantedFlags & { email?: string; language?: string };

/** `audit exports request | list | show | fetch`: bundles that the deployment makes by itself. */
export const addAuditExports: AddCommand = (parent, session) => {
  const group = parent
    .command('exports')
    .summary('have bundles made by the deployment, see how far they are, and fetch them')
    .description(
      'Audit bundles that the deployment makes: for programs that are large, and for people without its keys.',
    );
  addCommand<RequestFlags>(group, session, {
    name: 'request',
    summary: 'ask for an audit bundle, which the deployment then makes and keeps for a week',
    examples: [
      'audit exports request --program harbor --as auditor-7',
      'audit exports request --program harbor --from 2026-01-01 --to 2026-03-31 --email audit@agency.example --as auditor-7',
    ],
    notes:
      'Every request is recorded. The email says that it is ready, or why it could not be made, and holds nothing else.',
    options: (command) =>
      withActor(withWanted(command), 'who asks for the bundle')
        .option('--email <address>', 'who is told when it is ready')
        .option('--language <code>', `of that email: ${exportLanguages.join(' or ')} (default: en)`),
    run: request,
  });
  addCommand<ActorFlags>(group, session, {
    name: 'list <program>',
    summary: 'list the bundles that were asked for, newest first',
    examples: ['audit exports list harbor'],
    options: (command) => withActor(command, 'who looks'),
    run: (context, flags, [program = '']) => list(context, flags, program),
  });
  addCommand<object>(group, session, {
    name: 'show <program> <export>',
    summary: 'show how far a bundle is, or what became of it',
    examples: ['audit exports show harbor 01JZX3V9D7'],
    run: (context, _, [program = '', id = '']) => show(context, program, id),
  });
  addCommand<ActorFlags & { out: string }>(group, session, {
    name: 'fetch <program> <export>',
    summary: 'save a finished bundle',
    examples: ['audit exports fetch harbor 01JZX3V9D7 --out harbor.zip --as auditor-7'],
    notes: 'Goes on record as a read of all that the bundle holds.',
    options: (command) =>
      withActor(command, 'who fetches it').requiredOption('--out <file>', 'the zip to write; it must not be there yet'),
    run: (context, flags, [program = '', id = '']) => fetchBundle(context, flags, program, id),
  });
};

async function request(context: Context, flags: RequestFlags): Promise<Answer> {
  const actor = actorFrom(flags, 'auditor', context.world);
  const { ports, exports, access } = context.connect();
  const { email: address, language } = flags;
  if (language !== undefined && address === undefined)
    throw usageFailure('usage', '--language: is that of the email; give --email too');
  const asked = await requestExport(
    { ...ports, exports, access },
    { program: flags.program, actor },
    {
      ...givenBy(flags),
      ...(address !== undefined && { notify: { address, ...(language !== undefined && { language }) } }),
    },
  );
  if (asked.outcome === 'refused')
    return refusal(asked, {
      ...wantedOptions,
      ...{ address: '--email', language: '--language' },
    });
  const { exportId } = asked.job;
  const words = `Asked for: ${exportId}. \`audit exports show ${flags.program} ${exportId}\` says how far it is.`;
  return done({ outcome: 'requested', ...exportView(asked.job) }, words);
}

async function list(context: Context, flags: ActorFlags, program: string): Promise<Answer> {
  const { ports, exports } = context.connect();
  const stored = await ports.store.readProgram(program);
  if (!stored) return unknownProgram(program);
  await recordListing(context, flags, program, { facts: { what: 'exports' } });
  const jobs: ExportView[] = [];
  let cursor: string | undefined;
  do {
    const page = await exports.list(program, cursor);
    jobs.push(...page.items.map(exportView));
    cursor = page.cursor;
  } while (cursor !== undefined);
  if (jobs.length === 0) return done([], 'No bundle was ever asked for.');
  return done(jobs, jobsText(context.page, jobs, stored.program.timeZone));
}

async function show(context: Context, program: string, id: string): Promise<Answer> {
  const { ports, exports } = context.connect();
  const stored = await ports.store.readProgram(program);
  if (!stored) return unknownProgram(program);
  const job = await readExport({ exports }, { program }, id);
  return 'code' in job ? refusal(job) : done(job, jobText(context.page, job, stored.program.timeZone));
}

async function fetchBundle(
  context: Context,
  flags: ActorFlags & { out: string },
  program: string,
  id: string,
): Promise<Answer> {
  const actor = actorFrom(flags, 'auditor', context.world);
  const out = freeFile(flags.out);
  const { ports, exports, exportLinks: links, access } = context.connect();
  const fetched = await fetchExport({ ...ports, exports, links, access }, { program, actor }, id);
  if (fetched.outcome === 'refused') return refusal(fetched);
  const { job, link } = fetched;
  const sha256 = await save(link, out);
  if (sha256 !== job.bundle?.sha256) {
    rmSync(out, { force: true });
    throw new AdapterError('export.altered', 'the bundle is not the one that was made: its hash differs', {
      retryable: false,
    });
  }
  const { fingerprint = '' } = job.bundle;
  const words = `Saved ${out}, for your account alone.\n\nKey ${context.page.paint('bold', fingerprint)}\nTell the auditor this fingerprint by another way than the bundle.`;
  return done({ outcome: 'fetched', file: out, sha256, fingerprint, exportId: id }, words);
}

/** As it comes: a bundle may be larger than memory. */
async function save(link: string, out: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    const answer = await fetch(link);
    if (!answer.ok || !answer.body) throw new Error(`status ${answer.status}`);
    await pipeline(
      answer.body,
      async function* (chunks: AsyncIterable<Uint8Array>) {
        for await (const chunk of chunks) {
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(out, { flags: 'wx', mode: 0o600 }),
    );
  } catch (cause) {
    rmSync(out, { force: true });
    throw new AdapterError('export.fetch', 'fetching the bundle broke off; try again', { retryable: true, cause });
  }
  return hash.digest('hex');
}
