import { contrastWarnings, imagesOf } from '../domain/branding.ts';
import { type Framework, frameworkSchema, requirementsOf } from '../domain/framework.ts';
import { sha256 } from '../domain/hash.ts';
import {
  type CertificateTemplate,
  type Program,
  programSchema,
  templateSchema,
  withVoided,
} from '../domain/program.ts';
import { transcriptTexts } from '../domain/transcript.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { ActPorts } from './act-ports.ts';
import { documentIssue } from './document-issue.ts';
import { namedCharacters } from './enroll.ts';
import { type Refused, refused } from './refusal.ts';

/** A program's documents and pictures as read from files: not trusted until they have passed here. */
export type ProgramFiles = {
  program: unknown;
  template: unknown;
  framework: unknown;
  /** Whatever was found of the pictures that the program names, by the names of their files. */
  images?: ReadonlyMap<string, Uint8Array>;
};

/** A program that fits together, with the hash of each of its pictures in place. */
export type CheckedProgram = {
  outcome: 'checked';
  program: Program;
  template: CertificateTemplate;
  framework: Framework;
  /** By SHA-256. */
  images: ReadonlyMap<string, Uint8Array>;
  /** What prints, but not well: a sentence each. */
  warnings: string[];
};

/** Beside its skills an item of the table holds the rest of a credential: some 350 KB at most. */
const maxTranscriptBytes = 250_000;

/**
 * Publishes a program with its framework, template and pictures. Everything that could fail at issue is checked now:
 * that the documents fit one another, that every word that will be printed can be, that every picture decodes, and
 * that the certificates are those of the signing key.
 */
export async function loadProgram(
  ports: Pick<ActPorts, 'store' | 'clock' | 'unprintable' | 'imageFault' | 'signingFault'>,
  files: ProgramFiles,
): Promise<{ outcome: 'loaded'; program: Program; warnings: string[] } | Refused> {
  const checked = checkProgram(ports, files);
  if (checked.outcome === 'refused') return checked;
  const { program, template, framework, images, warnings } = checked;
  const fault = program.signing && (await ports.signingFault(program.signing, ports.clock.now()));
  if (fault !== undefined) return refused('program.signing', `program ${fault}`);
  try {
    for (let tries = 0; tries < maxTries; tries++) {
      const stored = await ports.store.readProgram(program.id);
      const marked = keepVoided(program, stored?.program);
      if ('outcome' in marked) return marked;
      const replaces = stored?.hashes.program ?? null;
      const put = await ports.store.putProgram(marked, template, framework, [...images.values()], replaces);
      if (put === 'stored') return { outcome: 'loaded', program: marked, warnings };
    }
  } catch (error) {
    if (error instanceof AdapterError && !error.retryable) return refused(error.code, error.message);
    throw error;
  }
  return refused('program.busy', 'program: somebody else kept loading it meanwhile; load it again');
}

const maxTries = 5;

/**
 * A file says who is on the roster, and never whose assessments are void: that mark is an act's, and no file takes it
 * away, not by leaving the assessor out either.
 */
function keepVoided(program: Program, stored: Program | undefined): Program | Refused {
  const marked = (stored?.assessors ?? []).filter((assessor) => assessor.voided);
  const forged = stored && program.assessors.find((a) => a.voided && !marked.some((m) => m.id === a.id));
  if (forged)
    return refused('program.voided', `program assessors.${forged.id}.voided: nobody is voided by a file`, {
      next: 'void-assessor',
    });
  const kept = marked.reduce((of, { id, voided }) => withVoided(of, id, voided), program);
  const gone = marked.filter(({ id }) => !kept.assessors.some((assessor) => assessor.id === id));
  return { ...kept, assessors: [...kept.assessors, ...gone] };
}

