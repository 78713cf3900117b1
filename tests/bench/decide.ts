import { emptyChain } from '../../functions/domain/audit.ts';
import { decideEvaluation } from '../../functions/domain/evaluation.ts';
import type { EvaluationInput } from '../../functions/domain/evaluation-input.ts';
import { type Framework, frameworkRef, frameworkSchema } from '../../functions/domain/framework.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import { assessment, item, newEnrollment, noon, ref, smallProgram, submission } from '../support/small-world.ts';
import { type Group, median, type Row, row } from './row.ts';

const sizes = [10, 100, 1000];
const rounds = 9;
const roundMilliseconds = 150;

/** Decisions per second for one changed piece of evidence, by the number of requirements of its framework. */
export const decide: Group = async (tell) => {
  const inputs = sizes.map(inputOfSize);
  for (const input of inputs) decisionsPerSecond(input);
  const rates = sizes.map(() => [] as number[]);
  // Rounds go around the sizes, so that a slow spell of the machine touches all of them.
  for (let round = 0; round < rounds; round++) {
    tell(`round ${round + 1} of ${rounds}`);
    for (const [i, input] of inputs.entries()) rates[i]?.push(decisionsPerSecond(input));
  }
  const medians = rates.map(median);
  const rows: Row[] = sizes.map((size, i) => row(`decide.rate.${size}`, medians[i] ?? 0, 'decisions/s'));
  return [...rows, row('decide.flatness', Math.max(...medians) / Math.min(...medians), 'x', { atMost: 2 })];
};

function decisionsPerSecond(input: EvaluationInput): number {
  const start = process.cpuUsage();
  let decisions = 0;
  let cpu = 0;
  while (cpu < roundMilliseconds * 1000) {
    for (let i = 0; i < 50; i++) if (!decideEvaluation(input).changed) throw new Error('the decision changed nothing');
    decisions += 50;
    const used = process.cpuUsage(start);
    cpu = used.user + used.system;
  }
  return decisions / (cpu / 1e6);
}

/** All but two requirements are met; an assessment of one of the two has just come in. */
function inputOfSize(size: number): EvaluationInput {
  const framework = frameworkOfSize(size);
  const met: RequirementProgress = { status: 'met', since: noon('2026-02-01'), basis: '0123456789ab' };
  const progress = Object.fromEntries(Array.from({ length: size - 2 }, (_, i) => [`set-${i + 1}`, met]));
  const requirement = `set-${size}`;
  const evidence = submission(requirement, 'e1', '2026-02-01');
  const verdict = item(assessment(evidence, 'a1', noon('2026-02-02')));
  const at = noon('2026-02-02');
  const program = smallProgram({ certificateValidityMonths: {} });
  return {
    enrollment: newEnrollment({
      framework: frameworkRef(framework),
      progress,
      met: size - 2,
      chain: emptyChain(ref, at),
    }),
    program,
    hashes: { program: '0'.repeat(64), template: '0'.repeat(64), policy: '0'.repeat(64) },
    framework,
    readings: new Map([[requirement, [item(evidence), verdict]]]),
    changes: [{ sk: verdict.sk, kind: 'put', sequence: '1', at, image: verdict.attributes }],
    knownCauses: new Set(),
    now: at,
    newIds: () => ({ credentialId: 'crd', code: '0'.repeat(26) }),
  };
}

function frameworkOfSize(size: number): Framework {
  return frameworkSchema.parse({
    schema: 'journeypaper/framework/1',
    id: 'bench',
    version: '1',
    title: 'Bench',
    source: { file: 'none', sponsor: null },
    onetCode: null,
    rapidsCode: null,
    hours: null,
    courses: [],
    certificates: [],
    skillSets: [
      {
        id: 'set',
        text: 'A set',
        skills: Array.from({ length: size }, (_, i) => ({ id: `set-${i + 1}`, text: `Skill ${i + 1}` })),
      },
    ],
  });
}
