/*
 * npm run local: a stack that stays up, with its data in .local. Ctrl-C stops it; started again, it goes on where it was.
 */
import './small-heap.ts';
import { join, relative, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { watchStandardOutput } from '../../functions/cli/standard-output.ts';
import { descriptionName } from './data-folder.ts';
import { LocalError } from './local-error.ts';
import { readScriptOptions, wholeNumber } from './read-options.ts';
import type { Stack, StackOptions } from './stack.ts';

const root = join(import.meta.dirname, '../..');
const defaultPort = 7430;
const maxFirstPort = 65_500;

const help = `npm run local [-- OPTIONS]

Runs the whole workflow on this machine until Ctrl-C: the CDK app's own template on local services, with its data in a folder.

  --port N        the first of eight ports on 127.0.0.1, the app's (default ${defaultPort}); 0 for any free ones
  --data FOLDER   where everything is kept (default .local)
  --fresh         empty that folder first
  --fresh-table   begin with an empty table, as after losing it; documents, mail and keys stay
  --apart         each service in a process of its own, to be killed alone (more memory)
  --processes N   processes that one function may have at one time (default 1)
`;

async function main(): Promise<number> {
  watchStandardOutput(1);
  const options = readOptions(process.argv.slice(2));
  if (options === 'help') {
    process.stdout.write(help);
    return 0;
  }
  const stopped = Promise.withResolvers<void>();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stopped.resolve());
  process.stdout.write('\n  Journeypaper, on this machine alone\n\n');
  // Loading it takes a moment: the first words come before.
  const { startStack } = await import('./stack.ts');
  let stack: Stack;
  try {
    const starting = startStack({
      ...options,
      onProgress: (step) =>
        process.stdout.write(
          step === 'building' ? '  Synthesising the CDK app and bundling its functions …\n' : '  Starting …\n',
        ),
    });
    stack = await starting;
  } catch (error) {
    if (!(error instanceof LocalError)) throw error;
    process.stderr.write(`\n${error.message}\n`);
    if (error.code === 'port-in-use')
      process.stderr.write('For this stack: npm run local -- --port N, or --port 0 for any free ports.\n');
    return exitCodeOf(error);
  }
  process.stdout.write(summary(stack));
  await stopped.promise;
  process.stdout.write('\n  Stopping …');
  await stack.stop();
  process.stdout.write(' stopped. The data stays.\n');
  return 0;
}

const exitCodeOf = ({ code }: LocalError) => (code === 'invalid-options' ? 2 : 1);

function readOptions(args: string[]): StackOptions | 'help' {
  const options = {
    port: { type: 'string' },
    data: { type: 'string' },
    fresh: { type: 'boolean' },
    'fresh-table': { type: 'boolean' },
    apart: { type: 'boolean' },
    processes: { type: 'string' },
    help: { type: 'boolean' },
  } as const;
  const values = readScriptOptions(args, options, help);
  if (values.help) return 'help';
  const first = wholeNumber('port', values.port ?? defaultPort, 0, maxFirstPort);
  const port = (offset: number) => (first === 0 ? 0 : first + offset);
  return {
    dataFolder: values.data ?? join(root, '.local'),
    fresh: values.fresh ?? false,
    freshTable: values['fresh-table'] ?? false,
    servicesApart: values.apart ?? false,
    processesPerFunction: wholeNumber('processes', values.processes ?? 1, 1, 64),
    ports: {
      http: port(0),
      ses: port(1),
      oidc: port(2),
      dynamodb: port(3),
      sqs: port(4),
      s3: port(5),
      kms: port(6),
      admin: port(7),
    },
  };
}

function summary(stack: Stack): string {
  const { inbox, admin, dataFolder, tableName, endpoints, issuer } = stack.describe();
  const near = relative(process.cwd(), dataFolder);
  const folder = near.startsWith('../..') || near === '' ? dataFolder : near;
  // The command line finds the stack in `.local` by itself, and no other.
  const stackFlag = resolve(dataFolder) === join(root, '.local') ? '' : ` --stack ${join(folder, descriptionName)}`;
  const facts = [
    ['App', endpoints.http],
    ['Sign-in', issuer],
    ['Inbox', inbox],
    ['Try', `npm run cli --${stackFlag} program load data/programs/staten-island-peer-specialist.json`],
    ['', 'npm run cli -- --help'],
    ['Table', `${tableName} at ${endpoints.dynamodb}`],
    ['Sweep now', `curl ${admin}/run-schedule -H content-type:application/json -d '{"task":"due"}'`],
    ['Data', `${folder}  (kept; logs in ${join(folder, 'logs')})`],
  ];
  const lines = facts.map(([name = '', fact]) => `  ${name.padEnd(11)}${fact}\n`);
  return `\n${lines.join('')}\n  Ctrl-C stops it.\n`;
}

process.exitCode = await main().catch((error: unknown) => {
  const isExpected = error instanceof LocalError;
  process.stderr.write(
    `\n${isExpected ? error.message : `The local stack failed: ${error instanceof Error ? error.stack : String(error)}`}\n`,
  );
  return isExpected ? exitCodeOf(error) : 1;
});
// What could not be written is told first.
await setImmediate();
// Whatever still holds the process open (a half-open connection) holds nothing that matters.
process.exit();
