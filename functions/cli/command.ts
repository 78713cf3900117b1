import { basename } from 'node:path';
import type { Command, Option } from 'commander';
import type { Actor } from '../domain/audit.ts';
import { actorIdSchema, type EnrollmentRef } from '../domain/ids.ts';
import { type Answer, usageFailure } from './answer.ts';
import { type Connection, connect, type Place } from './connect.ts';
import { exitCodesHelp } from './exit-codes.ts';
import { readJsonInput } from './input-file.ts';
import { type Page, pageFor } from './page.ts';
import type { World } from './world.ts';

/** What a command may use while it runs. */
export type Context = {
  page: Page;
  world: World;
  /** Connects at the first call. */
  connect(): Connection;
  readJson(file: string, flag: string): Promise<unknown>;
};

/** One run of the program: what it connected to, and what it has to say. */
export type Session = { world: World; connection?: Connection; answer?: Answer; json: boolean };

type Definition<Options> = {
  /** With its arguments, as commander writes them: `show <program>`. */
  name: string;
  summary: string;
  /** After `npm run cli -- `. */
  examples: readonly string[];
  /** Further words for `--help`. */
  notes?: string;
  options?: (command: Command) => Command;
  run(context: Context, options: Options, args: string[]): Promise<Answer>;
};

export type AddCommand = (parent: Command, session: Session) => void;

const examplesOf = new WeakMap<Command, readonly string[]>();

/** Adds one command: its flags and help, and how its answer comes about. */
export function addCommand<Options>(parent: Command, session: Session, definition: Definition<Options>): void {
  const command = parent.command(definition.name).summary(definition.summary).description(definition.summary);
  definition.options?.(command);
  const examples = definition.examples.map((example) => `  npm run cli -- ${example}`);
  examplesOf.set(command, examples);
  const notes = definition.notes ? [definition.notes, ''] : [];
  const required = takeOverRequired(command);
  command.addHelpText('after', ['', ...notes, 'Example:', ...examples, '', exitCodesHelp].join('\n'));
  command.action(async () => {
    const { json, ...options } = command.optsWithGlobals<Place & { json?: true }>();
    session.json = json === true;
    refuseMissing(required, options);
    session.answer = await definition.run(contextOf(session, options), options as Options, command.args);
  });
}

/** A group of commands shows an example of each of its own. */
export function addGroupExamples(command: Command): void {
  const groups = command.commands.filter(({ commands }) => commands.length > 0);
  for (const group of groups) {
    const examples = leavesOf(group).map((leaf) => examplesOf.get(leaf)?.[0] ?? '');
    group.addHelpText('after', ['', 'Example:', ...examples, '', exitCodesHelp].join('\n'));
    addGroupExamples(group);
  }
}

const leavesOf = (command: Command): readonly Command[] =>
  command.commands.length === 0 ? [command] : command.commands.flatMap(leavesOf);

/** Required options are asked for here: commander would name one, and then the next. */
function takeOverRequired(command: Command): Option[] {
  const required = command.options.filter((option) => option.mandatory);
  for (const option of required) option.mandatory = false;
  return required;
}

function refuseMissing(required: readonly Option[], given: Record<string, unknown>): void {
  const missing = required.filter((option) => given[option.attributeName()] === undefined);
  if (missing.length === 0) return;
  const flags = missing.map(({ flags }) => `'${flags}'`).join(', ');
  const options = missing.length === 1 ? 'option' : 'options';
  throw usageFailure('usage', `required ${options} ${flags} not specified; --help shows what the command takes`);
}

function contextOf(session: Session, place: Place): Context {
  const { world } = session;
  return {
    page: pageFor(world.out),
    world,
    connect: () => {
      session.connection ??= connect(place, world);
      return session.connection;
    },
    readJson: (file, flag) => readJsonInput(file, flag, world),
  };
}

/** `--program` and `--enrollment`, which every act on an enrollment takes. */
export function withEnrollment(command: Command): Command {
  return command
    .requiredOption('--program <id>', "the program's id")
    .requiredOption('--enrollment <id>', "the enrollment's id");
}
export type EnrollmentFlags = { program: string; enrollment: string };

/** The enrollment that the flags name, and none of their other values. */
export function enrollmentOf({ program, enrollment }: EnrollmentFlags): EnrollmentRef {
  return { program, enrollment };
}

export function withActor(command: Command, who: string): Command {
  return command.option('--as <id>', `${who} (default: your account's name)`);
}
export type ActorFlags = { as?: string };

export function withSensitive(command: Command): Command {
  return command.option('--sensitive', 'show sensitive requirements and whole email addresses');
}
export type SensitiveFlags = { sensitive?: true };

/** Who acts, as the ledger will say it. */
export function actorFrom(flags: ActorFlags, role: Actor['role'], world: World): Actor {
  const id = flags.as ?? basename(world.userName().replaceAll('\\', '/'));
  if (actorIdSchema.safeParse(id).success) return { id, role };
  const whose = flags.as === undefined ? `your account's name, "${id}", is no actor id` : `"${id}" is no actor id`;
  throw usageFailure(
    'actor.invalid',
    `--as: ${whose}; give letters, digits, "_" and "-", beginning with a letter or digit`,
  );
}
