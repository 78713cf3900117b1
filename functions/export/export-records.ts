import type { ExportRequest } from '../domain/export-request.ts';
import { type ExportScope, scopeFacts, scopeSubject } from '../domain/export-scope.ts';
import { civilDateOf } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { BundleSink } from '../ports/bundle-sink.ts';
import type { ExportPorts } from './export-ports.ts';
import { type Bundle, type Exported, openBundle, scopeHeads, writeCheckpoints } from './open-bundle.ts';
import { readAhead } from './read-ahead.ts';
import { readerLog } from './reader-log.ts';
import { putChapters } from './write-chapter.ts';
import { writeEnrollment } from './write-enrollment.ts';

/** Of one enrollment's own bundle, and of each in a bundle of many: the tables have every read. */
const readsShown = { alone: 500, amongMany: 20 };

/**
 * Writes the records of an audit into a bundle, enrollment by enrollment: everything up to the last checkpoint and
 * nothing after it. The pull itself is entered into the access chain first, and is in the bundle. Memory holds a few
 * enrollments and the heads of the program's chains.
 */
export async function exportRecords(
  ports: ExportPorts,
  request: ExportRequest,
  sink: BundleSink,
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<Exported> {
  const { program, scope, unredacted } = request;
  const stored = await ports.store.readProgram(program);
  if (!stored) throw new AdapterError('program.unknown', `there is no program ${program}`, { retryable: false });
  const last = await ports.checkpoints.latest(program);
  if (!last)
    throw new AdapterError('export.no-checkpoint', `program ${program} has no checkpoint yet; take one first`, {
      retryable: false,
    });
  const subject = scopeSubject(scope, program);
  const facts = {
    ...scopeFacts(scope),
    ...{ unredacted, checkpoint: last.checkpoint.number },
    ...(request.exportId !== undefined && { export: request.exportId }),
  };
  await ports.access.append(program, { actor: request.actor, action: 'export-made', subject, facts });
  const readers = readerLog(program, scope.kind === 'enrollment' ? readsShown.alone : readsShown.amongMany);
  const madeAt = ports.clock.now();
  const today = civilDateOf(madeAt, stored.program.timeZone);
  const bundle = openBundle(request, stored.program, last, sink, { readers, madeAt, today });
  await writeCheckpoints(ports, bundle, last);
  await writeAccess(ports, bundle, scope);
  const heads = scopeHeads(bundle, last, scope);
  let done = 0;
  for await (const read of readAhead(ports.store, program, heads)) {
    await writeEnrollment(ports, bundle, read);
    await bundle.text.flush();
    onProgress(++done, heads.length);
  }
  if (scope.kind === 'enrollment' && heads.length === 0) bundle.counts.tooNew = 1;
  await putChapters(bundle, 0);
  await bundle.text.flush(true);
  const { counts, findings, found } = bundle;
  return { counts, checkpoint: last.checkpoint, findings, found };
}

/** Who read these records, this very pull included. */
async function writeAccess(ports: ExportPorts, bundle: Bundle, scope: ExportScope): Promise<void> {
  const { program, id } = { program: bundle.request.program, id: scope.kind === 'enrollment' && scope.enrollment };
  for await (const entry of ports.access.list(program, '0000-01-01', ports.clock.now().slice(0, 10))) {
    if (id !== false && entry.subject !== id && entry.subject !== program) continue;
    bundle.text.line({ kind: 'access', entry });
    bundle.tables.access(entry);
    bundle.readers.add(entry);
    bundle.counts.access++;
    await bundle.text.flush();
  }
}
