import {
  type FoundLetter,
  listDeadLetters,
  mostLetters,
  replayDeadLetters,
  type Standing,
  setDeadLettersAside,
} from '../acts/dead-letters.ts';
import { refused } from '../acts/refusal.ts';
import { type DeadLetterQueue, deadLetterQueues, type KeptLetter } from '../ports/dead-letters.ts';
import { ageOf } from './age.ts';
import { type Answer, done, refusal, usageFailure } from './answer.ts';
import { type ActorFlags, type AddCommand, actorFrom, addCommand, type Context, withActor } from './command.ts';
import { type ConfirmFlags, chosenId, confirmMany } from './confirm.ts';
import { type Cell, counted, heading, type Page, table } from './page.ts';

type SetAsideFlags = ConfirmFlags & ActorFlags & { reason: string };

const queuesHelp = `Queues: ${deadLetterQueues.join(', ')}. \`sweeps\` are the schedules' calls, \`stream\` the batches of evidence.
Never shows what a message says: it may hold addresses and evidence.`;

/** `dead-letters list | show | replay | set-aside`: what no step could take. */
export const addDeadLetters: AddCommand = (parent, session) => {
  const group = parent
    .command('dead-letters')
    .summary('list, show, replay and set aside what no step could take')
    .description('Messages that no step could take, with their ids and ages.');
  addCommand<{ setAside?: true }>(group, session, {
    name: 'list [queue]',
    summary: 'list what no step could take, by queue, and whether the record still waits for it',
    examples: ['dead-letters list', 'dead-letters list issue', 'dead-letters list feedback --set-aside'],
    notes: queuesHelp,
    options: (command) => command.option('--set-aside', 'what was set aside instead, by whom and why'),
    run: (context, flags, [queue]) =>
      listLetters(context, queue === undefined ? deadLetterQueues : [queueOf(queue)], flags),
  });
  addCommand<object>(group, session, {
    name: 'show <queue> <id>',
    summary: 'show one, and what to do about it',
    examples: ['dead-letters show issue 5b1c7f0e-0000-4000-8000-000000000000'],
    notes: queuesHelp,
    run: (context, _, [queue = '', id = '']) => showLetter(context, queueOf(queue), id),
  });
  addCommand<ConfirmFlags>(group, session, {
    name: 'replay <queue> [id]',
    summary: 'send one back to its queue, or all, once what was wrong is mended',
    examples: ['dead-letters replay issue 5b1c7f0e-0000-4000-8000-000000000000', 'dead-letters replay issue --all'],
    notes:
      'Every step may be repeated: nothing is issued or sent twice by it, and nothing that is parked is taken up. Who sends\n' +
      `a letter back is not recorded: the record decides what comes of it, as of its first sending.\n${queuesHelp}`,
    options: withAll,
    run: (context, flags, [queue = '', id]) => replayLetters(context, flags, queueOf(queue), id),
  });
  addCommand<SetAsideFlags>(group, session, {
    name: 'set-aside <queue> [id]',
    summary: 'take one out of the way, or all, with a reason; it is kept for three months',
    examples: ['dead-letters set-aside feedback --all --reason "events of a test account" --as olga'],
    notes: `Who did so, when and why is kept beside the message, in the bucket of failed batches.\n${queuesHelp}`,
    options: (command) =>
      withActor(withAll(command), 'who sets it aside').requiredOption('--reason <text>', 'why; name nobody in it'),
    run: (context, flags, [queue = '', id]) => setLettersAside(context, flags, queueOf(queue), id),
  });
};

const withAll: NonNullable<Parameters<typeof addCommand<ConfirmFlags>>[2]['options']> = (command) =>
  command.option('--all', 'all of the queue').option('--yes', 'without asking, for scripts');

function queueOf(name: string): DeadLetterQueue {
  const queue = deadLetterQueues.find((each) => each === name);
  if (queue) return queue;
  throw usageFailure('usage', `queue: there is no "${name}"; one of ${deadLetterQueues.join(', ')}`);
}

async function listLetters(
  context: Context,
  queues: readonly DeadLetterQueue[],
  flags: { setAside?: true },
): Promise<Answer> {
  const { ports, deadLetters } = context.connect();
  if (flags.setAside) {
    const kept = (await Promise.all(queues.map((queue) => deadLetters.listKept(queue)))).flat();
    return done(kept, kept.length === 0 ? 'Nothing was set aside.' : keptText(context.page, kept, ports.clock.now()));
  }
  const lists = await Promise.all(queues.map((queue) => listDeadLetters({ ...ports, deadLetters }, queue)));
  const letters = lists.flatMap((list) => list.letters);
  const more = queues.filter((_, i) => lists[i]?.more);
  const text =
    letters.length === 0 ? 'No dead letters.' : lettersText(context.page, queues, letters, ports.clock.now());
  const rest = more.map((queue) => `${queue}: more than ${mostLetters}; these are the first.`);
  return done(letters, [text, ...rest].join('\n'));
}

