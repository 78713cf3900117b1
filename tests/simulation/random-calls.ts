import { chain, systemActor } from '../../functions/domain/audit.ts';
import { maxImageBytes } from '../../functions/domain/branding.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { addSeconds } from '../../functions/domain/time.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import type { ProgramSetting } from './programs.ts';
import { at, codeOf, ids, randomCommits, requirements } from './random-commits.ts';
import type { Rng } from './rng.ts';

/** As large as a program's pictures may be. */
const picture = new Uint8Array(maxImageBytes).map((_, i) => i % 251);

/** One call of a record store, to be made of two of them. */
export type RandomCall = { name: string; run: (store: RecordStore) => Promise<unknown> };

/** Calls that speak of few enough things to meet one another, some of them with stale conditions. */
export function randomCalls(rng: Rng, setting: ProgramSetting, reading: RecordStore) {
  const { stored, framework, template } = setting;
  const ref = () => ({
    program: stored.program.id,
    enrollment: rng.pick(['enr-a', 'enr-a', 'enr-a', 'enr-b', 'enr-none']),
  });
  const place = () => ({ ...ref(), requirement: rng.pick(requirements), evidence: rng.pick(ids) });
  const moment = () => addSeconds(at, rng.int(100_000));
  const { enrollment, commit } = randomCommits(rng, setting, reading, ref);

  const submission = () => ({
    schema: 'journeypaper/evidence/1' as const,
    ...place(),
    submittedBy: 'apprentice',
    submittedAt: moment(),
    occurredOn: '2026-03-02',
    attestation: 'done',
    hours: rng.pick([0.5, 3, 1999.25]),
  });
  const assessment = () => ({
    schema: 'journeypaper/assessment/1' as const,
    ...place(),
    assessment: rng.pick(ids),
    assessor: 'assessor',
    assessedAt: moment(),
    outcome: rng.pick(['met', 'not-met'] as const),
    evidenceHash: 'e'.repeat(64),
  });
  const aside = () => ({
    ...ref(),
    sk: rng.chance(0.1) ? `EVIDENCE#${'x'.repeat(1000)}` : `EVIDENCE#care-1#${rng.pick(ids)}`,
    code: rng.pick(['item.malformed', 'item.key']),
    reason: 'some reason',
    at,
    sequence: String(rng.int(3)),
  });
  const raw = () => ({
    note: rng.pick(['', 'text', 'ünïcode ✓']),
    deep: { list: [1, 'two', null, { three: false }], n: -1.5e-7 },
    ...(rng.chance(0.3) && { same: true }),
  });

  /** Among the evidence, but not always under its keys. */
  const rawKey = () =>
    rng.pick([
      `EVIDENCE#${rng.pick(requirements)}#${rng.pick(ids)}`,
      `EVIDENCE#${rng.pick(ids)}`,
      `NOTE#${rng.pick(ids)}`,
    ]);

  /** The next call. What it needs of the present state is read from `reading` first. */
  return async function next(): Promise<RandomCall> {
    const roll = rng.next();
    const own = ref();
    if (roll < 0.28) {
      const made = await commit();
      return made
        ? { name: 'commit', run: (s) => s.commit(made) }
        : { name: 'readEnrollment', run: (s) => s.readEnrollment(own) };
    }
    if (roll < 0.33) {
      const made = enrollment();
      const { entries, head } = chain(
        made,
        [
          {
            actor: systemActor('test'),
            action: 'enrolled',
            subject: made.enrollment,
            facts: {},
            cause: `enroll#${made.enrollment}`,
          },
        ],
        at,
      );
      return { name: 'createEnrollment', run: (s) => s.createEnrollment({ ...made, chain: head }, entries) };
    }
    const id = rng.pick(ids);
    const some = requirements.filter(() => rng.chance(0.6));
    const before = moment();
    const status = rng.pick(['open', 'complete'] as const);
    const writes: (() => RandomCall)[] = [
      () => ({ ...of('putSubmission', submission(), (s, v) => s.putSubmission(v)) }),
      () => ({
        ...of('putAssessment', { value: assessment(), fence: rng.chance(0.4) }, (s, v) =>
          s.putAssessment(v.value, { fence: v.fence }),
        ),
      }),
      () => ({
        ...of(
          'putWithdrawal',
          {
            schema: 'journeypaper/withdrawal/1' as const,
            ...place(),
            withdrawnBy: 'apprentice',
            withdrawnAt: moment(),
          },
          (s, v) => s.putWithdrawal(v),
        ),
      }),
      () => ({
        ...of('putRaw', { where: place(), sk: rawKey(), content: raw() }, (s, v) =>
          s.putRaw(`${v.where.program}#EVIDENCE#${v.where.enrollment}`, v.sk, v.content),
        ),
      }),
      () => ({ ...of('putAside', aside(), (s, v) => s.putAside(v)) }),
      () => ({
        ...of('dismissAside', aside(), (s, v) =>
          s.dismissAside(v, { by: 'olga', at: v.at, reason: 'of a test system' }),
        ),
      }),
      () => ({ ...of('clearAside', aside(), (s, v) => s.clearAside(v, v.sk)) }),
      () => ({
        ...of(
          'putProgram',
          { assets: rng.pick([[], [picture]]), replaces: rng.pick([undefined, null, stored.hashes.program, 'other']) },
          (s, v) => s.putProgram(stored.program, template, framework, v.assets, v.replaces),
        ),
      }),
      () => ({
        ...of('putFramework', { ...framework, title: rng.pick([framework.title, 'Other']) }, (s, v) =>
          s.putFramework(v),
        ),
      }),
    ];
    const reads: RandomCall[] = [
      { name: 'readEnrollment', run: (s) => s.readEnrollment(own) },
      {
        name: 'readEnrollments',
        run: (s) => s.readEnrollments(['enr-b', 'enr-none', 'enr-a'].map((enrollment) => ({ ...own, enrollment }))),
      },
      of('listOwnEnrollments', rng.pick(['apprentice', 'other']), (s, who) => s.listOwnEnrollments(own.program, who)),
      { name: 'listCredentials', run: (s) => s.listCredentials(own) },
      { name: 'listDeliveries', run: (s) => s.listDeliveries(own) },
      { name: 'listAwaiting', run: (s) => s.listAwaiting(own.program) },
      { name: 'listIssued', run: (s) => s.listIssued(own.program, {}) },
      of('listIssuedSince', before, (s, from) => s.listIssued(own.program, { from, to: addSeconds(from, 40_000) })),
      // Several enrollments have one of this id here, which no id of ours allows.
      {
        name: 'findIssued',
        run: async (s) => (await s.findIssued(own.program, `new-${id}`)) !== undefined,
      },
      { name: 'readRecord', run: (s) => s.readRecord(own) },
      { name: 'readEvidence', run: (s) => s.readEvidence(own, some) },
      { name: 'readAllEvidence', run: (s) => s.readAllEvidence(own) },
      { name: 'readCredential', run: (s) => s.readCredential(own, `new-${id}`) },
      { name: 'readDelivery', run: (s) => s.readDelivery(own, `dlv-${id}`) },
      { name: 'readDeliveries', run: (s) => s.readDeliveries([{ ...own, deliveryId: `dlv-${id}` }]) },
      { name: 'findCredential', run: (s) => s.findCredential(codeOf(`new-${id}${own.enrollment}`)) },
      { name: 'listDue', run: (s) => s.listDue(before) },
      { name: 'listEnrollments', run: (s) => s.listEnrollments(own.program, status) },
      { name: 'listChangedEnrollments', run: (s) => s.listChangedEnrollments(own.program, status, at) },
      { name: 'listAside', run: (s) => s.listAside(own.program) },
      { name: 'readProgram', run: (s) => s.readProgram(own.program) },
      { name: 'readProgramVersion', run: (s) => s.readProgramVersion(own.program, stored.hashes.program) },
      { name: 'listProgramVersions', run: (s) => s.listProgramVersions(own.program) },
      { name: 'readTemplate', run: (s) => s.readTemplate(own.program, stored.hashes.template) },
      of('readAsset', rng.pick([sha256(picture), stored.hashes.program]), async (s, hash) => {
        const bytes = await s.readAsset(own.program, hash);
        return bytes && sha256(bytes);
      }),
      {
        name: 'readFramework',
        run: (s) => s.readFramework({ id: framework.id, version: framework.version, hash: stored.frameworkHash }),
      },
      of('findFramework', rng.pick([framework.version, '0']), (s, version) =>
        s.findFramework({ id: framework.id, version }),
      ),
      { name: 'listPrograms', run: (s) => s.listPrograms() },
    ];
    return roll < 0.7 ? (rng.pick(writes) as () => RandomCall)() : rng.pick(reads);
  };
}

function of<T>(name: string, value: T, run: (store: RecordStore, value: T) => Promise<unknown>): RandomCall {
  return { name, run: (store) => run(store, value) };
}
