import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { EnrollmentRef } from '../../functions/domain/ids.ts';
import { programSchema } from '../../functions/domain/program.ts';
import { classicTemplate } from '../support/certificate-content.ts';
import { assessment, noon, programDocument, smallFramework, smallProgram, withdrawal } from '../support/small-world.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';
import { putEvidence } from './put-records.ts';

/** One set of the small framework says something about its holder's health. */
const framework = {
  ...smallFramework,
  version: '2',
  skillSets: [
    ...smallFramework.skillSets,
    {
      id: 'lived',
      text: 'Shares lived experience',
      sensitive: true,
      skills: [{ id: 'lived-1', text: 'Is in recovery' }],
    },
  ],
} as typeof smallFramework;

let world: ApiWorld;
const tokens: Record<string, string> = {};
beforeAll(async () => {
  world = await startApiWorld();
  const program = programSchema.parse({
    ...programDocument,
    policy: smallProgram().policy,
    framework: { id: 'small', version: '2' },
  });
  await world.ports.store.putProgram(program, classicTemplate, framework);
  for (const [name, actor, ...roles] of [
    ['zoe', 'zoe', 'apprentice'],
    ['other', 'otto', 'apprentice'],
    ['mentor', 'assessor-1', 'assessor'],
    ['stranger', 'nobody-known', 'assessor'],
    ['office', 'office', 'administrator'],
    ['auditor', 'audrey', 'auditor'],
    ['both', 'assessor-1', 'apprentice', 'assessor'],
  ] as const)
    tokens[name] = await world.issuer.tokenOf(actor, ...roles.map((role) => `harbor:${role}`));
});
afterAll(() => world.stop());

let made = 0;
async function record(apprentice = 'zoe'): Promise<EnrollmentRef & { path: string }> {
  const enrollment = `enr-of-evidence-${++made}`;
  const stored = await world.ports.store.readProgram('harbor');
  const pinned = { id: 'small', version: '2', hash: stored?.frameworkHash ?? '' };
  const of = { id: apprentice, name: 'Zoë Müller', email: 'zoe@apprentices.example' };
  await world.enroll({ enrollment, apprentice: of, framework: pinned });
  return { program: 'harbor', enrollment, path: `/enrollments/${enrollment}` };
}

let key = 0;
const post = (who: string, path: string, body: unknown, idempotencyKey = `key-of-evidence-${++key}`) =>
  world.ask('POST', path, { token: tokens[who], body, headers: { 'idempotency-key': idempotencyKey } });
const get = async (who: string, path: string) => readJson(await world.ask('GET', path, { token: tokens[who] }));

const piece = (requirement = 'engage-1', more: Record<string, unknown> = {}) => ({
  requirement,
  occurredOn: '2026-02-01',
  attestation: 'Did it on the morning shift; the log has it.',
  ...more,
});

