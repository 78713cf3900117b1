import { type AuditFact, chain, emptyChain, systemActor } from '../../functions/domain/audit.ts';
import type { Commit } from '../../functions/domain/commit.ts';
import type { Credential, CredentialRequest, Pointer } from '../../functions/domain/credential.ts';
import { type Delivery, deliveryStateSchema, newDelivery } from '../../functions/domain/delivery.ts';
import type { Enrollment, EnrollmentPatch } from '../../functions/domain/enrollment.ts';
import type { EnrollmentRef } from '../../functions/domain/ids.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import { addSeconds } from '../../functions/domain/time.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import type { ProgramSetting } from './programs.ts';
import type { Rng } from './rng.ts';

export const at = '2026-03-08T12:00:00.000Z';
export const requirements = ['care-1', 'care-2', 'plan-1', 'cert-cpr'];
export const ids = ['one', 'two', 'three'];
export const codeOf = (id: string) => `C${id.toUpperCase().replace(/[^0-9A-HJKMNP-TV-Z]/g, 'Z')}`.padEnd(26, '0');

/** Commits on enrollments as they are, or as they were a moment ago: conditions hold, or fail, in every combination. */
export function randomCommits(
  rng: Rng,
  { stored, framework }: ProgramSetting,
  reading: RecordStore,
  ref: () => EnrollmentRef,
) {
  const moment = () => addSeconds(at, rng.int(100_000));
  let serial = 0;

  function enrollment(own = ref()): Enrollment {
    return {
      ...own,
      apprentice: { id: 'apprentice', name: 'Some Body', email: 'some@body.example' },
      enrolledOn: '2026-03-01',
      framework: { id: framework.id, version: framework.version, hash: stored.frameworkHash },
      status: 'open',
      salt: 's'.repeat(32),
      version: 1,
      fence: 0,
      progress: {},
      met: 0,
      marks: {},
      refused: {},
      pointers: {},
      chain: emptyChain(own, at),
      lastChangeAt: at,
    };
  }
  const request = (credentialId: string): CredentialRequest => {
    const due = moment();
    const facts = {
      name: 'Some Body',
      completedOn: '2026-03-05',
      framework: enrollment().framework,
      hashes: stored.hashes,
    };
    return {
      credentialId,
      code: codeOf(credentialId),
      requestedAt: at,
      releaseAt: at,
      facts,
      redrives: rng.int(3),
      dueAt: due,
      ...(rng.chance(0.2) && { parked: 'because' }),
    };
  };
  const credential = (own: { program: string; enrollment: string }, credentialId: string): Credential => ({
    credentialId,
    ...own,
    achievement: 'completion',
    code: codeOf(`${credentialId}${own.enrollment}`),
    requestedAt: at,
    issuedAt: moment(),
    facts: request(credentialId).facts,
    transcript: { skillSets: [], courses: [{ text: 'A course', on: '2026-03-02' }], certificates: [] },
    basisHash: 'b'.repeat(64),
    document: { key: 'key', hash: 'd'.repeat(64), unsignedHash: 'e'.repeat(64), bytes: 12, engine: 'simulated/1' },
    signature: { keyId: 'key', value: 'signature' },
    state: 'issued',
    delivery: `dlv-${credentialId}`,
  });
  const delivery = (own: { program: string; enrollment: string }): Delivery => ({
    ...newDelivery(
      { ...own, deliveryId: `dlv-${rng.pick(ids)}`, about: { kind: 'credential', credentialId: rng.pick(ids) } },
      moment(),
    ),
  });
  const progress = (): RequirementProgress | null => {
    const since = moment();
    const states: (RequirementProgress | null)[] = [
      null,
      { status: 'awaiting' },
      { status: 'not-met', at: since },
      { status: 'unsettled', why: rng.pick(['edited', 'deleted']) },
      { status: 'met', since, basis: 'abcdef012345' },
      { status: 'met', since, basis: 'abcdef012345', hours: { sum: 7.5, at: since } },
      {
        status: 'met',
        since,
        basis: 'abcdef012345',
        intervals: [
          { from: '2026-01-01', to: '2027-01-01', at: since },
          { from: '2026-02-01', at: since },
        ],
      },
    ];
    return rng.pick(states);
  };
  const pointer = (): Pointer => ({
    ...(rng.chance(0.5) && {
      active: { credentialId: rng.pick(ids), suspended: rng.chance(0.5), completedOn: '2026-03-05' },
    }),
    ...(rng.chance(0.6) && { pending: request(rng.pick(ids)) }),
    ...(rng.chance(0.2) && { revoked: true as const }),
  });

  async function commit(): Promise<Commit | undefined> {
    const own = ref();
    const known = await reading.readEnrollment(own);
    if (!known && rng.chance(0.8)) return undefined;
    const read = known ?? enrollment(own);
    const some = requirements.slice(rng.int(4));
    const patch: EnrollmentPatch = {
      ...(rng.chance(0.5) && {
        progress: Object.fromEntries(some.map((id) => [id, progress()])),
        met: rng.int(4),
      }),
      ...(rng.chance(0.4) && {
        awaiting: Object.fromEntries(some.map((id) => [id, rng.chance(0.6) ? moment() : null])),
      }),
      ...(rng.chance(0.05) && {
        progress: Object.fromEntries(Array.from({ length: 70 }, (_, i) => [`many-${i}`, progress()])),
      }),
      ...(rng.chance(0.2) && { marks: { [rng.pick(requirements)]: moment() } }),
      ...(rng.chance(0.1) && { refused: { [`EVIDENCE#care-1#${rng.pick(ids)}`]: 'f'.repeat(64) } }),
      ...(rng.chance(0.3) && { status: rng.pick(['open', 'open', 'complete', 'withdrawn'] as const) }),
      ...(rng.chance(0.3) && { completion: rng.pick([null, { at, on: '2026-03-05' }]) }),
      ...(rng.chance(0.4) && { pointers: { [rng.pick(['completion', 'skill-set:care'] as const)]: pointer() } }),
      ...(rng.chance(0.1) && { apprentice: { ...read.apprentice, name: `Name ${rng.int(9)}` } }),
      ...(rng.chance(0.8) && { lastChangeAt: moment() }),
    };
    const facts = Array.from({ length: rng.chance(0.03) ? 110 : rng.int(3) }, (): AuditFact => {
      serial++;
      const cause = rng.chance(0.85) ? `cause#${serial}` : `cause#${rng.int(serial)}`;
      return {
        actor: systemActor('test'),
        action: 'progress-evaluated',
        subject: 'subject',
        facts: { n: serial, yes: true },
        cause,
      };
    });
    const unique = [...new Map(facts.map((fact) => [fact.cause, fact])).values()];
    const chained = chain(read, unique, moment());
    const stale = () => (rng.chance(0.12) ? 1 : 0);
    const id = rng.pick(ids);
    const mail = delivery(own);
    return {
      enrollment: read,
      guard: {
        ...(rng.chance(0.6) && { version: read.version - stale() }),
        ...(rng.chance(0.4) && { fence: read.fence - stale() }),
        ...(rng.chance(0.4) && { chainSeq: read.chain.seq - stale() }),
        ...(rng.chance(0.2) && {
          pending: {
            achievement: 'completion' as const,
            credentialId: read.pointers.completion?.pending?.credentialId ?? id,
          },
        }),
      },
      patch: { ...patch, chain: chained.head },
      entries: chained.entries,
      ...(rng.chance(0.2) && { bumpFence: true }),
      ...(rng.chance(0.25) && { newCredential: credential(own, `new-${id}`) }),
      ...(rng.chance(0.25) && {
        credentialChanges: [
          {
            credentialId: `new-${rng.pick(ids)}`,
            from: rng.pick([['issued'], ['suspended'], ['issued', 'suspended']] as const),
            set: rng.pick([
              { state: 'suspended', suspendedAt: at },
              { state: 'issued' },
              { state: 'superseded', supersededAt: at, supersededBy: 'x' },
            ] as const),
          },
        ],
      }),
      ...(rng.chance(0.25) && { newDeliveries: [mail] }),
      ...(rng.chance(0.25) && {
        deliveryChanges: [
          {
            delivery: {
              ...delivery(own),
              state: rng.pick(deliveryStateSchema.options),
              attempt: rng.int(2),
              ...(rng.chance(0.5) && { leaseUntil: at }),
            },
            from: rng.pick([['queued'], ['queued', 'sending', 'sent'], []] as const),
            attempt: rng.int(2),
          },
        ],
      }),
    };
  }

  return { enrollment, commit };
}
