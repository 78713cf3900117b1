import { type Command, Option } from 'commander';
import { type FoundParked, listParked, type ParkedFilter } from '../acts/list-parked.ts';
import { type Parked, parkedIdOf, parkedReasonOf, replayParked, setAsideOf, setParkedAside } from '../acts/parked.ts';
import { type Refused, refused } from '../acts/refusal.ts';
import { refuseUnknownEnrollment } from '../acts/unknown-enrollment.ts';
import { type Answer, done, refusal, usageFailure } from './answer.ts';
import { type ActorFlags, type AddCommand, actorFrom, addCommand, type Context, withActor } from './command.ts';
import { type ConfirmFlags, chosenId, confirmMany } from './confirm.ts';
import { exitCodeOfAll } from './exit-codes.ts';
import { counted } from './page.ts';
import { parkedDetail, parkedText } from './parked-text.ts';
import { recordListing, recordRead } from './reading.ts';

type FilterFlags = { kind?: Parked['kind']; because?: string };
type ListFlags = FilterFlags & { setAside?: true };
type ReplayFlags = FilterFlags & ConfirmFlags & ActorFlags & { email?: string };
type SetAsideFlags = FilterFlags & ConfirmFlags & ActorFlags & { reason: string };

/** `parked list | show | replay | set-aside`: credentials and emails that wait for a person. */
export const addParked: AddCommand = (parent, session) => {
  const group = parent
    .command('parked')
    .summary('list, show, replay and set aside credentials and emails that wait for a person')
    .description('Credentials and emails that no further try would help: a person decides.');
  addCommand<ListFlags & ActorFlags>(group, session, {
    name: 'list [program] [enrollment]',
    summary: 'list what is parked, since when and why',
    examples: ['parked list', 'parked list harbor --kind email', 'parked list harbor --because restored'],
    options: (command) => withActor(withFilter(command), 'who looks').option('--set-aside', 'what was set aside too'),
    run: (context, flags, [program, enrollment]) => listAll(context, flags, filterOf(flags, program, enrollment)),
  });
  addCommand<ActorFlags>(group, session, {
    name: 'show <program> <enrollment> <id>',
    summary: 'show one, what led to it, and what can be done',
    examples: ['parked show harbor enr-1 01JZX3V9D7'],
    options: (command) => withActor(command, 'who looks'),
    run: (context, flags, [program = '', enrollment = '', id = '']) =>
      showOne(context, flags, { program, enrollment }, id),
  });
  addCommand<ReplayFlags>(group, session, {
    name: 'replay <program> [enrollment] [id]',
    summary: 'have one issued or sent after all, or all that is parked, once the reason is mended',
    examples: [
      'parked replay harbor enr-1 01JZX3V9D7 --as olga',
      'parked replay harbor enr-1 dlv-01JZX3V9D7 --email zoe@apprentice.example --as olga',
      'parked replay harbor --all --because throttled --as olga',
    ],
    notes: 'Recorded in the ledger, with who did so. A replayed email is sent again, even where it once went out.',
    options: (command) =>
      withActor(
        withAll(withFilter(command)).option('--email <address>', "the apprentice's address from now on"),
        'who has it replayed',
      ),
    run: (context, flags, [program = '', enrollment, id]) => replay(context, flags, { program, enrollment, id }),
  });
  addCommand<SetAsideFlags>(group, session, {
    name: 'set-aside <program> [enrollment] [id]',
    summary: 'record that one needs nothing more, or all that is parked, and why',
    examples: ['parked set-aside harbor enr-1 dlv-01JZX3V9D7 --reason "handed over on paper" --as olga'],
    notes:
      'It stays parked, so that nothing is issued or sent; the ledger says who set it aside. A replay takes it up again. An email that was called unwanted can be set aside by its id too.',
    options: (command) =>
      withActor(withAll(withFilter(command)), 'who sets it aside').requiredOption(
        '--reason <text>',
        'one line that says why; name nobody in it',
      ),
    run: (context, flags, [program = '', enrollment, id]) => setAside(context, flags, { program, enrollment, id }),
  });
};

const withFilter = (command: Command) =>
  command
    .addOption(new Option('--kind <kind>', 'one kind only').choices(['credential', 'email']))
    .option('--because <words>', 'only those whose reason has these words');
const withAll = (command: Command) =>
  command.option('--all', 'all that is parked').option('--yes', 'without asking, for scripts');

function filterOf(flags: FilterFlags, program?: string, enrollment?: string): ParkedFilter {
  const { kind, because } = flags;
  return {
    ...(program !== undefined && { program }),
    ...(enrollment !== undefined && { enrollment }),
    ...(kind !== undefined && { kind }),
    ...(because !== undefined && { because }),
  };
}

