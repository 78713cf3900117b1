import { describe, expect, test } from 'vitest';
import { moveToFramework, type SimulatedEnrollment, simulateFramework } from '../../functions/acts/framework-change.ts';
import { readStatus } from '../../functions/acts/status.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import { type Framework, frameworkSchema } from '../../functions/domain/framework.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { ref, smallFramework } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const administrator: Actor = { id: 'administrator', role: 'administrator' };

/** The second version: one skill more, and no course. */
const wider: Framework = frameworkSchema.parse({
  ...smallFramework,
  version: '2',
  courses: [],
  skillSets: smallFramework.skillSets.map((set) => ({
    ...set,
    skills: [...set.skills, { id: 'engage-3', text: 'Follows up' }],
  })),
});
/** The second version: the course is gone, and nothing came. */
const narrower: Framework = frameworkSchema.parse({ ...smallFramework, version: '2', courses: [] });

async function enrolled(next: Framework) {
  const store = memoryStore();
  const world = stepsWorld(store);
  await world.publish();
  await world.enroll();
  await store.putFramework(next);
  return world;
}
type World = Awaited<ReturnType<typeof enrolled>>;

async function simulate({ ports }: World, next: Framework): Promise<SimulatedEnrollment[]> {
  const found = [];
  for await (const simulated of simulateFramework(ports, ref.program, next)) found.push(simulated);
  return found;
}

/** All evidence but that of the course. */
async function allButTheCourse(world: World) {
  const { assess } = world;
  await assess(['engage-1', 'engage-2', 'cert-cpr']);
}

describe('simulating another version of a framework', () => {
  test('tells who would newly complete', async () => {
    const world = await enrolled(narrower);
    await allButTheCourse(world);
    expect(await simulate(world, narrower)).toMatchObject([
      {
        enrollment: 'enr-1',
        framework: 'small 1',
        effect: 'completes',
        before: { met: 3, of: 4 },
        after: { met: 3, of: 3, missing: [] },
      },
    ]);
  });

  test('tells who would no longer be complete, and what each would miss', async () => {
    const world = await enrolled(wider);
    await world.complete();
    await issueCredential(world.ports, world.issueRequest());
    expect(await simulate(world, wider)).toMatchObject([
      {
        effect: 'falls-short',
        before: { complete: true },
        after: { complete: false, missing: [{ requirement: 'engage-3', why: 'missing' }] },
      },
    ]);
  });

  test('writes nothing', async () => {
    const world = await enrolled(wider);
    await world.complete();
    const before = await world.record();
    const sent = world.sent.length;
    await simulate(world, wider);
    expect(await world.record()).toEqual(before);
    expect(world.sent).toHaveLength(sent);
  });
});

describe('moving to another version of a framework', () => {
  test('is an entry, forgets what the new version does not have, and carries the rest over', async () => {
    const world = await enrolled(narrower);
    await world.assess(['engage-1', 'course-ethics']);
    expect(await moveToFramework(world.ports, administrator, ref, narrower)).toEqual({ outcome: 'moved' });
    const { enrollment, ledger } = await world.record();
    expect(enrollment).toMatchObject({ framework: { version: '2' }, met: 1 });
    expect(Object.keys(enrollment.progress)).toEqual(['engage-1']);
    expect(ledger.at(-1)).toMatchObject({
      action: 'framework-moved',
      facts: { from: 'small@1', to: 'small@2', 'status.course-ethics': 'missing' },
    });
    expect(world.sent.at(-1)).toMatchObject({ type: 'evaluation-requested', whole: true });
  });

  test('completes who lacked only what the new version does not ask for', async () => {
    const world = await enrolled(narrower);
    await allButTheCourse(world);
    await moveToFramework(world.ports, administrator, ref, narrower);
    await world.lookAtAll();
    expect(await issueCredential(world.ports, world.issueRequest())).toBe('issued');
    expect((await world.record()).credentials[0]?.facts.framework.version).toBe('2');
  });

  test('leaves the past as it was: an instant before the move is judged by the version of then', async () => {
    const world = await enrolled(wider);
    await world.assess(['engage-1', 'engage-2', 'cert-cpr']);
    const before = (await world.record()).enrollment.lastChangeAt;
    await moveToFramework(world.ports, administrator, ref, wider);
    await world.lookAtAll();
    const missingAt = async (moment?: string) => {
      const status = await readStatus(world.ports, ref, moment);
      return status.outcome === 'found' ? status.explanation.missing : status;
    };
    expect(await missingAt(before)).toEqual([{ requirement: 'course-ethics', why: 'missing' }]);
    expect(await missingAt()).toEqual([{ requirement: 'engage-3', why: 'missing' }]);
  });

  test('is refused to who has completed, to another framework, to the same version and to one that is not loaded', async () => {
    const world = await enrolled(wider);
    const move = (next: Framework) => moveToFramework(world.ports, administrator, ref, next);
    expect(await move(smallFramework)).toMatchObject({ code: 'framework.same' });
    expect(await move({ ...wider, version: '3' })).toMatchObject({ code: 'framework.unknown' });
    const other = frameworkSchema.parse({ ...smallFramework, id: 'another' });
    await world.ports.store.putFramework(other);
    expect(await move(other)).toMatchObject({ code: 'framework.other' });
    await world.complete();
    expect(await move(wider)).toMatchObject({ code: 'enrollment.not-open' });
  });
});
