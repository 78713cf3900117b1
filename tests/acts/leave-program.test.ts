import { describe, expect, test } from 'vitest';
import { resumeEnrollment, withdrawFromProgram } from '../../functions/acts/leave-program.ts';
import { readStatus } from '../../functions/acts/status.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import type { Policy } from '../../functions/domain/program.ts';
import { evidenceHashOf } from '../../functions/domain/progress.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { assessment, cprSubmission, noon, ref, submission, withdrawal } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const administrator: Actor = { id: 'administrator', role: 'administrator' };
const resigned = { code: 'resigned', text: 'Took another job in March' } as const;

async function enrolled(policy: Partial<Policy> = {}) {
  const world = stepsWorld(memoryStore(), policy);
  await world.publish();
  await world.enroll();
  return world;
}
type World = Awaited<ReturnType<typeof enrolled>>;
const leave = ({ ports }: World) => withdrawFromProgram(ports, administrator, ref, resigned);

/** Evidence and its assessments straight into the table, past the checks of our own acts. */
async function writeAll(world: World, requirements: readonly string[]): Promise<void> {
  const enrollment = await read(world);
  if (!enrollment) throw new Error('nobody is enrolled');
  for (const requirement of requirements) {
    const of =
      requirement === 'cert-cpr'
        ? cprSubmission(`e-${requirement}`, '2026-02-01', '2026-01-20')
        : submission(requirement, `e-${requirement}`, '2026-02-01');
    await world.ports.store.putSubmission(of);
    const evidenceHash = evidenceHashOf(of, enrollment);
    const assessed = assessment(of, `a-${requirement}`, noon('2026-02-02'), 'met', { evidenceHash });
    await world.ports.store.putAssessment(assessed, { fence: false });
  }
  await world.settle();
}
const read = ({ ports }: World) => ports.store.readEnrollment(ref);

describe('leaving the program', () => {
  test('is on the record with its reason, and in the ledger with its code and a hash alone', async () => {
    const world = await enrolled();
    expect(await leave(world)).toEqual({ outcome: 'withdrawn' });
    expect(await read(world)).toMatchObject({ status: 'withdrawn', left: resigned });
    const status = await readStatus(world.ports, ref);
    if (status.outcome !== 'found') throw new Error('not found');
    const entry = status.ledger.at(-1);
    expect(entry).toMatchObject({ action: 'enrollment-withdrawn', actor: administrator, facts: { code: 'resigned' } });
    expect(JSON.stringify(entry)).not.toContain('another job');
    expect(status.chainFault).toBeUndefined();
    expect(status.explanation.credential.because).toBe('the apprentice left the program');
  });

  test('may be said twice', async () => {
    const world = await enrolled();
    await leave(world);
    expect(await leave(world)).toEqual({ outcome: 'repeated' });
  });

  test('is no way back from a completion', async () => {
    const world = await enrolled();
    await world.complete();
    expect(await leave(world)).toMatchObject({ outcome: 'refused', code: 'enrollment.complete' });
    expect(await issueCredential(world.ports, world.issueRequest())).toBe('issued');
  });

  test('cancels what is pending: an issue under way issues nothing', async () => {
    const world = await enrolled({ interimCredentials: true });
    await writeAll(world, ['engage-1', 'engage-2']);
    const request = world.issueRequest();
    expect(request.achievement).toBe('skill-set:engage');
    await leave(world);
    expect(await issueCredential(world.ports, request)).toBe('stale');
    const entries = (await world.record()).ledger.map((entry) => entry.action);
    expect(entries.slice(-2)).toEqual(['enrollment-withdrawn', 'credential-request-cancelled']);
  });

  test('leaves a skill-set credential in force, which falls with its basis', async () => {
    const world = await enrolled({ interimCredentials: true });
    await writeAll(world, ['engage-1', 'engage-2']);
    await issueCredential(world.ports, world.issueRequest());
    await leave(world);
    const active = async () => (await read(world))?.pointers['skill-set:engage']?.active;
    expect(await active()).toMatchObject({ suspended: false });
    await world.ports.store.putWithdrawal(
      withdrawal(submission('engage-1', 'e-engage-1', '2026-02-01'), noon('2026-02-20')),
    );
    await world.settle();
    expect(await active()).toMatchObject({ suspended: true });
    expect((await read(world))?.status).toBe('withdrawn');
  });

  test('completes nothing afterwards, whatever evidence another system writes and an assessor had met', async () => {
    const world = await enrolled();
    await leave(world);
    await writeAll(world, ['engage-1', 'engage-2', 'course-ethics', 'cert-cpr']);
    const after = await read(world);
    expect(after).toMatchObject({ status: 'withdrawn', met: 4, pointers: {} });
  });

  test('is taken back by an act of its own, after which the record goes on where it stood', async () => {
    const world = await enrolled();
    await leave(world);
    expect(await resumeEnrollment(world.ports, administrator, ref)).toEqual({ outcome: 'resumed' });
    expect(world.sent.at(-1)).toMatchObject({ type: 'evaluation-requested', whole: true });
    const after = await read(world);
    expect(after?.status).toBe('open');
    expect(after?.left).toBeUndefined();
    await world.complete();
    expect((await read(world))?.status).toBe('complete');
    expect(await resumeEnrollment(world.ports, administrator, ref)).toMatchObject({
      outcome: 'refused',
      code: 'enrollment.not-withdrawn',
    });
  });

  test('shows as of the instants before, between and after', async () => {
    const world = await enrolled();
    await leave(world);
    const left = (await read(world))?.lastChangeAt ?? '';
    await resumeEnrollment(world.ports, administrator, ref);
    const at = async (moment: string) => {
      const status = await readStatus(world.ports, ref, moment);
      return status.outcome === 'found' ? status.standing.status : status;
    };
    const resumed = (await read(world))?.lastChangeAt ?? '';
    expect(await at(left)).toBe('withdrawn');
    expect(await at(resumed)).toBe('open');
  });

  test.each([
    ['no reason', { ...resigned, text: ' ' }, 'leaving.text'],
    ['a reason of two lines', { ...resigned, text: 'one\ntwo' }, 'leaving.text'],
    ['an unknown code', { code: 'because' as 'other', text: 'unclear' }, 'leaving.code'],
  ])('is refused with %s', async (_, input, code) => {
    const world = await enrolled();
    expect(await withdrawFromProgram(world.ports, administrator, ref, input)).toMatchObject({ code });
  });

  test('of nobody is refused by name', async () => {
    const world = await enrolled();
    const nobody = { ...ref, enrollment: 'nobody' };
    expect(await withdrawFromProgram(world.ports, administrator, nobody, resigned)).toMatchObject({
      code: 'enrollment.unknown',
    });
  });
});

test('being taken back after a crash between the record and the request for a look is said again, and looked at', async () => {
  const world = await enrolled();
  await leave(world);
  const queue = { send: () => Promise.reject(new Error('crash')) };
  await expect(resumeEnrollment({ ...world.ports, queue }, administrator, ref)).rejects.toThrow('crash');
  const sent = world.sent.length;
  expect(await resumeEnrollment(world.ports, administrator, ref)).toMatchObject({ code: 'enrollment.not-withdrawn' });
  expect(world.sent.slice(sent)).toMatchObject([{ type: 'evaluation-requested', whole: true, reason: 'resumed' }]);
});
