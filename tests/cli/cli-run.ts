import { join } from 'node:path';
import { runCli } from '../../functions/cli/main.ts';

export type Ran = { exitCode: number; stdout: string; stderr: string; json: () => unknown };
export type RunOptions = {
  /** An error: what reading it throws. */
  stdin?: string | Error;
  /** What the person at the terminal answers, and does before that; nobody sits there otherwise. */
  answer?: boolean | (() => Promise<boolean>);
  columns?: number;
  colours?: boolean;
  userName?: string;
  environment?: Record<string, string>;
  root?: string;
};

export const repository = join(import.meta.dirname, '../..');

/** Runs one command line in this process, as `npm run cli -- …` does in one of its own. */
export async function run(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  let stdout = '';
  let stderr = '';
  const exitCode = await runCli(args, {
    out: {
      write: (text) => {
        stdout += text;
      },
      writeError: (text) => {
        stderr += text;
      },
      columns: options.columns,
      colours: options.colours ?? false,
    },
    readStdin: async () => {
      if (options.stdin instanceof Error) throw options.stdin;
      return options.stdin ?? '';
    },
    confirm: (question) => {
      if (options.answer === undefined) return undefined;
      stderr += `${question}\n`;
      return typeof options.answer === 'function' ? options.answer() : Promise.resolve(options.answer);
    },
    environment: options.environment ?? {},
    userName: () => options.userName ?? 'ada',
    root: options.root ?? repository,
  });
  return { exitCode, stdout, stderr, json: () => JSON.parse(stdout) };
}
