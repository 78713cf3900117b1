import { readFileSync } from 'node:fs';
import type { Transcript } from '../../functions/domain/credential.ts';
import {
  type CertificateTemplate,
  type ProgramInput,
  programSchema,
  templateSchema,
} from '../../functions/domain/program.ts';
import type { CertificateContent } from '../../functions/ports/certificate-engine.ts';

/** The template that comes with Journeypaper. */
export const classicTemplate: CertificateTemplate = templateSchema.parse(
  JSON.parse(readFileSync(new URL('../../templates/certificate/classic.json', import.meta.url), 'utf8')),
);

/** What a certificate says in tests; whatever is given replaces its part. */
export function certificateContent(
  given: {
    name?: string;
    program?: Partial<ProgramInput>;
    words?: Partial<CertificateTemplate['words']>;
    transcript?: Partial<Transcript>;
  } & Partial<
    Pick<
      CertificateContent,
      'achievement' | 'achievementText' | 'requestedAt' | 'issuedOn' | 'credentialId' | 'code' | 'images'
    >
  > = {},
): CertificateContent {
  const program = programSchema.parse({ ...sampleProgram, ...given.program });
  const { name, program: _program, words, transcript, ...rest } = given;
  return {
    credentialId: '01JX8Z6TQ4H0W3N5V7K9R2M1PD',
    code: '7Q4NZ0K8W2RJ5TX1M9VC3HYBPD',
    achievement: 'completion',
    achievementText: program.achievement,
    facts: {
      name: name ?? 'Nguyễn Thị Hồng Nhung',
      completedOn: '2026-05-14',
      framework: { id: 'peer-specialist', version: '2021.1', hash: '0'.repeat(64) },
      hashes: { program: '1'.repeat(64), template: '2'.repeat(64), policy: '3'.repeat(64) },
    },
    requestedAt: '2026-05-15T14:30:00.000Z',
    issuedOn: '2026-05-15',
    program,
    template: { ...classicTemplate, words: { ...classicTemplate.words, ...words } },
    transcript: { skillSets: sampleSkillSets, courses: [], certificates: [], ...transcript },
    images: new Map(),
    ...rest,
  };
}

/** So many skill sets, each with a text of its own. */
export function manySkillSets(count: number): Transcript['skillSets'] {
  return Array.from({ length: count }, (_, i) => ({
    text: `Skill set number ${i + 1} of the framework`,
    on: '2026-03-02',
  }));
}

const sampleProgram: ProgramInput = {
  schema: 'journeypaper/program/1',
  id: 'peer-specialist',
  name: 'Peer Specialist',
  sponsor: 'Staten Island Performing Provider System',
  timeZone: 'America/New_York',
  framework: { id: 'peer-specialist', version: '2021.1' },
  achievement: 'Peer Specialist Apprenticeship',
  page: 'letter',
  template: 'classic',
  signatories: [
    { name: 'Joan Rivera', title: 'Director of Workforce' },
    { name: 'Samuel Okafor', title: 'Apprenticeship Supervisor' },
  ],
  verifyUrl: 'https://verify.example.org/c/',
  email: { from: 'certificates@example.org', fromName: 'Certificates' },
  assessors: [],
};

const sampleSkillSets = [
  ['Engages peers in collaborative and caring relationships', '2025-10-03'],
  ['Provides support', '2025-11-12'],
  ['Personalizes peer support', '2025-12-01'],
  ['Supports recovery planning', '2026-01-20'],
  ['Links to resources, services, and supports', '2026-02-09'],
  ['Provides information about skills related to health, wellness, and recovery', '2026-03-30'],
  ['Helps peers to manage crises', '2026-05-14'],
].map(([text = '', on = '']) => ({ text, on }));
