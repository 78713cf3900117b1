import { restoreBackup } from '../acts/restore.ts';
import { type Answer, done, refusal } from './answer.ts';
import { openBackup, writeBackup } from './backup-folder.ts';
import { type ActorFlags, type AddCommand, actorFrom, addCommand, type Context, withActor } from './command.ts';
import { counted } from './page.ts';
import { recordListing } from './reading.ts';

/** `backup export | restore`: the whole table out, and back into an empty one. */
export const addBackup: AddCommand = (parent, session) => {
  const group = parent
    .command('backup')
    .summary('export the whole table to a folder, and restore it into an empty one')
    .description("The whole table, in the form of DynamoDB's own export to S3.");
  addCommand<ActorFlags>(group, session, {
    name: 'export <folder>',
    summary: 'write every item of the table into a new folder, for your account alone',
    examples: ['backup export backups/2026-03-02'],
    notes:
      'The folder holds names, addresses and evidence: keep it as you keep those. Documents stay in their bucket.\n' +
      'Goes on record, in every program, as a read of all that it holds.\n' +
      'On AWS prefer an export to a point in time, which costs the table nothing: infra/README.md says how.',
    options: (command) => withActor(command, 'who exports'),
    run: (context, flags, [folder = '']) => exportTable(context, flags, folder),
  });
  addCommand<ActorFlags>(group, session, {
    name: 'restore <folder>',
    summary: 'put an export into the empty table of a new stack',
    examples: ['backup restore backups/2026-03-02 --as olga'],
    notes:
      'Emails that were not settled at the time of the export may have gone out since: each is parked for a person, and\n' +
      '`parked list --because restored` shows them. Certificates that were being issued go on. May be repeated.\n' +
      'Evidence comes in before its enrollment and is refused as `enrollment.unknown` until sweep hands it back, within\n' +
      'five minutes.',
    options: (command) => withActor(command, 'who restores'),
    run: (context, flags, [folder = '']) => restoreTable(context, flags, folder),
  });
};

async function exportTable(context: Context, flags: ActorFlags, folder: string): Promise<Answer> {
  const { ports, archive } = context.connect();
  for (const { program } of await ports.store.listPrograms())
    await recordListing(context, flags, program.id, { facts: { what: 'backup' } });
  const takenAt = ports.clock.now();
  const items = await writeBackup(folder, takenAt, archive.items());
  return done({ outcome: 'exported', folder, takenAt, items }, `${counted(items, 'item')} of ${takenAt} in ${folder}.`);
}

async function restoreTable(context: Context, flags: ActorFlags, folder: string): Promise<Answer> {
  const actor = actorFrom(flags, 'operator', context.world);
  const backup = await openBackup(folder);
  const { ports, archive, inspection } = context.connect();
  const restored = await restoreBackup({ ...ports, archive, records: inspection.records }, actor, backup);
  if (restored.outcome === 'refused') return refusal(restored);
  const { items, enrollments, parked, pending, to } = restored;
  const lines = [
    `Restored to ${to}: ${counted(items, 'item')}, ${counted(enrollments, 'enrollment')}.`,
    parked === 0
      ? 'No email was under way.'
      : `${counted(parked, 'email')} may have gone out since: parked, not sent again.`,
    ...(pending === 0
      ? []
      : [`${counted(pending, 'certificate')} being issued; the email of each will be parked too.`]),
    'Next, in five minutes, when sweep has handed all evidence to evaluate: `doctor`, and',
    '`parked list --because restored`.',
  ];
  return done(restored, lines.join('\n'));
}