describe('submitting', () => {
  test('an apprentice submits for themselves, and nothing in the body says who or when', async () => {
    const { path, ...ref } = await record();
    const answer = await post(
      'zoe',
      `${path}/evidence`,
      piece('engage-1', { hours: 7.5, pointer: 'binder 3, page 4' }),
    );
    const { outcome, evidence } = await readJson(answer);
    expect([answer.status, outcome]).toEqual([201, 'submitted']);
    const [item] = await world.ports.store.readAllEvidence(ref);
    expect(item?.attributes).toMatchObject({
      submittedBy: 'zoe',
      evidence,
      hours: 7.5,
      schema: 'journeypaper/evidence/1',
    });
    for (const smuggled of [
      { submittedBy: 'office' },
      { submittedAt: noon('2020-01-01') },
      { program: 'harbor-annex' },
      { own: true },
    ]) {
      const refused = await post('zoe', `${path}/evidence`, { ...piece(), ...smuggled });
      expect([refused.status, (await readJson(refused)).code]).toEqual([400, 'request.invalid']);
    }
  });

  test('sent again under its key it is one piece', async () => {
    const { path, ...ref } = await record();
    const first = await readJson(await post('zoe', `${path}/evidence`, piece(), 'the-very-same-key'));
    expect(await readJson(await post('zoe', `${path}/evidence`, piece(), 'the-very-same-key'))).toEqual(first);
    expect(await world.ports.store.readAllEvidence(ref)).toHaveLength(1);
  });

  test('what the rules refuse is a problem with the field', async () => {
    const { path } = await record();
    const refused = async (body: unknown) => {
      const answer = await post('zoe', `${path}/evidence`, body);
      return [answer.status, (await readJson(answer)).code];
    };
    expect(await refused(piece('no-such-skill'))).toEqual([422, 'requirement.unknown']);
    expect(await refused(piece('cert-cpr'))).toEqual([422, 'evidence.certificate-missing']);
    expect(await refused(piece('engage-1', { occurredOn: '2025-01-01' }))).toEqual([422, 'evidence.before-enrollment']);
    expect(await refused(piece('engage-1', { attestation: ' ' }))).toEqual([400, 'request.invalid']);
    expect(await refused(piece('engage-1', { hours: 1e-300 }))).toEqual([400, 'request.invalid']);
  });

  test('a batch has a verdict for each, in its order, and what is wrong keeps back nothing', async () => {
    const { path, ...ref } = await record();
    const pieces = [
      piece('engage-1', { evidence: 'mine' }),
      { nonsense: true },
      5,
      piece('no-such-skill'),
      piece('engage-2'),
    ];
    const answer = await post('zoe', `${path}/evidence/batch`, { pieces });
    const { verdicts } = await readJson(answer);
    expect(answer.status).toBe(200);
    expect(verdicts).toMatchObject([
      { outcome: 'submitted', evidence: 'mine' },
      { outcome: 'refused', code: 'evidence.invalid' },
      { outcome: 'refused', code: 'evidence.invalid', message: 'item: is not an object; give one' },
      { outcome: 'refused', code: 'requirement.unknown' },
      { outcome: 'submitted', evidence: expect.any(String) },
    ]);
    expect(await world.ports.store.readAllEvidence(ref)).toHaveLength(2);
  });

  test('500 pieces are taken at once, and not one more', async () => {
    const { path, ...ref } = await record();
    const pieces = Array.from({ length: 500 }, () => piece());
    const answer = await post('office', `${path}/evidence/batch`, { pieces });
    expect((await readJson(answer)).verdicts).toHaveLength(500);
    expect(await world.ports.store.readAllEvidence(ref)).toHaveLength(500);
    expect((await post('office', `${path}/evidence/batch`, { pieces: [...pieces, piece()] })).status).toBe(400);
    expect((await post('office', `${path}/evidence/batch`, { pieces: [] })).status).toBe(400);
  }, 30_000);

  test('of nobody, of others and of who has left is a problem as a whole', async () => {
    const { path, ...ref } = await record();
    const code = async (who: string, where: string, pieces: unknown[] = [piece()]) =>
      (await readJson(await post(who, `${where}/evidence/batch`, { pieces }))).code;
    expect(await code('office', '/enrollments/enr-none')).toBe('enrollment.unknown');
    expect(await code('office', '/enrollments/enr-none', [{ nonsense: true }, 5])).toBe('enrollment.unknown');
    expect(await code('other', path)).toBe('enrollment.unknown');
    const enrollment = await world.ports.store.readEnrollment(ref);
    if (!enrollment) throw new Error('nobody is enrolled');
    await world.ports.store.commit({ enrollment, guard: {}, patch: { status: 'withdrawn' }, entries: [] });
    expect(await code('zoe', path)).toBe('enrollment.withdrawn');
    expect(await code('zoe', path, [5])).toBe('enrollment.withdrawn');
  });

  test('is taken back by who submitted it, with its reason', async () => {
    const { path, ...ref } = await record();
    await putEvidence(world.ports.store, ref, 'e1');
    const where = `${path}/evidence/engage-1/e1/withdrawal`;
    expect(await readJson(await post('zoe', where, { reason: 'The wrong shift' }))).toEqual({ outcome: 'withdrawn' });
    expect(await readJson(await post('zoe', where, {}))).toEqual({ outcome: 'repeated' });
    const [, item] = await world.ports.store.readAllEvidence(ref);
    expect(item?.attributes).toMatchObject({ withdrawnBy: 'zoe', reason: 'The wrong shift' });
    expect((await post('zoe', `${path}/evidence/engage-1/e9/withdrawal`, {})).status).toBe(404);
  });
});

