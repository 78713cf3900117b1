import { type AssessInput, type AssessVerdict, assessEvidence, maxPieces } from '../acts/evidence.ts';
import { refused } from '../acts/refusal.ts';
import { piecesStanding } from '../domain/piece-standing.ts';
import { type Answer, done, refusal, usageFailure } from './answer.ts';
import {
  type ActorFlags,
  type AddCommand,
  actorFrom,
  addCommand,
  type Context,
  type EnrollmentFlags,
  enrollmentOf,
  withActor,
  withEnrollment,
} from './command.ts';
import { readAround } from './enrollment-around.ts';
import {
  answerForPiece,
  answerForPieces,
  nameUnknownFields,
  pieceName,
  readPieces,
  refuseFlags,
  requireFlags,
} from './pieces.ts';

type Flags = EnrollmentFlags &
  ActorFlags & {
    requirement?: string;
    evidence?: string;
    outcome?: string;
    note?: string;
    assessment?: string;
    file?: string;
    set?: string;
  };

const fileFields = ['requirement', 'evidence', 'outcome', 'note', 'assessment', 'assessor'];

/** `assess`: one piece, a whole skill set, or up to 500 pieces from a file. */
export const addAssess: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'assess',
    summary: "record an assessor's met or not met",
    examples: [
      'assess --program harbor --enrollment enr-1 --requirement engage-1 --evidence e001 --outcome met --as assessor-1',
      'assess --program harbor --enrollment enr-1 --set engage --outcome met --as assessor-1',
      'assess --program harbor --enrollment enr-1 --file assessments.json --as assessor-1',
    ],
    notes:
      '--set assesses every submitted piece of a skill set that nobody has assessed yet.\n' +
      'A file is an array of {requirement, evidence, outcome, note?, assessment?, assessor?}.',
    options: (command) =>
      withActor(
        withEnrollment(command)
          .option('--requirement <id>', 'what the evidence is for')
          .option('--evidence <id>', 'the piece; `evidence list` shows those that wait')
          .option('--outcome <outcome>', 'met or not-met')
          .option('--note <text>', 'what the assessor wants to keep beside it')
          .option('--assessment <id>', 'an id of your own: a repeat then changes nothing')
          .option('--set <id>', 'every piece of a skill set that waits')
          .option('--file <file>', 'several assessments; - reads standard input'),
        "the assessor, on the program's roster",
      ),
    run(context, flags) {
      if (flags.file !== undefined) return assessFile(context, flags, flags.file);
      if (flags.set !== undefined) return assessSet(context, flags, flags.set);
      return assessOne(context, flags);
    },
  });

async function assessOne(context: Context, flags: Flags): Promise<Answer> {
  requireFlags(flags, ['requirement', 'evidence', 'outcome'], '--set or --file');
  const assessor = actorFrom(flags, 'assessor', context.world).id;
  const { requirement = '', evidence = '', assessment } = flags;
  const input: AssessInput = {
    ...{ requirement, evidence, assessor, outcome: outcomeOf(flags) },
    ...noteOf(flags),
    ...(assessment !== undefined && { assessment }),
  };
  const [verdict] = await assessEvidence(context.connect().ports, enrollmentOf(flags), [input]);
  const text =
    verdict?.outcome === 'repeated'
      ? `${evidence}: that assessment was there already.`
      : `${evidence} is assessed ${outcomeOf(flags)}.`;
  return answerForPiece(verdict, text);
}

async function assessFile(context: Context, flags: Flags, file: string): Promise<Answer> {
  refuseFlags(flags, ['requirement', 'evidence', 'outcome', 'note', 'assessment', 'set'], '--file');
  const assessor = actorFrom(flags, 'assessor', context.world).id;
  const pieces = await readPieces(context, file, enrollmentOf(flags));
  // Whatever a file holds: the act checks every field.
  const inputs = pieces.map((piece) => ({ assessor, ...piece }) as unknown as AssessInput);
  const verdicts = await assessEvidence(context.connect().ports, enrollmentOf(flags), inputs);
  const named = verdicts.map((verdict, i) => {
    const described = nameUnknownFields(verdict, pieces[i] ?? {}, fileFields);
    return { piece: i + 1, evidence: pieceName(pieces[i]), ...described };
  });
  return answerForPieces(named, (i) => pieceName(pieces[i]));
}

async function assessSet(context: Context, flags: Flags, setId: string): Promise<Answer> {
  refuseFlags(flags, ['requirement', 'evidence', 'assessment'], '--set');
  requireFlags(flags, ['outcome'], '--file');
  const outcome = outcomeOf(flags);
  const assessor = actorFrom(flags, 'assessor', context.world).id;
  const { ports } = context.connect();
  const around = await readAround(ports.store, enrollmentOf(flags));
  if (around.outcome === 'refused') return refusal(around);
  const set = around.framework.skillSets.find(({ id }) => id === setId);
  if (!set) {
    const open = around.framework.skillSets.filter(({ sensitive }) => !sensitive).map(({ id }) => id);
    const known = open.join(', ');
    const more = open.length === around.framework.skillSets.length ? '' : '; `program show --sensitive` lists all';
    return refusal(refused('set.unknown', `--set: the framework has no skill set "${setId}"; it has ${known}${more}`));
  }
  const items = await ports.store.readEvidence(
    enrollmentOf(flags),
    set.skills.map((skill) => skill.id),
  );
  const waiting = piecesStanding(items, around).filter((piece) => piece.state === 'waiting');
  if (waiting.length === 0) return done([], `Nothing of ${setId} waits for an assessment.`);
  const inputs = waiting.map(({ requirement, evidence }) => ({
    requirement,
    evidence,
    assessor,
    outcome,
    ...noteOf(flags),
  }));
  const verdicts: AssessVerdict[] = [];
  for (let start = 0; start < inputs.length; start += maxPieces) {
    verdicts.push(...(await assessEvidence(ports, enrollmentOf(flags), inputs.slice(start, start + maxPieces))));
  }
  const named = verdicts.map((verdict, i) => ({ evidence: inputs[i]?.evidence, ...verdict }));
  return answerForPieces(named, (i) => inputs[i]?.evidence ?? '');
}

function outcomeOf({ outcome }: Flags): AssessInput['outcome'] {
  if (outcome === 'met' || outcome === 'not-met') return outcome;
  throw usageFailure('usage', `--outcome ${outcome}: neither met nor not-met; give one of the two`);
}

const noteOf = ({ note }: Flags) => (note === undefined ? {} : { note });
