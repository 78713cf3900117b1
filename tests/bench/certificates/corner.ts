import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Answer, Contender, Question } from './contest.ts';
import { nameFor } from './names.ts';

// A process that makes documents of one kind when it is asked to, and says what CPU that took: see contest.ts.

const peers = join(import.meta.dirname, '../../peers');

async function contender(name: string): Promise<Contender> {
  const [kind, which = ''] = name.split(':');
  if (kind === 'ours') {
    const { ours } = await import('./ours.ts');
    return ours(which);
  }
  const { textsFor } = await import(pathToFileURL(join(peers, 'page.mjs')).href);
  const { start } = await import(pathToFileURL(join(peers, `${which}.mjs`)).href);
  const { page, ...rest } = await start();
  return { make: (i) => page(textsFor(nameFor(i))), ...rest };
}

function ownCpu(): number {
  const { user, system } = process.cpuUsage();
  return user + system;
}

function say(answer: Answer): void {
  process.send?.(answer);
}

async function serve(name: string): Promise<void> {
  const { make, cpu = ownCpu, stop } = await contender(name);
  let next = 0;
  process.on('message', async (question: Question) => {
    try {
      if (question.ask === 'stop') {
        await stop?.();
        process.exit();
      }
      if (question.ask === 'sample') {
        say({ answer: 'sample', base64: Buffer.from(await make(question.index)).toString('base64') });
        return;
      }
      // While the others had their rounds, the heap was shrunk and the machine's caches were theirs.
      await makeFor(question.milliseconds / 2);
      const start = cpu();
      const made = await makeFor(question.milliseconds);
      say({ answer: 'round', cpuMs: (cpu() - start) / 1000 / made, made });
    } catch (error) {
      say({ answer: 'failed', why: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
  process.on('disconnect', () => process.exit());
  say({ answer: 'ready' });

  /** Makes documents over at least so many milliseconds of CPU, and says how many. */
  async function makeFor(milliseconds: number): Promise<number> {
    const start = cpu();
    let made = 0;
    // Looking at the clock costs as much as a fast contender's document: look after every few.
    let batch = 1;
    while (cpu() - start < milliseconds * 1000 || made < 3) {
      for (let i = 0; i < batch; i++) await make(next++);
      made += batch;
      batch = Math.min(50, batch * 2);
    }
    return made;
  }
}

serve(process.argv[2] ?? '').catch((error) => {
  const missing = error?.code === 'ERR_MODULE_NOT_FOUND' ? 'not installed: cd tests/peers && npm ci' : undefined;
  const why = missing ?? (error instanceof Error ? error.message : String(error));
  say({ answer: 'absent', why });
});
