import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProgramFiles } from '../../../functions/acts/load-program.ts';
import { imagesOf } from '../../../functions/domain/branding.ts';
import { type Framework, frameworkSchema, requirementsOf } from '../../../functions/domain/framework.ts';
import { type Program, programSchema } from '../../../functions/domain/program.ts';
import { type Sample, sampleNamesSchema, sampleSchema } from './sample.ts';

/** One program of the demo: its documents, and an apprentice's way through it. */
export interface DemoProgram {
  files: ProgramFiles;
  program: Program;
  framework: Framework;
  /** Of these nothing that the demo prints says more than that they exist. */
  sensitive: ReadonlySet<string>;
  sample: Sample;
}

export const demoPrograms = ['staten-island-peer-specialist', 'recovery-support-specialist'];

export function readDemoProgram(root: string, id: string): DemoProgram {
  const read = (path: string): unknown => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const files = {
    program: read(`data/programs/${id}.json`),
    framework: undefined as unknown,
    template: undefined as unknown,
  };
  const program = programSchema.parse(files.program);
  files.framework = read(`data/frameworks/${program.framework.id}.${program.framework.version}.json`);
  files.template = read(`templates/certificate/${program.template}.json`);
  const images = new Map(
    imagesOf(program)
      .map(({ image: { file } }) => [file, join(root, 'data/programs', file)] as const)
      .filter(([, path]) => existsSync(path))
      .map(([file, path]) => [file, readFileSync(path)]),
  );
  const framework = frameworkSchema.parse(files.framework);
  const sensitive = new Set(
    [...requirementsOf(framework).values()].filter((each) => each.sensitive).map(({ id: each }) => each),
  );
  return {
    files: { ...files, images },
    program,
    framework,
    sensitive,
    sample: sampleSchema.parse(read(`data/samples/${id}.json`)),
  };
}

/** The sample's own apprentice first, then as many others as are asked for, under other names. */
export function demoApprentices(root: string, sample: Sample, count: number): Sample['apprentice'][] {
  const { names } = sampleNamesSchema.parse(JSON.parse(readFileSync(join(root, 'data/samples/names.json'), 'utf8')));
  const others = Array.from({ length: count - 1 }, (_, i) => ({
    id: `apprentice-${i + 2}`,
    name: names[i % names.length] ?? '',
    email: `apprentice-${i + 2}@apprentice.example`,
  }));
  return [sample.apprentice, ...others];
}
