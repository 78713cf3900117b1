import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagesOf } from '../../functions/domain/branding.ts';
import type { Achievement } from '../../functions/domain/credential.ts';
import { frameworkRef, frameworkSchema } from '../../functions/domain/framework.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { type Program, programHashes, programSchema, templateSchema } from '../../functions/domain/program.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import { transcriptOf } from '../../functions/domain/transcript.ts';
import type { CertificateContent } from '../../functions/ports/certificate-engine.ts';

const root = join(import.meta.dirname, '../..');

export const realPrograms = ['staten-island-peer-specialist', 'recovery-support-specialist'] as const;
export type RealProgram = (typeof realPrograms)[number];

export type RealCertificate = {
  program: RealProgram;
  name: string;
  page?: 'letter' | 'a4';
  achievement?: Achievement;
  /** Skills printed beneath their sets, whatever the program's policy says. */
  skills?: boolean;
  /** Without the program's logo, seal and signature images. */
  bare?: boolean;
};

/** What a program that comes with Journeypaper certifies of an apprentice who has met all of it. */
export function realCertificate(given: RealCertificate): CertificateContent {
  const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
  const raw = read(`data/programs/${given.program}.json`);
  if (given.page) raw.page = given.page;
  if (given.bare) withoutImages(raw);
  if (given.skills !== undefined) raw.policy = { ...raw.policy, transcriptSkills: given.skills };
  const program = programSchema.parse(raw);
  const images = readImages(program);
  const template = templateSchema.parse(read(`templates/certificate/${program.template}.json`));
  const framework = frameworkSchema.parse(
    read(`data/frameworks/${program.framework.id}.${program.framework.version}.json`),
  );
  const requirements = [
    ...framework.skillSets.flatMap(({ skills }) => skills),
    ...framework.courses,
    ...framework.certificates,
  ];
  const first = Date.UTC(2025, 8, 1, 15);
  const met = (i: number): RequirementProgress => ({
    status: 'met',
    since: new Date(first + i * 2.3 * 86_400_000).toISOString(),
    basis: '0123456789ab',
  });
  const progress = Object.fromEntries(requirements.map(({ id }, i) => [id, met(i)]));
  const achievement = given.achievement ?? 'completion';
  const set = framework.skillSets.find(({ id }) => achievement === `skill-set:${id}`);
  return {
    credentialId: '01JX8Z6TQ4H0W3N5V7K9R2M1PD',
    code: '7Q4NZ0K8W2RJ5TX1M9VC3HYBPD',
    achievement,
    achievementText: set ? (set.display ?? set.text) : program.achievement,
    facts: {
      name: given.name,
      completedOn: '2026-05-14',
      framework: frameworkRef(framework),
      hashes: programHashes(program, template),
    },
    issuedOn: '2026-05-15',
    requestedAt: '2026-05-15T14:03:27.000Z',
    program,
    template,
    transcript: transcriptOf(achievement, framework, progress, program.timeZone, program.policy.transcriptSkills),
    images,
  };
}

type Json = Record<string, unknown>;

function withoutImages(program: Json): void {
  const { logo: _logo, seal: _seal, ...branding } = (program.branding ?? {}) as Json;
  if (program.branding) program.branding = branding;
  for (const signatory of program.signatories as Json[]) delete signatory.signature;
}

/** The pictures that a program names, by hash; the program then names them by hash too, as loading it does. */
function readImages(program: Program): Map<string, Uint8Array> {
  return new Map(
    imagesOf(program).map(({ image }) => {
      const bytes = readFileSync(join(root, 'data/programs', image.file));
      image.sha256 = sha256(bytes);
      return [image.sha256, bytes];
    }),
  );
}
