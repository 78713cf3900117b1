import { userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { text } from 'node:stream/consumers';
import { exitCodes } from './exit-codes.ts';
import { watchStandardOutput } from './standard-output.ts';

/** Where a command's words go. */
export type Out = {
  write(text: string): void;
  writeError(text: string): void;
  /** Columns of the terminal; undefined where standard output is none. */
  columns?: number | undefined;
  colours: boolean;
};

/** Everything that a command knows of the machine it runs on, so that tests can give it another. */
export type World = {
  out: Out;
  readStdin(): Promise<string>;
  /** Asks a person for yes or no; undefined where nobody sits at a terminal. */
  confirm(question: string): Promise<boolean> | undefined;
  environment: Record<string, string | undefined>;
  userName(): string;
  /** The repository: `.local/stack.json`, `data/` and `templates/` are under it. */
  root: string;
};

export function processWorld(): World {
  const { stdout, stderr, stdin, env } = process;
  watchStandardOutput(exitCodes.unreachable);
  return {
    out: {
      write: (words) => void stdout.write(words),
      writeError: (words) => void stderr.write(words),
      columns: stdout.isTTY ? stdout.columns : undefined,
      colours: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
    },
    readStdin: () => text(stdin),
    confirm: (question) => (stdin.isTTY && stderr.isTTY ? ask(question) : undefined),
    environment: env,
    userName: () => userInfo().username,
    root: join(import.meta.dirname, '../..'),
  };
}

/** On standard error, so that standard output stays the answer's. Anything but `y` or `yes` is no. */
async function ask(question: string): Promise<boolean> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
  } finally {
    lines.close();
  }
}
