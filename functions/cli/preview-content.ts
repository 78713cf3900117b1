import type { CheckedProgram } from '../acts/load-program.ts';
import { frameworkRef, requirementsOf } from '../domain/framework.ts';
import { programHashes } from '../domain/program.ts';
import type { RequirementProgress } from '../domain/progress.ts';
import { addDays, endOfDay } from '../domain/time.ts';
import { transcriptOf } from '../domain/transcript.ts';
import type { CertificateContent } from '../ports/certificate-engine.ts';

/** What no credential is called, so that whoever reads or scans it finds nothing. */
export const previewCode = 'PREVIEW-NOT-A-CERTIFICATE';

const mostDays = 400;

/** What the program would certify, on this civil date, of somebody who met a little of it every other day. */
export function previewContent(checked: CheckedProgram, name: string, today: string): CertificateContent {
  const { program, template, framework, images } = checked;
  const requirements = [...requirementsOf(framework).keys()];
  const step = Math.min(2, mostDays / requirements.length);
  const progress = Object.fromEntries(
    requirements.map((id, i): [string, RequirementProgress] => {
      const day = addDays(today, -Math.floor((requirements.length - 1 - i) * step));
      return [id, { status: 'met', since: endOfDay(day, program.timeZone), basis: 'preview' }];
    }),
  );
  return {
    credentialId: 'PREVIEW',
    code: previewCode,
    achievement: 'completion',
    achievementText: program.achievement,
    facts: {
      name,
      completedOn: today,
      framework: frameworkRef(framework),
      hashes: programHashes(program, template),
    },
    requestedAt: endOfDay(today, program.timeZone),
    issuedOn: today,
    program,
    template,
    transcript: transcriptOf('completion', framework, progress, program.timeZone, program.policy.transcriptSkills),
    images,
    isPreview: true,
  };
}