describe('assessing', () => {
  const judgement = { requirement: 'engage-1', evidence: 'e1', outcome: 'met' };

  test('an assessor of the roster assesses as themselves', async () => {
    const { path, ...ref } = await record();
    await putEvidence(world.ports.store, ref, 'e1');
    const answer = await post('mentor', `${path}/assessments`, { ...judgement, note: 'Seen on shift' });
    expect([answer.status, (await readJson(answer)).outcome]).toEqual([201, 'assessed']);
    const items = await world.ports.store.readAllEvidence(ref);
    expect(items.find(({ sk }) => sk.includes('#ASSESSMENT#'))?.attributes).toMatchObject({ assessor: 'assessor-1' });
    const smuggled = await post('mentor', `${path}/assessments`, { ...judgement, assessor: 'assessor-2' });
    expect([smuggled.status, (await readJson(smuggled)).code]).toEqual([400, 'request.invalid']);
  });

  test('nobody assesses their own, and nobody who is not on the roster', async () => {
    const own = await record('assessor-1');
    await putEvidence(world.ports.store, own, 'e1');
    const ofOwn = await post('both', `${own.path}/assessments`, judgement);
    expect([ofOwn.status, (await readJson(ofOwn)).code]).toEqual([403, 'assessment.own-evidence']);
    const others = await record();
    await putEvidence(world.ports.store, others, 'e1');
    const strangers = await post('stranger', `${others.path}/assessments`, judgement);
    expect([strangers.status, (await readJson(strangers)).code]).toEqual([403, 'assessment.not-rostered']);
    for (const who of ['office', 'auditor', 'zoe'])
      expect((await post(who, `${others.path}/assessments`, judgement)).status).toBe(403);
    expect(await world.ports.store.readAllEvidence(others)).toHaveLength(1);
  });

  test('a whole skill set at once has a verdict for each', async () => {
    const { path, ...ref } = await record();
    await putEvidence(world.ports.store, ref, 'e1');
    await putEvidence(world.ports.store, ref, 'e2', 'engage-2');
    const assessments = [
      judgement,
      { ...judgement, outcome: 'perhaps' },
      null,
      { ...judgement, requirement: 'engage-2', evidence: 'e2' },
    ];
    const same = 'one-key-for-the-set';
    const { verdicts } = await readJson(await post('mentor', `${path}/assessments/batch`, { assessments }, same));
    expect(verdicts).toMatchObject([
      { outcome: 'assessed' },
      { code: 'assessment.invalid' },
      { code: 'assessment.invalid' },
      { outcome: 'assessed' },
    ]);
    const again = await readJson(await post('mentor', `${path}/assessments/batch`, { assessments }, same));
    expect(again.verdicts).toEqual(verdicts);
    expect(await world.ports.store.readAllEvidence(ref)).toHaveLength(4);
  });
});

describe('reading evidence', () => {
  async function filled() {
    const made = await record();
    const { store } = world.ports;
    const first = await putEvidence(store, made, 'e1');
    await putEvidence(store, made, 'e2', 'lived-1');
    const gone = await putEvidence(store, made, 'e3', 'engage-2');
    await store.putAssessment(
      assessment(first, 'a1', noon('2026-02-03'), 'not-met', {
        program: made.program,
        enrollment: made.enrollment,
        note: 'Not yet',
      }),
      { fence: false },
    );
    await store.putWithdrawal({
      ...withdrawal(gone, noon('2026-02-04')),
      program: made.program,
      enrollment: made.enrollment,
    });
    return made;
  }

  test('the apprentice and assessors see what it says, in the order of the framework', async () => {
    const { path } = await filled();
    for (const who of ['zoe', 'mentor']) {
      const { items } = await get(who, `${path}/evidence`);
      expect(items.map((item: { requirement: string; state: string }) => [item.requirement, item.state])).toEqual([
        ['engage-1', 'not-met'],
        ['engage-2', 'withdrawn'],
        ['lived-1', 'waiting'],
      ]);
      expect(items[0]).toMatchObject({ attestation: expect.stringContaining('binder') });
      expect(items[0].assessments).toMatchObject([{ assessor: 'assessor-1', outcome: 'not-met', note: 'Not yet' }]);
    }
  });

  test('everybody else sees that it is there, and sensitive requirements where they ask for them on the record', async () => {
    const { path, enrollment } = await filled();
    const { items } = await get('auditor', `${path}/evidence`);
    expect(JSON.stringify(items)).not.toMatch(/binder|Not yet|lived/);
    expect(items.map((item: { requirement: string }) => item.requirement)).toContain('(sensitive requirement)');
    const told = await get('auditor', `${path}/evidence?sensitive=true`);
    expect(JSON.stringify(told)).toContain('lived-1');
    expect(JSON.stringify(told)).not.toMatch(/binder|Not yet/);
    const today = new Date().toISOString().slice(0, 10);
    const reads = [];
    for await (const entry of world.ports.access.list('harbor', today, today))
      if (entry.subject === enrollment) reads.push(entry.facts);
    expect(reads).toEqual([{ what: 'evidence' }, { what: 'evidence', sensitive: true }]);
  });

  test('comes a hundred at a time, of one requirement where that is asked, and by no cursor but its own', async () => {
    const { path, ...ref } = await record();
    await Promise.all(Array.from({ length: 130 }, (_, n) => putEvidence(world.ports.store, ref, `e${n}`)));
    await putEvidence(world.ports.store, ref, 'one', 'engage-2');
    const first = await get('mentor', `${path}/evidence`);
    expect(first.items).toHaveLength(100);
    const second = await get('mentor', `${path}/evidence?cursor=${first.cursor}`);
    expect(second.items).toHaveLength(31);
    expect(second).not.toHaveProperty('cursor');
    const ids = [...first.items, ...second.items].map((item: { evidence: string }) => item.evidence);
    expect(new Set(ids).size).toBe(131);
    expect((await get('mentor', `${path}/evidence?requirement=engage-2`)).items).toHaveLength(1);
    expect(await get('mentor', `${path}/evidence?cursor=bm90aGluZw`)).toMatchObject({
      status: 400,
      code: 'request.cursor',
    });
  });
});
