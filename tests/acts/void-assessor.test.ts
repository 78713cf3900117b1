import { describe, expect, test } from 'vitest';
import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { assessorImpact } from '../../functions/acts/assessor-impact.ts';
import { assessEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { type VoidInput, voidAssessor } from '../../functions/acts/void-assessor.ts';
import { type Actor, findChainFault } from '../../functions/domain/audit.ts';
import type { Policy } from '../../functions/domain/program.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import classic from '../../templates/certificate/classic.json' with { type: 'json' };
import { programDocument, ref, smallFramework } from '../support/small-world.ts';
import { memoryStore, stepsWorld, watched } from '../support/steps-world.ts';

const administrator: Actor = { id: 'office', role: 'administrator' };
const input: VoidInput = { program: 'harbor', assessor: 'assessor-1', text: 'Signed for people never met' };
const everything = ['engage-1', 'engage-2', 'course-ethics', 'cert-cpr'];

async function completed(policy: Partial<Policy> = {}) {
  const world = stepsWorld(memoryStore(), policy);
  await world.publish();
  await world.enroll();
  await world.complete();
  return world;
}
type World = Awaited<ReturnType<typeof completed>>;

async function issued(policy: Partial<Policy> = {}) {
  const world = await completed(policy);
  await issueCredential(world.ports, world.issueRequest());
  return world;
}

const voidThem = ({ ports }: World, more: Partial<VoidInput> = {}) =>
  voidAssessor(ports, administrator, { ...input, ...more });

async function impactOf({ ports }: World, assessor = 'assessor-1') {
  const stored = await ports.store.readProgram('harbor');
  if (!stored) throw new Error('no program');
  const found = [];
  for await (const impact of assessorImpact(ports, stored.program, assessor)) found.push(impact);
  return found;
}
const load = ({ ports }: World, change: Record<string, unknown> = {}) =>
  loadProgram(ports, {
    program: { ...programDocument, ...change },
    template: classic,
    framework: smallFramework,
  });
const entriesOf = async (world: World, action: string) =>
  (await world.record()).ledger.filter((entry) => entry.action === action);

describe('what stands on an assessor', () => {
  test('is every assessment of theirs, the credential on it, and what would be missing without', async () => {
    const world = await issued();
    const [impact] = await impactOf(world);
    expect(impact).toMatchObject({ enrollment: 'enr-1', status: 'complete' });
    expect(impact?.assessments).toHaveLength(4);
    expect(impact?.assessments.every((a) => a.stands && a.outcome === 'met')).toBe(true);
    expect(impact?.credentials).toMatchObject([{ achievement: 'completion', state: 'in-force', falls: true }]);
    expect(impact?.credentials[0]?.missing).toEqual(
      expect.arrayContaining(everything.map((requirement) => ({ requirement, why: 'awaiting' }))),
    );
  });

  test('is nothing where another has assessed everything', async () => {
    expect(await impactOf(await issued(), 'assessor-2')).toEqual([]);
  });

  test('lets a credential stand whose every requirement another assessed too', async () => {
    const world = await completed();
    await load(world, { assessors: [...programDocument.assessors, { id: 'second', name: 'Two', from: '2020-01-01' }] });
    await assessEvidence(
      world.ports,
      ref,
      everything.map((requirement, i) => ({ requirement, evidence: `e${i + 1}`, assessor: 'second', outcome: 'met' })),
    );
    await world.settle();
    await issueCredential(world.ports, world.issueRequest());
    expect((await impactOf(world))[0]?.credentials).toMatchObject([{ falls: false, missing: [] }]);
    await voidThem(world);
    await world.lookAtAll();
    expect((await world.record()).credentials[0]?.state).toBe('issued');
  });

  test('tells of an assessment that stood once and was withdrawn since', async () => {
    const world = await completed();
    await world.ports.store.putWithdrawal({
      schema: 'journeypaper/withdrawal/1',
      ...ref,
      requirement: 'engage-1',
      evidence: 'e1',
      withdrawnBy: 'apprentice-1',
      withdrawnAt: world.ports.clock.now(),
    });
    const [impact] = await impactOf(world);
    const stood = impact?.assessments.filter(({ stands }) => !stands);
    expect(stood).toMatchObject([{ requirement: 'engage-1', outcome: 'met' }]);
  });
});

describe('voiding an assessor', () => {
  test('is one entry with the fence counted up, and suspends what stood on them', async () => {
    const world = await issued();
    const { fence } = (await world.record()).enrollment;
    expect(await voidThem(world)).toMatchObject({ outcome: 'voided', enrollments: 1, falling: 1, revoked: [] });
    const [entry] = await entriesOf(world, 'assessor-voided');
    expect(entry).toMatchObject({ actor: administrator, subject: 'assessor-1' });
    expect(JSON.stringify(entry)).not.toContain('never met');
    expect((await world.record()).enrollment.fence).toBe(fence + 1);
    expect(world.sent.at(-1)).toMatchObject({ type: 'evaluation-requested', whole: true, reason: 'assessor-voided' });
    await world.lookAtAll();
    const after = await world.record();
    expect(after.credentials[0]?.state).toBe('suspended');
    expect(after.enrollment).toMatchObject({ status: 'open', met: 0 });
    expect(findChainFault(after.enrollment, after.ledger)).toBeUndefined();
  });

  test('stops an issue that had read everything before', async () => {
    const world = await completed();
    let voided = false;
    const ports = watched(world.ports, {
      before: async (name) => {
        if (name !== 'store.commit' || voided) return;
        voided = true;
        await voidThem(world);
      },
    });
    expect(await issueCredential(ports, world.issueRequest())).toBe('refused');
    expect(voided).toBe(true);
    expect((await world.record()).credentials).toEqual([]);
  });

  test('stops an evaluation that had read the roster before: it decides again by the new one', async () => {
    const world = await issued();
    await world.ports.store.putAssessment(
      {
        ...(await firstAssessment(world)),
        assessment: 'late',
        assessedAt: world.ports.clock.now(),
      },
      { fence: false },
    );
    const { store } = world.ports;
    const { commit } = store;
    let voided = false;
    store.commit = async (given) => {
      if (!voided) {
        voided = true;
        await voidThem(world);
        await world.lookAtAll();
      }
      return commit(given);
    };
    await world.settle();
    const { enrollment, credentials } = await world.record();
    expect(credentials[0]?.state).toBe('suspended');
    expect(enrollment.met).toBe(0);
  });

  test('revokes in the same go where that was asked, once', async () => {
    const world = await issued();
    const answer = await voidThem(world, { revoke: 'fraud' });
    const { credentialId } = (await world.record()).credentials[0] as { credentialId: string };
    expect(answer).toMatchObject({ falling: 1, revoked: [credentialId] });
    expect((await world.record()).credentials[0]).toMatchObject({ state: 'revoked', revocation: { code: 'fraud' } });
    expect(await voidThem(world, { revoke: 'fraud' })).toMatchObject({ falling: 0, revoked: [] });
    expect(await entriesOf(world, 'assessor-voided')).toHaveLength(1);
  });

  test.each(['store.putProgram', 'store.commit', 'queue.send'])(
    'that dies at %s is finished by repeating it',
    async (call) => {
      const world = await issued();
      const dying = dyingAt(world.ports, call);
      await expect(voidAssessor(dying, administrator, input)).rejects.toThrow('crash');
      await voidAssessor(world.ports, { ...administrator, id: 'second-office' }, { ...input, text: 'Again' });
      const [entry, ...more] = await entriesOf(world, 'assessor-voided');
      expect(more).toEqual([]);
      expect(entry?.actor.id).toBe('office');
      expect(world.sent.at(-1)).toMatchObject({ reason: 'assessor-voided' });
      await world.lookAtAll();
      expect((await world.record()).credentials[0]?.state).toBe('suspended');
    },
  );

  test('counts nothing that they assess afterwards, and everything that another does', async () => {
    const world = await issued();
    await load(world, { assessors: [...programDocument.assessors, { id: 'second', name: 'Two', from: '2020-01-01' }] });
    await voidThem(world);
    await world.lookAtAll();
    const assess = (assessor: string) =>
      assessEvidence(
        world.ports,
        ref,
        everything.map((requirement, i) => ({ requirement, evidence: `e${i + 1}`, assessor, outcome: 'met' })),
      );
    expect(await assess('assessor-1')).toMatchObject(everything.map(() => ({ code: 'assessment.voided' })));
    await assess('second');
    await world.settle();
    expect((await world.record()).credentials[0]?.state).toBe('issued');
  });

  test.each([
    ['the assessor themselves', { id: 'assessor-1', role: 'administrator' } as Actor, input, 'voiding.own'],
    ['no reason', administrator, { ...input, text: ' ' }, 'voiding.text'],
    ['an unknown program', administrator, { ...input, program: 'nosuch' }, 'program.unknown'],
    ['somebody not on the roster', administrator, { ...input, assessor: 'nobody' }, 'assessor.unknown'],
    ['an unknown code', administrator, { ...input, revoke: 'because' as 'fraud' }, 'revocation.code'],
  ])('is refused with %s', async (_, actor, given, code) => {
    const world = await completed();
    expect(await voidAssessor(world.ports, actor, given)).toMatchObject({ outcome: 'refused', code });
    expect((await world.ports.store.readProgram('harbor'))?.program.assessors[0]).not.toHaveProperty('voided');
  });
});

describe('loading the program afterwards', () => {
  const markOf = async ({ ports }: World) =>
    (await ports.store.readProgram('harbor'))?.program.assessors.find(({ id }) => id === 'assessor-1')?.voided;

  test('keeps the mark that the file does not have, and even where the file leaves the assessor out', async () => {
    const world = await completed();
    await voidThem(world);
    const mark = await markOf(world);
    expect(mark).toMatchObject({ by: 'office', reason: input.text });
    expect(await load(world)).toMatchObject({ outcome: 'loaded' });
    expect(await markOf(world)).toEqual(mark);
    await load(world, { assessors: [{ id: 'second', name: 'Two', from: '2020-01-01' }] });
    expect(await markOf(world)).toEqual(mark);
    await load(world, { assessors: [{ id: 'assessor-1', name: 'Another name', from: '2021-01-01' }] });
    expect(await markOf(world)).toEqual(mark);
  });

  test('voids nobody by a file', async () => {
    const world = await completed();
    const voided = { at: '2026-03-01T00:00:00.000Z', by: 'file', reason: 'by hand' };
    const assessors = [{ ...programDocument.assessors[0], voided }];
    expect(await load(world, { assessors })).toMatchObject({ outcome: 'refused', code: 'program.voided' });
  });

  test('does not lose a mark that was set between its look and its write', async () => {
    const world = await completed();
    const { store } = world.ports;
    const { putProgram } = store;
    let once = false;
    store.putProgram = async (...given) => {
      if (!once) {
        once = true;
        await voidThem(world);
      }
      return putProgram(...given);
    };
    await load(world);
    expect(await markOf(world)).toMatchObject({ by: 'office' });
  });
});

async function firstAssessment({ ports }: World) {
  const items = await ports.store.readAllEvidence(ref);
  const found = items.find(({ sk }) => sk.includes('#ASSESSMENT#'));
  return found?.attributes as Parameters<ActPorts['store']['putAssessment']>[0];
}

/** The ports, of which one call has its effect and is never answered. */
function dyingAt(ports: ActPorts, call: string): ActPorts {
  const crash = <T extends object>(port: string, calls: T): T =>
    Object.fromEntries(
      Object.entries(calls).map(([name, run]) => [
        name,
        async (...given: unknown[]) => {
          const answer = await run(...given);
          if (`${port}.${name}` === call) throw new AdapterError('test.crash', 'crash', { retryable: true });
          return answer;
        },
      ]),
    ) as T;
  return { ...ports, store: crash('store', ports.store), queue: crash('queue', ports.queue) };
}
