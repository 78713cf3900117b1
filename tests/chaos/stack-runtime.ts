/*
 * A whole local stack in a process of its own, so that the runtime itself can be killed. Started by `runtime.ts` with
 * the stack's options as JSON; it ends with whoever started it.
 */
import '../../infra/local/small-heap.ts';
import { LocalError } from '../../infra/local/local-error.ts';
import { type StackOptions, startStack } from '../../infra/local/stack.ts';

try {
  const stack = await startStack(JSON.parse(process.argv[2] ?? '{}') as StackOptions);
  process.stdin.once('close', () => process.exit(0)).resume();
  process.once('SIGTERM', () => stack.stop().finally(() => process.exit(0)));
  process.stdout.write('ready\n');
} catch (error) {
  process.stderr.write(error instanceof LocalError ? `${error.code}: ${error.message}\n` : `${String(error)}\n`);
  process.exit(1);
}