/** All that `loadProgram` checks, without a table. */
export function checkProgram(
  ports: Pick<ActPorts, 'unprintable' | 'imageFault'>,
  files: ProgramFiles,
): CheckedProgram | Refused {
  const program = programSchema.safeParse(files.program);
  if (!program.success) return refused('program.invalid', `program ${documentIssue(program.error)}`);
  const framework = frameworkSchema.safeParse(files.framework);
  if (!framework.success) return refused('framework.invalid', `framework ${documentIssue(framework.error)}`);
  const template = templateSchema.safeParse(files.template);
  if (!template.success) return refused('template.invalid', `template ${documentIssue(template.error)}`);
  const misfit = findMisfit(program.data, framework.data, template.data);
  if (misfit) return misfit;
  const unprintable = findUnprintable(ports, program.data, framework.data, template.data);
  if (unprintable) return unprintable;
  const images = new Map<string, Uint8Array>();
  const faulty = pinImages(program.data, files.images ?? new Map(), images, ports.imageFault);
  if (faulty) return faulty;
  return {
    outcome: 'checked',
    program: program.data,
    template: template.data,
    framework: framework.data,
    images,
    warnings: contrastWarnings(program.data, template.data),
  };
}

/** Writes each picture's hash into the program that names it, and gathers what is to be stored. */
function pinImages(
  program: Program,
  found: ReadonlyMap<string, Uint8Array>,
  images: Map<string, Uint8Array>,
  imageFault: ActPorts['imageFault'],
): Refused | undefined {
  for (const { field, image } of imagesOf(program)) {
    const bytes = found.get(image.file);
    const refuse = (words: string) => refused('program.image', `program ${field}.file: ${image.file} ${words}`);
    if (!bytes) return refuse('is not there; put it beside the program’s file, or leave the picture out');
    const fault = imageFault(bytes);
    if (fault !== undefined) return refuse(fault);
    const hash = sha256(bytes);
    if (image.sha256 !== undefined && image.sha256 !== hash) {
      const named = `program ${field}.sha256: names another picture than ${image.file} holds`;
      return refused('program.image', `${named}; leave it out, and loading writes it`);
    }
    image.sha256 = hash;
    images.set(hash, bytes);
  }
  return undefined;
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
  return findPolicyMisfit(program.policy, framework);
}

function findPolicyMisfit(policy: Program['policy'], framework: Framework): Refused | undefined {
  const requirements = requirementsOf(framework);
  for (const id of Object.keys(policy.certificateValidityMonths)) {
    if (requirements.get(id)?.kind !== 'certificate') {
      return refused(
        'program.policy',
        `program policy.certificateValidityMonths.${id}: not a required certificate of the framework`,
      );
    }
  }
  const bytes = Buffer.byteLength(transcriptTexts(framework, policy.transcriptSkills).join(''));
  if (bytes > maxTranscriptBytes) {
    const most = `a record keeps at most ${maxTranscriptBytes}`;
    return refused(
      'program.policy',
      `program policy.transcriptSkills: the transcript has ${bytes} bytes of text, and ${most}; print sets alone`,
    );
  }
  return undefined;
}

function findUnprintable(
  { unprintable }: Pick<ActPorts, 'unprintable'>,
  program: Program,
  framework: Framework,
  template: CertificateTemplate,
): Refused | undefined {
  for (const [field, text] of printedTexts(program, framework, template)) {
    const characters = unprintable(text);
    if (characters.length === 0) continue;
    const words = `${field}: no font of ours prints ${namedCharacters(characters)}; write it without`;
    return refused('program.unprintable', words);
  }
  return undefined;
}

function printedTexts(program: Program, framework: Framework, template: CertificateTemplate): [string, string][] {
  const withSkills = program.policy.transcriptSkills;
  const texts = [
    ...framework.skillSets.map((set) => set.display ?? set.text),
    ...transcriptTexts(framework, withSkills),
  ];
  return [
    ...(['name', 'sponsor', 'achievement'] as const).map((field): [string, string] => [
      `program ${field}`,
      program[field],
    ]),
    ...program.signatories.flatMap(({ name, title }, i): [string, string][] => [
      [`program signatories.${i}.name`, name],
      [`program signatories.${i}.title`, title],
    ]),
    ...Object.entries(template.words).map(([field, words]): [string, string] => [
      `template words.${field}`,
      words ?? '',
    ]),
    ...texts.map((text): [string, string] => [`framework "${text.slice(0, 40)}"`, text]),
  ];
}
