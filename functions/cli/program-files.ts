import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { ProgramFiles } from '../acts/load-program.ts';
import { imagesOf } from '../domain/branding.ts';
import { type Program, programSchema } from '../domain/program.ts';
import { usageFailure } from './answer.ts';
import type { Context } from './command.ts';

export type Folders = { frameworks?: string; templates?: string };

/**
 * A program from its file, with the framework, the template and the pictures that it names. `template`: another
 * template's id, in place of the program's own.
 */
export async function readProgramFiles(
  context: Context,
  folders: Folders,
  file: string,
  template?: string,
): Promise<ProgramFiles> {
  const read = await context.readJson(file, 'program');
  const program = template === undefined ? read : { ...(read as object), template };
  const named = programSchema.safeParse(program);
  // The act says what is wrong with the program; only a sound one names files that may be read.
  if (!named.success) return { program, framework: null, template: null };
  const beside = file === '-' ? '.' : dirname(file);
  return { program, ...(await readNamed(context, folders, beside, named.data)) };
}

async function readNamed(context: Context, folders: Folders, beside: string, program: Program) {
  const { framework, template } = program;
  const { root } = context.world;
  const frameworks = folders.frameworks ?? join(root, 'data/frameworks');
  const templates = folders.templates ?? join(root, 'templates/certificate');
  return {
    framework: await context.readJson(join(frameworks, `${framework.id}.${framework.version}.json`), 'framework'),
    template: await readTemplate(context, templates, template),
    images: await readImages(program, [beside, templates]),
  };
}

/** One that is not there is answered by those that are. */
async function readTemplate(context: Context, folder: string, template: string): Promise<unknown> {
  const file = join(folder, `${template}.json`);
  if (existsSync(file) || !existsSync(folder)) return context.readJson(file, 'template');
  const there = (await readdir(folder)).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5));
  const known = there.length > 0 ? `there are ${there.sort().join(', ')}` : 'there is none at all';
  throw usageFailure('input.missing', `template ${file}: there is no such file; in ${folder} ${known}`);
}

/** What there is of a program's pictures: beside its own file first, then with the templates. */
async function readImages(program: Program, folders: readonly string[]): Promise<Map<string, Uint8Array>> {
  const images = new Map<string, Uint8Array>();
  for (const { field, image } of imagesOf(program)) {
    for (const folder of folders) {
      const bytes = images.get(image.file) ?? (await readIfThere(join(folder, image.file), field));
      if (bytes) images.set(image.file, bytes);
    }
  }
  return images;
}

async function readIfThere(file: string, field: string): Promise<Uint8Array | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw usageFailure(
      'input.missing',
      `program ${field}.file: ${basename(file)} cannot be read (${code}); give a file that you may read`,
    );
  }
}
