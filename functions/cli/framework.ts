import { documentIssue } from '../acts/document-issue.ts';
import { moveToFramework, type SimulatedEnrollment, simulateFramework } from '../acts/framework-change.ts';
import { refused } from '../acts/refusal.ts';
import { type Framework, frameworkSchema } from '../domain/framework.ts';
import { diffFrameworks } from '../domain/framework-diff.ts';
import { maskFor } from '../domain/masking.ts';
import { type Answer, done, refusal, usageFailure } from './answer.ts';
import {
  type ActorFlags,
  type AddCommand,
  actorFrom,
  addCommand,
  type Context,
  type EnrollmentFlags,
  enrollmentOf,
  type SensitiveFlags,
  withActor,
  withEnrollment,
  withSensitive,
} from './command.ts';
import { diffText, type SimulationCounts, simulationText } from './framework-text.ts';
import { recordListing } from './reading.ts';

type SimulateFlags = SensitiveFlags & ActorFlags & { program: string };
type MoveFlags = EnrollmentFlags & ActorFlags & { to: string };

/** `framework diff | simulate | move` */
export const addFramework: AddCommand = (parent, session) => {
  const group = parent
    .command('framework')
    .summary('compare versions of a framework, try one out on people, and move an enrollment to one')
    .description('Versions of a framework, and what they mean for the people in it.');
  addCommand<SensitiveFlags>(group, session, {
    name: 'diff <old> <new>',
    summary: 'show what a new version of a framework asks for that the old one did not',
    examples: ['framework diff data/frameworks/harbor.1.json data/frameworks/harbor.2.json'],
    notes: 'Requirements are the same where their ids are. Sensitive ones are hidden without --sensitive.',
    options: withSensitive,
    run: (context, flags, [before = '', after = '']) => diff(context, flags, before, after),
  });
  addCommand<SimulateFlags>(group, session, {
    name: 'simulate <new>',
    summary: 'show who would newly complete under a version, who no longer, and what each would miss',
    examples: ['framework simulate data/frameworks/harbor.2.json --program harbor'],
    notes:
      'Judged by the evidence that the table holds now. Writes nothing but that you looked; the version need not be loaded.',
    options: (command) =>
      withActor(withSensitive(command.requiredOption('--program <id>', "the program's id")), 'who looks'),
    run: (context, flags, [file = '']) => simulate(context, flags, file),
  });
  addCommand<MoveFlags>(group, session, {
    name: 'move',
    summary: 'move one enrollment to another version of its framework',
    examples: ['framework move --program harbor --enrollment enr-1 --to data/frameworks/harbor.2.json'],
    notes:
      'Evidence is carried over by requirement id. `program load` publishes a version; who has completed\n' +
      'stays with the version that their certificate names.',
    options: (command) =>
      withActor(
        withEnrollment(command).requiredOption('--to <file>', "the version's file"),
        'the administrator who moves it',
      ),
    run: move,
  });
};

async function diff(context: Context, { sensitive }: SensitiveFlags, old: string, now: string): Promise<Answer> {
  const before = await readFramework(context, old, 'old');
  const after = await readFramework(context, now, 'new');
  const changes = diffFrameworks(before, after);
  const mask = maskFor([before, after], sensitive === true);
  const nameOf = ({ id, version }: Framework) => ({ id, version });
  const json = { from: nameOf(before), to: nameOf(after), changes: mask.json(changes) };
  return done(json, diffText(context.page, before, after, changes, mask));
}

async function simulate(context: Context, flags: SimulateFlags, file: string): Promise<Answer> {
  const { program: id, sensitive } = flags;
  const next = await readFramework(context, file, 'new');
  const { ports } = context.connect();
  const stored = await ports.store.readProgram(id);
  if (!stored) return refusal(refused('program.unknown', `program: there is no "${id}"; \`program list\` shows them`));
  const { framework } = stored.program;
  if (framework.id !== next.id)
    return refusal(refused('framework.other', `new: is a version of ${next.id}; "${id}" follows ${framework.id}`));
  const facts = { what: 'simulation', version: next.version, sensitive: sensitive === true };
  await recordListing(context, flags, id, { facts });
  const affected: SimulatedEnrollment[] = [];
  const counts: SimulationCounts = { enrollments: 0, completes: 0, 'falls-short': 0, none: 0 };
  for await (const one of simulateFramework(ports, id, next)) {
    counts.enrollments++;
    counts[one.effect]++;
    if (one.effect !== 'none') affected.push(one);
  }
  // What an older version calls sensitive is hidden too.
  const current = await ports.store.readFramework({ ...framework, hash: stored.frameworkHash });
  const mask = maskFor([next, ...(current ? [current] : [])], sensitive === true);
  const title = `${stored.program.name} under ${next.id} ${next.version}`;
  const json = {
    program: id,
    framework: { id: next.id, version: next.version },
    counts,
    affected: affected.map((one) => ({ ...one, after: { ...one.after, missing: mask.json(one.after.missing) } })),
  };
  return done(json, simulationText(context.page, title, next, affected, counts, mask));
}

async function move(context: Context, flags: MoveFlags): Promise<Answer> {
  const actor = actorFrom(flags, 'administrator', context.world);
  const next = await readFramework(context, flags.to, '--to');
  const moved = await moveToFramework(context.connect().ports, actor, enrollmentOf(flags), next);
  if (moved.outcome === 'refused') return refusal(moved, { framework: '--to' });
  const { id, version } = next;
  const text = `${flags.enrollment} follows ${id} ${version}; the whole record is being looked at, and \`status\` shows it.`;
  return done({ ...moved, enrollment: flags.enrollment, framework: { id, version } }, text);
}

async function readFramework(context: Context, file: string, flag: string): Promise<Framework> {
  const parsed = frameworkSchema.safeParse(await context.readJson(file, flag));
  if (parsed.success) return parsed.data;
  throw usageFailure('framework.invalid', `${flag} ${file}: ${documentIssue(parsed.error)}; mend the file`);
}
