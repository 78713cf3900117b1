import { loadProgram } from '../acts/load-program.ts';
import { requirementsOf } from '../domain/framework.ts';
import { type Answer, done, refusal } from './answer.ts';
import type { Context } from './command.ts';
import { type Folders, readProgramFiles } from './program-files.ts';

export type LoadFlags = Folders;

/** Publishes a program from its file, with the framework, the template and the pictures that it names. */
export async function loadProgramFile(context: Context, flags: LoadFlags, file: string): Promise<Answer> {
  const files = await readProgramFiles(context, flags, file);
  const { ports } = context.connect();
  const loaded = await loadProgram(ports, files);
  if (loaded.outcome === 'refused') return refusal(loaded);
  const { id, framework } = loaded.program;
  const stored = await ports.store.readProgram(id);
  const content = stored && (await ports.store.readFramework({ ...framework, hash: stored.frameworkHash }));
  const requirements = content ? requirementsOf(content).size : 0;
  const { warnings } = loaded;
  const json = {
    outcome: 'loaded',
    program: id,
    framework: `${framework.id}@${framework.version}`,
    requirements,
    ...(warnings.length > 0 && { warnings }),
  };
  const words = `Loaded ${id}: framework ${framework.id} ${framework.version}, ${requirements} requirements.`;
  return { ...done(json, words), errors: warnings.map((warning) => `warning: ${warning}`) };
}
