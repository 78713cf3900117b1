import { existsSync } from 'node:fs';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { unprintableMessage } from '../acts/enroll.ts';
import { type CheckedProgram, checkProgram } from '../acts/load-program.ts';
import { refused } from '../acts/refusal.ts';
import { systemClock } from '../adapters/aws/clock.ts';
import { imageFault } from '../adapters/pdf/images/decode-image.ts';
import { printableCheck } from '../adapters/pdf/printable.ts';
import { isProgramId } from '../domain/ids.ts';
import { personNameSchema } from '../domain/person.ts';
import { civilDateOf } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { RenderedCertificate } from '../ports/certificate-engine.ts';
import { type Answer, CliFailure, done, refusal, usageFailure } from './answer.ts';
import { type AddCommand, addCommand, type Context } from './command.ts';
import { engineAt } from './engine.ts';
import { exitCodes } from './exit-codes.ts';
import { makeFolder } from './make-folder.ts';
import { counted } from './page.ts';
import { picturesOf } from './pdf-pictures.ts';
import { previewContent } from './preview-content.ts';
import { type Folders, readProgramFiles } from './program-files.ts';

type Flags = Folders & { name?: string; out?: string; template?: string };

/** `certificate preview`: the paper as it will look, before anybody has earned one. */
export const addPreview: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'preview <program>',
    summary: "print a program's certificate with sample facts, as a PDF and a PNG of each page",
    examples: [
      'certificate preview staten-island-peer-specialist --name "Nguyễn Thị Nhung"',
      'certificate preview programs/harbor.json --template classic-es --out papers',
    ],
    notes:
      'PROGRAM is the id of one in data/programs, or a JSON file. It needs no stack.\n' +
      'What it prints is marked as a preview, is not signed, and its code verifies as nothing.',
    options: (command) =>
      command
        .option('--name <name>', 'the name to print (default: "Sample Name")')
        .option('--out <folder>', 'where to write (default: .local/preview)')
        .option('--template <id>', "another template than the program's own")
        .option('--frameworks <folder>', 'where frameworks lie (default: data/frameworks)')
        .option('--templates <folder>', 'where templates lie (default: templates/certificate)'),
    run: (context, flags, [program = '']) => preview(context, flags, program),
  });

async function preview(context: Context, flags: Flags, given: string): Promise<Answer> {
  const name = personNameSchema.safeParse(flags.name ?? 'Sample Name');
  if (!name.success) throw usageFailure('name.invalid', `--name: ${name.error.issues[0]?.message}; give another`);
  const files = await readProgramFiles(context, flags, programFile(context, given), flags.template);
  const unprintable = printableCheck()(name.data);
  if (unprintable.length > 0)
    return refusal(refused('certificate.unprintable', `--${unprintableMessage(unprintable)}`));
  const checked = checkProgram({ unprintable: printableCheck(), imageFault }, files);
  if (checked.outcome === 'refused') return refusal(checked);
  try {
    return await writePreview(context, flags, checked, await print(context, checked, name.data));
  } catch (error) {
    if (error instanceof AdapterError && !error.retryable) return refusal(refused(error.code, error.message));
    throw error;
  }
}

/** An id stands for the file of that name; anything else is a file's path. */
function programFile({ world }: Context, given: string): string {
  if (!isProgramId(given)) return given;
  const file = join(world.root, 'data/programs', `${given}.json`);
  if (existsSync(file)) return file;
  throw new CliFailure(
    'program.unknown',
    exitCodes.notFound,
    `program: data/programs has no ${given}.json; give the id of one that it has, or the path of a JSON file`,
  );
}

async function print({ world }: Context, checked: CheckedProgram, name: string): Promise<RenderedCertificate> {
  const today = civilDateOf(systemClock.now(), checked.program.timeZone);
  const engine = await engineAt(world.root);
  return engine.render(previewContent(checked, name, today));
}

async function writePreview(
  context: Context,
  flags: Flags,
  { program, warnings }: CheckedProgram,
  { bytes, engine }: RenderedCertificate,
): Promise<Answer> {
  const folder = flags.out ?? join(context.world.root, '.local/preview');
  const pictures = await picturesOf(bytes);
  const pdf = join(folder, `${program.id}.pdf`);
  const pages = pictures.map((_, i) => join(folder, `${program.id}-${i + 1}.png`));
  try {
    makeFolder(folder);
    await removePages(folder, program.id);
    await writeFile(pdf, bytes);
    for (const [i, picture] of pictures.entries()) await writeFile(pages[i] ?? '', picture);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usageFailure('input.folder', `--out ${folder}: cannot be written (${code}); give a folder you may write to`);
  }
  const shown = (file: string) => (flags.out === undefined ? relative(process.cwd(), file) || file : file);
  const size = `${counted(pages.length, 'page')}, ${bytes.length.toLocaleString('en')} bytes`;
  const lines = [`Wrote ${shown(pdf)} (${size})`, ...pages.map((page) => `      ${shown(page)}`)];
  const json = { outcome: 'previewed', program: program.id, engine, pdf, pages, bytes: bytes.length, warnings };
  return { ...done(json, lines.join('\n')), errors: warnings.map((warning) => `warning: ${warning}`) };
}

/** An earlier preview may have had more pages. */
async function removePages(folder: string, id: string): Promise<void> {
  const isPage = (file: string) => file.startsWith(`${id}-`) && /^\d+\.png$/.test(file.slice(id.length + 1));
  for (const file of (await readdir(folder)).filter(isPage)) await rm(join(folder, file));
}
