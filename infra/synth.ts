import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { runCommand } from './run-command.ts';

const help = `npm run synth [-- OPTIONS]

Synthesises the CDK app into cdk.out, without an account or a network.

  -c KEY=VALUE    a setting of the deployment, as \`cdk deploy\` takes it; again for each
  --output FOLDER where to (default cdk.out)

Everything else that CDK knows: npx cdk --help
`;

/** @throws Error, in words for whoever typed it, where a flag is wrong: CDK itself overlooks what it does not know. */
function readOptions(args: string[]) {
  const { values } = parseArgs({
    args,
    options: {
      context: { type: 'string', short: 'c', multiple: true, default: [] },
      output: { type: 'string', short: 'o' },
      help: { type: 'boolean' },
    },
  });
  const wrong = values.context.find((given) => !/^[^=]+=/.test(given));
  if (wrong !== undefined) throw new Error(`-c: KEY=VALUE, not "${wrong}"`);
  return values;
}

await runCommand({
  name: 'synth',
  help,
  readOptions,
  async run({ context, output }) {
    const settings = context.flatMap((each) => ['-c', each]);
    const target = output === undefined ? [] : ['--output', output];
    const root = join(import.meta.dirname, '..');
    const cdk = fileURLToPath(import.meta.resolve('aws-cdk/bin/cdk'));
    const command = [cdk, 'synth', '--quiet', ...settings, ...target];
    return spawnSync(process.execPath, command, { cwd: root, stdio: 'inherit' }).status === 0;
  },
});
