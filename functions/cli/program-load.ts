import { join } from 'node:path';
import { loadProgram } from '../acts/load-program.ts';
import { requirementsOf } from '../domain/framework.ts';
import { type Program, programSchema } from '../domain/program.ts';
import { type Answer, done, refusal } from './answer.ts';
import type { Context } from './command.ts';

export type LoadFlags = { frameworks?: string; templates?: string };

/** Publishes a program from its file, with the framework and the template that it names. */
export async function loadProgramFile(context: Context, flags: LoadFlags, file: string): Promise<Answer> {
  const program = await context.readJson(file, 'program');
  const named = programSchema.safeParse(program);
  // The act says what is wrong with the program; only a sound one names files that may be read.
  const documents = named.success ? await readNamed(context, flags, named.data) : { framework: null, template: null };
  const { ports } = context.connect();
  const loaded = await loadProgram(ports, { program, ...documents });
  if (loaded.outcome === 'refused') return refusal(loaded);
  const { id, framework } = loaded.program;
  const stored = await ports.store.readProgram(id);
  const content = stored && (await ports.store.readFramework({ ...framework, hash: stored.frameworkHash }));
  const requirements = content ? requirementsOf(content).size : 0;
  const json = { outcome: 'loaded', program: id, framework: `${framework.id}@${framework.version}`, requirements };
  return done(json, `Loaded ${id}: framework ${framework.id} ${framework.version}, ${requirements} requirements.`);
}

async function readNamed(context: Context, flags: LoadFlags, { framework, template }: Program) {
  const { root } = context.world;
  const frameworks = flags.frameworks ?? join(root, 'data/frameworks');
  const templates = flags.templates ?? join(root, 'templates/certificate');
  return {
    framework: await context.readJson(join(frameworks, `${framework.id}.${framework.version}.json`), 'framework'),
    template: await context.readJson(join(templates, `${template}.json`), 'template'),
  };
}