async function showLetter(context: Context, queue: DeadLetterQueue, id: string): Promise<Answer> {
  const { ports, deadLetters } = context.connect();
  const { letters } = await listDeadLetters({ ...ports, deadLetters }, queue, id);
  const [letter] = letters;
  if (!letter)
    return refusal(
      refused(
        'dead-letter.unknown',
        `id: no dead letter of ${queue} has "${id}"; \`dead-letters list ${queue}\` shows them`,
      ),
    );
  const rows = [
    ['Id', letter.id],
    ['Queue', letter.queue],
    ['About', aboutOf(letter)],
    ['First sent', `${letter.since} (${ageOf(letter.since, ports.clock.now())})`],
    ['Standing', standingSentence(letter)],
  ];
  const { words, command } = nextStep(letter);
  // Never cut: a command is there to be copied.
  const next = command === undefined ? words : `${words}:\n  ${command}`;
  return done(letter, `${table(context.page, rows, 0)}\n\n${heading(context.page, 'What can be done')}\n  ${next}`);
}

async function replayLetters(
  context: Context,
  flags: ConfirmFlags,
  queue: DeadLetterQueue,
  given: string | undefined,
): Promise<Answer> {
  const id = chosenId(given, flags);
  const { ports, deadLetters } = context.connect();
  const all = id === undefined ? await countLetters(context, queue) : 1;
  if (id === undefined && all > 0) {
    const stop = await confirmMany(context, flags, `${counted(all, 'dead letter')} would go back to ${queue}. Go on?`);
    if (stop) return stop;
  }
  const replayed = await replayDeadLetters({ ...ports, deadLetters }, queue, id);
  if (replayed.outcome === 'refused') return refusal(replayed);
  const { letters } = replayed;
  return done(
    replayed,
    letters === 0 ? 'No dead letters.' : `${counted(letters, 'dead letter')} sent back to ${queue}.`,
  );
}

async function setLettersAside(
  context: Context,
  flags: SetAsideFlags,
  queue: DeadLetterQueue,
  given: string | undefined,
): Promise<Answer> {
  const id = chosenId(given, flags);
  const actor = actorFrom(flags, 'operator', context.world);
  const { ports, deadLetters } = context.connect();
  const all = id === undefined ? await countLetters(context, queue) : 1;
  if (id === undefined && all > 0) {
    const stop = await confirmMany(
      context,
      flags,
      `${counted(all, 'dead letter')} of ${queue} would be set aside. Go on?`,
    );
    if (stop) return stop;
  }
  const set = await setDeadLettersAside({ ...ports, deadLetters }, actor, queue, id, flags.reason);
  if (set.outcome === 'refused') return refusal(set, { reason: '--reason' });
  const { letters } = set;
  return done(set, letters === 0 ? 'No dead letters.' : `${counted(letters, 'dead letter')} of ${queue} set aside.`);
}

async function countLetters(context: Context, queue: DeadLetterQueue): Promise<number> {
  let count = 0;
  await context.connect().deadLetters.visit(queue, mostLetters, () => {
    count++;
    return { outcome: 'left' };
  });
  return count;
}

function lettersText(
  page: Page,
  queues: readonly DeadLetterQueue[],
  letters: readonly FoundLetter[],
  now: string,
): string {
  const sections = queues.flatMap((queue) => {
    const own = letters.filter((letter) => letter.queue === queue);
    if (own.length === 0) return [];
    const rows = own.map((letter): Cell[] => [
      { text: letter.id },
      { text: ageOf(letter.since, now), align: 'right' },
      { text: standingWords[letter.standing], ...(letter.standing === 'owed' && { style: 'yellow' as const }) },
      { text: aboutOf(letter) },
    ]);
    return [`${heading(page, `${queue} (${own.length})`)}\n${table(page, rows)}`];
  });
  return sections.join('\n\n');
}

function keptText(page: Page, kept: readonly KeptLetter[], now: string): string {
  const rows = kept.map(({ queue, id, at, by, reason }): Cell[] => [
    { text: queue },
    { text: id },
    { text: ageOf(at, now), align: 'right' },
    { text: `by ${by}: ${reason}` },
  ]);
  return table(page, rows, 0);
}

const standingWords: Record<Standing, string> = { owed: 'still waits', over: 'over', unknown: '' };

function aboutOf({ type, ref, subject, fault }: FoundLetter): string {
  const where = ref ? [`${ref.program}/${ref.enrollment}`] : [];
  return [fault === undefined ? type : `unreadable (${fault})`, ...where, ...(subject ? [subject] : [])].join('  ');
}

function standingSentence({ standing }: FoundLetter): string {
  if (standing === 'owed') return 'the record still waits for what it asks';
  return standing === 'over' ? 'the record needs it no longer' : 'only its step can say';
}

function nextStep({ queue, id, fault, standing }: FoundLetter): { words: string; command?: string } {
  const aside = `dead-letters set-aside ${queue} ${id} --reason …`;
  if (fault !== undefined) return { words: 'No step of this version can take it', command: aside };
  if (queue === 'stream') return { words: 'Sweep hands it back within five minutes.' };
  if (queue === 'sweeps') return { words: 'The schedules have asked again since', command: aside };
  if (standing === 'over') return { words: 'Nothing waits for it any more', command: aside };
  return { words: 'Mend what the log of its step names, then', command: `dead-letters replay ${queue} ${id}` };
}
