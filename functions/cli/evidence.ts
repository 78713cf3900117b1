import type { Command } from 'commander';
import { maskFor } from '../domain/masking.ts';
import { type PieceStanding, piecesStanding } from '../domain/piece-standing.ts';
import { type Answer, done, refusal } from './answer.ts';
import {
  type ActorFlags,
  type AddCommand,
  addCommand,
  type Context,
  type SensitiveFlags,
  withActor,
  withSensitive,
} from './command.ts';
import { readAround } from './enrollment-around.ts';
import {
  type DismissFlags,
  dismissRefused,
  listRefused,
  listStrays,
  type RefusedFlags,
  replayRefused,
  strayProgram,
} from './evidence-refused.ts';
import { type Cell, table } from './page.ts';
import { putRaw, type RawFlags } from './put-raw.ts';
import { recordRead } from './reading.ts';

type ListFlags = SensitiveFlags & ActorFlags & { waiting?: true };

const withFilter = (command: Command) =>
  command
    .option('--enrollment <id>', 'of one enrollment only')
    .option('--evidence <id>', 'one piece, with its assessments')
    .option('--item <key>', 'one item by its whole sort key');

/** `evidence list | refused | strays | replay | dismiss | put-raw` */
export const addEvidence: AddCommand = (parent, session) => {
  const group = parent
    .command('evidence')
    .summary('list evidence, see what was refused, replay or dismiss it, put raw items')
    .description('Evidence as it stands in the table.');
  addCommand<ListFlags>(group, session, {
    name: 'list <program> <enrollment>',
    summary: 'list the pieces of an enrollment and where each stands, without their words',
    examples: ['evidence list harbor enr-1 --waiting'],
    options: (command) =>
      withActor(withSensitive(command), 'who looks').option('--waiting', 'only what waits for an assessment'),
    run: (context, flags, [program = '', enrollment = '']) => listEvidence(context, flags, { program, enrollment }),
  });
  addCommand<RefusedFlags>(group, session, {
    name: 'refused <program>',
    summary: "list a program's items that do not count, and why",
    examples: ['evidence refused harbor'],
    options: (command) =>
      withActor(withSensitive(withFilter(command)), 'who looks').option('--dismissed', 'what was dismissed too'),
    run: (context, flags, [program = '']) => listRefused(context, flags, program),
  });
  addCommand<RefusedFlags>(group, session, {
    name: 'strays',
    summary: 'list items whose key names no program and enrollment: nobody can judge them',
    examples: ['evidence strays'],
    options: (command) => withSensitive(command).option('--dismissed', 'what was dismissed too'),
    run: listStrays,
  });
  addCommand<RefusedFlags>(group, session, {
    name: 'replay <program>',
    summary: 'have refused items looked at again, once what was wrong is mended',
    examples: ['evidence replay harbor --enrollment enr-1'],
    options: withFilter,
    run: (context, flags, [program = '']) => replayRefused(context, flags, program),
  });
  addCommand<DismissFlags>(group, session, {
    name: 'dismiss <program>',
    summary: 'record that a refused item needs nothing more, or all of them, and why',
    examples: [
      'evidence dismiss harbor --enrollment enr-1 --evidence e001 --reason "sent by a test system" --as olga',
      `evidence dismiss ${strayProgram} --item 'harbor|EVIDENCE#engage-1#e1' --reason "mistyped key" --as olga`,
    ],
    notes:
      'Who says so, when and why is kept beside the item, which stays in the table. A new judgement of it asks again.',
    options: (command) =>
      withActor(withFilter(command), 'who dismisses')
        .option('--all', 'all that the other flags leave')
        .option('--yes', 'without asking, for scripts')
        .requiredOption('--reason <text>', 'why; name nobody in it'),
    run: (context, flags, [program = '']) => dismissRefused(context, flags, program),
  });
  addCommand<RawFlags>(group, session, {
    name: 'put-raw',
    summary: 'put an evidence item as another system would: unchecked, over whatever is there',
    examples: [
      'evidence put-raw --program harbor --enrollment enr-1 --requirement engage-1 --evidence e001 --item item.json',
      `evidence put-raw --pk 'harbor#EVIDENCE#enr-1' --sk 'EVIDENCE#engage-1' --item -`,
    ],
    notes:
      "The item's fields are those of data/schemas/evidence.1.json. Evaluate checks every rule; `evidence refused` shows what it set aside.",
    options: (command) =>
      command
        .requiredOption('--item <file>', 'the attributes, a JSON object; - reads standard input')
        .option('--program <id>', "of the item's key")
        .option('--enrollment <id>', "of the item's key")
        .option('--requirement <id>', "of the item's key")
        .option('--evidence <id>', "of the item's key")
        .option('--pk <key>', 'the partition key as it stands: {program}#EVIDENCE#{enrollment}')
        .option('--sk <key>', 'the sort key as it stands'),
    run: putRaw,
  });
};

async function listEvidence(
  context: Context,
  flags: ListFlags,
  ref: { program: string; enrollment: string },
): Promise<Answer> {
  const { store } = context.connect().ports;
  const around = await readAround(store, ref);
  if (around.outcome === 'refused') return refusal(around);
  await recordRead(context, flags, ref, { facts: { what: 'evidence', sensitive: flags.sensitive === true } });
  const all = piecesStanding(await store.readAllEvidence(ref), around);
  const pieces = flags.waiting ? all.filter((piece) => piece.state === 'waiting') : all;
  const mask = maskFor([around.framework], flags.sensitive === true);
  const json = pieces.map((piece) => ({ ...piece, requirement: mask.ids(piece.requirement) }));
  if (pieces.length === 0)
    return done(json, flags.waiting ? 'Nothing waits for an assessment.' : 'Nothing was submitted yet.');
  return done(json, table(context.page, json.map(pieceRow), 0));
}

const stateStyles = { waiting: 'yellow', met: 'green', 'not-met': 'red', withdrawn: 'dim', refused: 'red' } as const;

function pieceRow(piece: PieceStanding): Cell[] {
  const { requirement, evidence, state, occurredOn = '', submittedBy, assessor, reason } = piece;
  const by = [submittedBy && `by ${submittedBy}`, assessor && `assessed by ${assessor}`, reason].filter(Boolean);
  return [
    { text: requirement },
    { text: evidence },
    { text: occurredOn },
    { text: state.replace('-', ' '), style: stateStyles[state] },
    { text: by.join(', ') },
  ];
}
