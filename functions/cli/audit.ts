import { addAssessorImpact } from './assessor-impact.ts';
import { showAccess } from './audit-access.ts';
import { checkpointNow } from './audit-checkpoint.ts';
import { type ExportFlags, exportBundle, withWanted } from './audit-export.ts';
import { addAuditExports } from './audit-exports.ts';
import { type ActorFlags, type AddCommand, addCommand, withActor } from './command.ts';

export type SpanFlags = { from?: string; to?: string };

/** `audit checkpoint | export | exports | access`: what a stranger can check, and who read what. */
export const addAudit: AddCommand = (parent, session) => {
  const group = parent
    .command('audit')
    .summary('seal the ledgers, export a bundle that a stranger can check, see who read what')
    .description('The ledgers, for those who need not trust us.');
  addCommand<object>(group, session, {
    name: 'checkpoint [program]',
    summary: 'fold every ledger into a signed checkpoint now, of one program or of all',
    examples: ['audit checkpoint', 'audit checkpoint harbor'],
    notes: 'Taken every six hours by itself. Where nothing has moved since the last one, that one stands.',
    run: (context, _, [program]) => checkpointNow(context, program),
  });
  addCommand<ExportFlags>(group, session, {
    name: 'export',
    summary: "write an audit bundle: an enrollment's records, a program's, those of a span, or a sample",
    examples: [
      'audit export --program harbor --enrollment enr-1 --out enr-1.zip',
      'audit export --program harbor --out harbor.zip',
      'audit export --program harbor --from 2026-01-01 --to 2026-03-31 --out quarter.zip --as auditor-7',
      'audit export --program harbor --preset completions --from 2026-01-01 --to 2026-03-31 --out completions.zip',
      'audit export --program harbor --preset sample --sample 25 --seed "lottery of 2 March" --out sample.zip',
    ],
    notes:
      'Presets: `apprentice` (--enrollment), one file; `completions` (--from, --to), with the 45-day notice; `sample`\n' +
      '(--sample, --seed), which anybody with the seed draws again. Without one, --from and --to mean credentials issued.\n' +
      'Holds everything up to a checkpoint that is taken first. `node verify.mjs FOLDER --key FINGERPRINT`, in the bundle,\n' +
      'checks it offline. What discloses something about health is redacted without --unredacted. Every pull is recorded.',
    options: (command) =>
      withActor(withWanted(command), 'who pulls the bundle').requiredOption(
        '--out <file>',
        'the zip to write; it must not be there yet',
      ),
    run: exportBundle,
  });
  addAuditExports(group, session);
  addCommand<ActorFlags & SpanFlags>(group, session, {
    name: 'access <program>',
    summary: "show who read a program's records, and whether that list is whole",
    examples: ['audit access harbor', 'audit access harbor --from 2026-03-01 --to 2026-03-31'],
    notes: 'Days are UTC. Looking at this list is a read too, and goes into it.',
    options: (command) =>
      withActor(command, 'who looks')
        .option('--from <date>', 'the first day; everything where it is missing')
        .option('--to <date>', 'the last day'),
    run: (context, flags, [program = '']) => showAccess(context, flags, program),
  });
  addAssessorImpact(group, session);
};
