import { firstIssue } from '../domain/evidence.ts';
import { type Framework, frameworkSchema, requirementsOf } from '../domain/framework.ts';
import { type CertificateTemplate, type Program, programSchema, templateSchema } from '../domain/program.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { ActPorts } from './act-ports.ts';
import { unprintableMessage } from './enroll.ts';
import { type Refused, refused } from './refusal.ts';

/** A program's three documents as read from files: not trusted until they have passed here. */
export type ProgramFiles = { program: unknown; template: unknown; framework: unknown };

/**
 * Publishes a program with its framework and template. Everything that could fail at issue is checked now: that the
 * documents fit one another and that every word that will be printed can be.
 */
export async function loadProgram(
  ports: Pick<ActPorts, 'store' | 'unprintable'>,
  files: ProgramFiles,
): Promise<{ outcome: 'loaded'; program: Program } | Refused> {
  const program = programSchema.safeParse(files.program);
  if (!program.success) return refused('program.invalid', `program ${firstIssue(program.error)}`);
  const framework = frameworkSchema.safeParse(files.framework);
  if (!framework.success) return refused('framework.invalid', `framework ${firstIssue(framework.error)}`);
  const template = templateSchema.safeParse(files.template);
  if (!template.success) return refused('template.invalid', `template ${firstIssue(template.error)}`);
  const misfit = findMisfit(program.data, framework.data, template.data);
  if (misfit) return misfit;
  const unprintable = ports.unprintable(printedTexts(program.data, framework.data, template.data).join(' '));
  if (unprintable.length > 0) return refused('program.unprintable', unprintableMessage(unprintable));
  try {
    await ports.store.putProgram(program.data, template.data, framework.data);
  } catch (error) {
    if (error instanceof AdapterError && !error.retryable) return refused(error.code, error.message);
    throw error;
  }
  return { outcome: 'loaded', program: program.data };
}

function findMisfit(program: Program, framework: Framework, template: CertificateTemplate): Refused | undefined {
  const wanted = program.framework;
  if (framework.id !== wanted.id || framework.version !== wanted.version) {
    return refused(
      'program.framework',
      `program framework: names ${wanted.id} ${wanted.version}, but the file holds ${framework.id} ${framework.version}`,
    );
  }
  if (template.id !== program.template)
    return refused(
      'program.template',
      `program template: names "${program.template}", but the file holds "${template.id}"`,
    );
  const requirements = requirementsOf(framework);
  for (const id of Object.keys(program.policy.certificateValidityMonths)) {
    if (requirements.get(id)?.kind !== 'certificate') {
      return refused(
        'program.policy',
        `program policy.certificateValidityMonths.${id}: not a required certificate of the framework`,
      );
    }
  }
  return undefined;
}

function printedTexts(program: Program, framework: Framework, template: CertificateTemplate): string[] {
  const texts = [
    program.name,
    program.sponsor,
    program.achievement,
    ...program.signatories.flatMap((s) => [s.name, s.title]),
    ...Object.values(template.words),
    ...[...framework.skillSets, ...framework.courses, ...framework.certificates].map(
      (item) => item.display ?? item.text,
    ),
  ];
  return texts.filter((text) => text !== undefined);
}
