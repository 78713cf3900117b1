import type { AssessorImpact } from '../acts/assessor-impact.ts';
import { type Mask, sensitiveRequirement } from '../domain/masking.ts';
import type { Program, Voided } from '../domain/program.ts';
import { localMoment } from './moments.ts';
import { type Cell, counted, heading, type Page, table } from './page.ts';
import { missingLines } from './reasons.ts';

export type ImpactCounts = {
  enrollments: number;
  assessments: number;
  standing: number;
  inForce: number;
  falling: number;
};

export function countImpact(impacts: readonly AssessorImpact[]): ImpactCounts {
  const assessments = impacts.flatMap((impact) => impact.assessments);
  const inForce = impacts.flatMap(({ credentials }) => credentials.filter(({ state }) => state !== 'pending'));
  return {
    enrollments: impacts.length,
    assessments: assessments.length,
    standing: assessments.filter(({ stands }) => stands).length,
    inForce: inForce.length,
    falling: inForce.filter(({ falls }) => falls).length,
  };
}

/** Every assessment of theirs, and under each enrollment the credentials that stand on one. */
export function impactText(
  page: Page,
  program: Program,
  assessor: string,
  voided: Voided | undefined,
  impacts: readonly AssessorImpact[],
  mask: Mask,
): string {
  const name = program.assessors.find(({ id }) => id === assessor)?.name;
  const title = `${assessor}${name ? ` (${name})` : ', not on the roster,'} in ${program.name} (${program.id})`;
  const mark = voided ? [`Voided ${localMoment(voided.at, program.timeZone)} by ${voided.by}`] : [];
  if (impacts.length === 0) return [heading(page, title), ...mark, 'has assessed nothing.'].join('\n');
  const sections = impacts.map((impact) => impactSection(page, impact, program.timeZone, mask));
  return [heading(page, title), ...mark, '', ...sections, countsText(countImpact(impacts))].join('\n');
}

function impactSection(page: Page, impact: AssessorImpact, timeZone: string, mask: Mask): string {
  const { enrollment, status, framework, assessments, credentials } = impact;
  const rows = assessments.map(({ assessedAt, outcome, requirement, evidence, stands }): Cell[] => [
    { text: localMoment(assessedAt, timeZone) },
    { text: outcome === 'gone' ? 'gone' : outcome.replace('-', ' ') },
    { text: stands ? 'stands' : 'stands no more', ...(!stands && { style: 'dim' as const }) },
    { text: mask.ids(requirement) },
    // Evidence of a hidden requirement may be named after it.
    { text: mask.ids(requirement) === requirement ? evidence : '' },
  ]);
  const papers = credentials.flatMap(({ credentialId, achievement, state, falls, missing }) => {
    const fate = falls ? 'FALLS' : 'stands without them';
    const line = `  Credential ${credentialId} (${mask.ids(achievement)}), ${state.replace('-', ' ')}: ${fate}`;
    const lines = missingLines(missing, framework, mask).map(({ ids, why, text }) => [ids, why, text]);
    return [page.paint(falls ? 'red' : 'green', line), ...(lines.length > 0 ? [table(page, lines, 6)] : [])];
  });
  return `${heading(page, `${enrollment}, ${status}`)}\n${[table(page, rows), ...papers].join('\n')}\n`;
}

export function countsText({ enrollments, assessments, standing, inForce, falling }: ImpactCounts): string {
  const made = `${counted(assessments, 'assessment')} in ${counted(enrollments, 'enrollment')}, ${standing} standing`;
  return `${made}; ${counted(inForce, 'credential')} in force on them, ${falling} of which would fall.`;
}

/** The same for programs. */
export function impactJson({ framework: _, ...impact }: AssessorImpact, mask: Mask) {
  const masked = mask.json(impact);
  const assessments = masked.assessments.map((assessment) =>
    assessment.requirement === sensitiveRequirement ? { ...assessment, evidence: sensitiveRequirement } : assessment,
  );
  return { ...masked, assessments };
}