async function listAll(context: Context, flags: ListFlags & ActorFlags, filter: ParkedFilter): Promise<Answer> {
  const { ports } = context.connect();
  const found = await collected(listParked(ports, { ...filter, withSetAside: flags.setAside === true }));
  const { program, enrollment } = filter;
  // A mistyped id must not pass for a clean bill.
  if (found.length === 0 && program !== undefined) {
    const known =
      enrollment === undefined ? ports.store.readProgram(program) : ports.store.readEnrollment({ program, enrollment });
    if (!(await known))
      return refusal(await refuseUnknownEnrollment(ports.store, { program, enrollment: enrollment ?? '' }));
  }
  const programs = program === undefined ? new Set(found.map(({ ref }) => ref.program)) : [program];
  for (const each of programs) await recordListing(context, flags, each, { facts: { what: 'parked' } });
  const json = found.map(parkedJson);
  return done(json, found.length === 0 ? 'Nothing is parked.' : parkedText(context.page, found, ports.clock.now()));
}

async function showOne(
  context: Context,
  flags: ActorFlags,
  ref: { program: string; enrollment: string },
  id: string,
): Promise<Answer> {
  const { ports } = context.connect();
  const found = await collected(listParked(ports, { ...ref, withSetAside: true }));
  const one = found.find(({ parked }) => parkedIdOf(parked) === id);
  if (!one)
    return refusal(
      refused('parked.unknown', `id: nothing of "${id}" is parked in this enrollment; \`parked list\` shows what is`),
    );
  await recordRead(context, flags, ref, { facts: { what: 'parked', id } });
  const record = await ports.store.readRecord(ref);
  const facts = (record?.ledger ?? []).filter(({ subject }) => subject === id);
  const history = facts.map(({ at, action, actor }) => ({ at, action, by: actor.id }));
  return done({ ...parkedJson(one), history }, parkedDetail(context.page, one, facts, ports.clock.now()));
}

type Place = { program: string; enrollment: string | undefined; id: string | undefined };

async function replay(context: Context, flags: ReplayFlags, place: Place): Promise<Answer> {
  if (flags.all && flags.email !== undefined)
    throw usageFailure('usage', "--email: cannot stand beside --all; an address is one apprentice's");
  const actor = actorFrom(flags, 'operator', context.world);
  const email = flags.email === undefined ? {} : { email: flags.email };
  const words = { ask: 'would be issued or sent after all', done: 'on its way; `status` shows what comes of it' };
  return actOn(context, flags, place, words, ({ ref, id }) =>
    replayParked(context.connect().ports, actor, ref, { id, ...email }),
  );
}

async function setAside(context: Context, flags: SetAsideFlags, place: Place): Promise<Answer> {
  const actor = actorFrom(flags, 'operator', context.world);
  const words = { ask: 'would be set aside', done: 'set aside' };
  return actOn(context, flags, place, words, ({ ref, id }) =>
    setParkedAside(context.connect().ports, actor, ref, { id, reason: flags.reason }),
  );
}

type Target = { ref: { program: string; enrollment: string }; id: string };

/** Does one thing to one of what is parked, or to all of it after a yes; says how many went how. */
async function actOn(
  context: Context,
  flags: ConfirmFlags & FilterFlags,
  { program, enrollment, id: given }: Place,
  words: { ask: string; done: string },
  act: (target: Target) => Promise<{ outcome: string } | Refused>,
): Promise<Answer> {
  const id = chosenId(given, flags);
  if (id !== undefined && enrollment !== undefined) {
    const answer = await act({ ref: { program, enrollment }, id });
    return 'code' in answer
      ? refusal(answer, { reason: '--reason', email: '--email' })
      : done({ ...answer, id }, `${id}: ${words.done}.`);
  }
  const filter = filterOf(flags, program, enrollment);
  const found = await collected(listParked(context.connect().ports, filter));
  if (found.length === 0) return done({ outcome: 'none' }, 'Nothing is parked.');
  const question = `${counted(found.length, 'parked one', 'parked ones')} of ${program} ${words.ask}. Go on?`;
  const stop = await confirmMany(context, flags, question);
  if (stop) return stop;
  const answers: { outcome: string; id: string; code?: string; message?: string }[] = [];
  for (const { ref, parked } of found) {
    const one = parkedIdOf(parked);
    answers.push({ ...(await act({ ref, id: one })), id: one });
  }
  const failed = answers.filter((answer) => answer.code !== undefined);
  return {
    exitCode: exitCodeOfAll(failed.map(({ code }) => code ?? '')),
    json: answers,
    text: `${answers.length - failed.length} of ${answers.length}: ${words.done}.`,
    errors: failed.map(({ id: one, message }) => `${one}: ${message}`),
  };
}

/** Ids, codes and the reasons that the steps gave; never an address or a name. */
function parkedJson({ ref, since, parked }: FoundParked) {
  const setAside = setAsideOf(parked);
  return {
    ...ref,
    kind: parked.kind,
    id: parkedIdOf(parked),
    since,
    reason: parkedReasonOf(parked),
    ...(parked.kind === 'email' && { about: parked.delivery.about, attempts: parked.delivery.attempt }),
    ...(parked.kind === 'credential' && { redrives: parked.request.redrives }),
    ...(setAside && { setAside }),
  };
}

async function collected<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
