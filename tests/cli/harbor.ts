import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { frameworkDocument, programDocument } from '../support/small-world.ts';
import { repository } from './cli-run.ts';

/** The small framework with a sensitive set: what a screen must not show. */
const framework = {
  ...frameworkDocument,
  id: 'harbor-standards',
  title: 'Harbor standards',
  skillSets: [
    ...frameworkDocument.skillSets,
    {
      id: 'lived',
      text: 'Shares lived experience',
      sensitive: true,
      skills: [{ id: 'lived-1', text: 'Tells of recovery' }],
    },
  ],
};

export type HarborFramework = typeof framework;

const program = {
  ...programDocument,
  framework: { id: 'harbor-standards', version: '1' },
  achievement: 'Harbor Apprenticeship',
  assessors: [
    { id: 'mentor', name: 'Mentor One', from: '2020-01-01' },
    // On the roster, so that only the rule about one's own evidence can refuse.
    { id: 'zoe', name: 'Zoë Müller', from: '2020-01-01' },
  ],
};

/** A program small enough to complete in a test: its files, and the flags that load them. */
export function writeHarbor(
  folder: string,
  change: (files: { program: Record<string, unknown>; framework: HarborFramework }) => unknown = () => undefined,
): string[] {
  const files = { program: structuredClone<Record<string, unknown>>(program), framework: structuredClone(framework) };
  change(files);
  const frameworks = join(folder, 'frameworks');
  mkdirSync(frameworks, { recursive: true });
  const programFile = join(folder, 'harbor.json');
  writeFileSync(programFile, JSON.stringify(files.program));
  writeFileSync(join(frameworks, 'harbor-standards.1.json'), JSON.stringify(files.framework));
  const templates = join(repository, 'templates/certificate');
  return ['program', 'load', programFile, '--frameworks', frameworks, '--templates', templates];
}

/** One sound piece for every requirement. */
export const everyPiece = ['course-ethics', 'cert-cpr', 'engage-1', 'engage-2', 'lived-1'].map((requirement, i) => ({
  requirement,
  evidence: `e${i + 1}`,
  occurredOn: '2026-02-03',
  attestation: 'Secret words of an attestation.',
  ...(requirement === 'cert-cpr' && { certificate: { issuer: 'Red Cross', number: 'N-1', issuedOn: '2026-02-03' } }),
}));

/** As often as a test has records of hers. */
export const enrollZoe = (enrollment: string, ...more: string[]) => [
  ...['enroll', '--program', 'harbor', '--enrollment', enrollment, '--name', 'Zoë Müller', '--apprentice-id', 'zoe'],
  ...['--email', 'zoe@apprentice.example', '--enrolled-on', '2026-01-05', '--again', ...more],
];
