import { expect, test } from 'vitest';
import { commitItems } from '../../functions/adapters/aws/commit-items.ts';
import type { Commit } from '../../functions/domain/commit.ts';
import type { Achievement, Credential, Pointer } from '../../functions/domain/credential.ts';
import { type Delivery, newDelivery } from '../../functions/domain/delivery.ts';
import { type Enrollment, patched } from '../../functions/domain/enrollment.ts';
import { maxChangesPerCommit } from '../../functions/domain/evaluation.ts';
import { parseEvidenceKeys, type RawItem, type Submission } from '../../functions/domain/evidence.ts';
import { type Framework, frameworkRef, frameworkSchema } from '../../functions/domain/framework.ts';
import type { Change } from '../../functions/domain/messages.ts';
import { programHashes } from '../../functions/domain/program.ts';
import { type EvaluatePorts, evaluateEnrollment } from '../../functions/evaluate/evaluate.ts';
import { classicTemplate } from '../support/certificate-content.ts';
import {
  assessment,
  item,
  newEnrollment,
  noon,
  ref,
  smallFramework,
  smallProgram,
  submission,
} from '../support/small-world.ts';

/** What DynamoDB takes in one transaction, and in one expression. */
const maxItems = 100;
const maxExpressionBytes = 4096;

const framework: Framework = frameworkSchema.parse({
  ...smallFramework,
  courses: [],
  certificates: [],
  skillSets: Array.from({ length: 90 }, (_, i) => ({
    id: `set-${i}`,
    text: `Set ${i}`,
    skills: [{ id: `set-${i}-1`, text: `Skill ${i}` }],
  })),
});
const skills = framework.skillSets.map((set) => `${set.id}-1`);
const at = noon('2026-03-01');
const evidenceOf = (skill: string) => submission(skill, 'e1', '2026-02-01');

/** All pointers active, each with its credential and an email that was cancelled, as a suspension leaves them. */
function suspendedPointers(): Record<string, Pointer> {
  const achievements: Achievement[] = [
    'completion',
    ...framework.skillSets.map(({ id }) => `skill-set:${id}` as const),
  ];
  return Object.fromEntries(
    achievements.map((achievement) => [
      achievement,
      { active: { credentialId: `crd-${achievement.replace(':', '-')}`, suspended: true, completedOn: '2026-02-20' } },
    ]),
  );
}

/** A table of one enrollment that evaluate works on; it keeps every commit and refuses none. */
function world(options: { interimCredentials: boolean; pointers: Record<string, Pointer> }) {
  const program = smallProgram({ interimCredentials: options.interimCredentials });
  const stored = {
    program,
    hashes: programHashes(program, classicTemplate),
    frameworkHash: frameworkRef(framework).hash,
  };
  let enrollment: Enrollment = newEnrollment({ framework: frameworkRef(framework), pointers: options.pointers });
  const items: RawItem[] = skills.map((skill) => item(evidenceOf(skill)));
  const commits: Commit[] = [];
  let made = 0;
  const cancelled = (deliveryId: string, credentialId: string): Delivery => ({
    ...newDelivery({ ...ref, deliveryId, about: { kind: 'credential', credentialId } }, at),
    state: 'cancelled',
  });
  const store: EvaluatePorts['store'] = {
    readProgram: async () => stored,
    readFramework: async () => framework,
    readEnrollment: async () => enrollment,
    readAllEvidence: async () => items,
    readEvidence: async (_, requirements) =>
      items.filter(({ sk }) =>
        requirements.includes(parseEvidenceKeys('harbor#EVIDENCE#enr-1', sk)?.requirement ?? ''),
      ),
    readCredential: async (_, credentialId) => ({ credentialId, delivery: `dlv-${credentialId}` }) as Credential,
    readDelivery: async (_, deliveryId) => cancelled(deliveryId, deliveryId.slice('dlv-'.length)),
    commit: async (commit) => {
      commits.push(commit);
      enrollment = { ...patched(enrollment, commit.patch), version: enrollment.version + 1 };
      return { outcome: 'committed' };
    },
    putAside: async () => undefined,
    clearAside: async () => undefined,
  };
  const ports: EvaluatePorts = {
    store,
    clock: { now: () => at },
    ids: { id: () => `id${++made}`, code: () => String(++made).padStart(26, '0') },
    queue: { send: async () => undefined },
    journal: () => undefined,
  };
  let sequence = 0;
  /** Some skills are assessed, and the stream shows it in one batch. */
  const assess = async (which: readonly string[], id: string, outcome: 'met' | 'not-met', assessedAt: string) => {
    const added = which.map((skill) => item(assessment(evidenceOf(skill) as Submission, id, assessedAt, outcome)));
    items.push(...added);
    const changes = added.map(({ sk, attributes }): Change => {
      return { sk, kind: 'put', sequence: String(++sequence), at: assessedAt, image: attributes };
    });
    await evaluateEnrollment(ports, { ref, changes, whole: false });
  };
  return { assess, commits, program, current: () => enrollment };
}

function largest(commits: readonly Commit[]): { items: number; expression: number } {
  const sizes = commits.map((commit) => commitItems(commit, 'Records'));
  const expressions = sizes.map(([first]) => Buffer.byteLength(first?.write.Update?.UpdateExpression ?? ''));
  return { items: Math.max(...sizes.map(({ length }) => length)), expression: Math.max(...expressions) };
}

const suspended = (enrollment: Enrollment) =>
  Object.values(enrollment.pointers).filter((pointer) => pointer.active?.suspended).length;

test.each([
  ['on', true],
  ['off by now', false],
])(
  'with interim credentials %s, ninety sets that are reinstated and suspended at once fit transactions',
  async (_, interimCredentials) => {
    const { assess, commits, program, current } = world({ interimCredentials, pointers: suspendedPointers() });
    const most = maxChangesPerCommit(program, current());
    // The completion is reinstated together with a whole commit's worth of skill sets.
    await assess(skills.slice(0, -most), 'a1', 'met', noon('2026-02-20'));
    await assess(skills.slice(-most), 'a1', 'met', noon('2026-02-20'));
    expect(suspended(current())).toBe(0);
    const renewed = commits.flatMap(({ newDeliveries }) => newDeliveries ?? []);
    expect(new Set(renewed.map(({ deliveryId }) => deliveryId)).size).toBe(91);
    expect(largest(commits).items).toBeGreaterThan(90);

    await assess(skills, 'a2', 'not-met', noon('2026-02-21'));
    expect(suspended(current())).toBe(91);
    const { items, expression } = largest(commits);
    expect(items).toBeLessThanOrEqual(maxItems);
    expect(expression).toBeLessThanOrEqual(maxExpressionBytes);
    const causes = commits.flatMap(({ entries }) => entries.map(({ cause }) => cause));
    expect(new Set(causes).size).toBe(causes.length);
  },
);

test.each([
  ['on', true],
  ['off', false],
])(
  'with interim credentials %s and none issued yet, ninety skills met at once fit transactions',
  async (_, interimCredentials) => {
    const { assess, commits, current } = world({ interimCredentials, pointers: {} });
    await assess(skills, 'a1', 'met', noon('2026-02-20'));
    const { items, expression } = largest(commits);
    expect(items).toBeLessThanOrEqual(maxItems);
    expect(expression).toBeLessThanOrEqual(maxExpressionBytes);
    const pending = Object.values(current().pointers).filter((pointer) => pointer.pending);
    expect([current().status, current().met, pending.length]).toEqual(['complete', 90, interimCredentials ? 91 : 1]);
  },
);
