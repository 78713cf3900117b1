import { parseArgs } from 'node:util';
import { watchStandardOutput } from '../functions/cli/standard-output.ts';

/** A command for people who work on the code: its flags, and what it does; false where something was broken or missed. */
export type WorkCommand<Options extends { help?: boolean | undefined }> = {
  name: string;
  /** Ends with a line break. */
  help: string;
  /** @throws Error, in words for whoever typed it, where a flag is wrong. */
  readOptions(args: string[]): Options;
  run(options: Options): Promise<boolean>;
};

/** The exit code is 0 where all was kept, 1 where not or where the run could not be made, 2 for a wrong flag. */
export async function runCommand<Options extends { help?: boolean | undefined }>(
  command: WorkCommand<Options>,
): Promise<void> {
  const { name, help, readOptions, run } = command;
  const tell = (error: unknown) =>
    process.stderr.write(`${name}: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}\n`);
  watchStandardOutput(1);
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    tell(error);
    process.stderr.write(help);
    process.exitCode = 2;
    return;
  }
  if (options.help) return void process.stdout.write(help);
  try {
    if (!(await run(options))) process.exitCode = 1;
  } catch (error) {
    tell(error);
    process.exitCode = 1;
  }
}

/** A command that makes files of the repository again, and takes nothing but `--help`. */
export function runMaker(name: string, makes: string, run: () => Promise<void> | void): Promise<void> {
  return runCommand({
    name,
    help: `npm run ${name}\n\n${makes}\n`,
    readOptions: (args) => parseArgs({ args, options: { help: { type: 'boolean' } } }).values,
    async run() {
      await run();
      return true;
    },
  });
}
