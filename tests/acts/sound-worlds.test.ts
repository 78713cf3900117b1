import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DoctorPorts, examineStack } from '../../functions/acts/doctor.ts';
import { assessEvidence, submitEvidence, withdrawEvidence } from '../../functions/acts/evidence.ts';
import type { Finding } from '../../functions/acts/finding.ts';
import { reissueCredential } from '../../functions/acts/reissue-credential.ts';
import { revokeCredential } from '../../functions/acts/revoke-credential.ts';
import { takeCheckpoint } from '../../functions/checkpoint/take-checkpoint.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { keyPair, memoryAccess, memoryCheckpoints } from '../support/audit-world.ts';
import { ref } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const requirements = ['engage-1', 'engage-2', 'course-ethics', 'cert-cpr'] as const;
const administrator = { id: 'office', role: 'administrator' } as const;

const deed = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('submit' as const), of: fc.constantFrom(...requirements) }) },
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('assess' as const),
      of: fc.constantFrom(...requirements),
      outcome: fc.constantFrom('met' as const, 'met' as const, 'met' as const, 'not-met' as const),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('withdraw' as const), of: fc.constantFrom(...requirements) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('complete' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('reissue' as const, 'revoke' as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('seal' as const) }) },
);

type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

/** One apprentice's history, with every step run to its end after each deed. */
function soundWorld(interimCredentials: boolean) {
  const world = stepsWorld(memoryStore(), { interimCredentials });
  const { ports } = world;
  const newest = new Map<string, string>();
  let pieces = 0;
  const settle = async () => {
    await world.settle();
    for (let request = world.sent.shift(); request; request = world.sent.shift()) {
      if (request.type === 'issue-requested') await issueCredential({ ...ports, signer: signing.signer }, request);
      if (request.type === 'evaluation-requested') await world.settle();
    }
  };
  const submit = async (requirement: string) => {
    const evidence = `p${++pieces}`;
    const certificate = { issuer: 'Red Cross', number: '1', issuedOn: '2026-01-20' };
    newest.set(requirement, evidence);
    await submitEvidence(ports, ref, [
      {
        ...{ requirement, evidence, submittedBy: 'apprentice-1', occurredOn: '2026-02-01', attestation: 'Did it.' },
        ...(requirement === 'cert-cpr' && { certificate }),
      },
    ]);
  };
  const assess = async (requirement: string, outcome: 'met' | 'not-met') => {
    const evidence = newest.get(requirement);
    if (evidence) await assessEvidence(ports, ref, [{ requirement, evidence, assessor: 'assessor-1', outcome }]);
  };
  const access = memoryAccess(ports.clock.now);
  const checkpoints = memoryCheckpoints();
  const [ledger, signing] = [keyPair(), keyPair()];
  const seal = async () => {
    await access.append(ref.program, { actor: administrator, action: 'record-read', subject: 'enr-1', facts: {} });
    await takeCheckpoint({ ...ports, access, checkpoints, signer: ledger.signer }, ref.program);
  };
  const act = async (one: Deed) => {
    if (one.do === 'submit') await submit(one.of);
    else if (one.do === 'assess') await assess(one.of, one.outcome);
    else if (one.do === 'seal') await seal();
    else if (one.do === 'withdraw') {
      const evidence = newest.get(one.of);
      if (evidence) await withdrawEvidence(ports, ref, { requirement: one.of, evidence, withdrawnBy: 'apprentice-1' });
    } else if (one.do === 'reissue') await reissueCredential(ports, administrator, ref, { achievement: 'completion' });
    else if (one.do === 'revoke') {
      const credentialId = (await world.record()).enrollment.pointers.completion?.active?.credentialId ?? 'none';
      await revokeCredential(ports, administrator, ref, { credentialId, code: 'other', text: 'for the test' });
    } else for (const requirement of requirements) await submit(requirement).then(() => assess(requirement, 'met'));
  };
  return { ...world, settle, act, access, checkpoints, ledger, signing, seal };
}

/** The store in memory as the doctor sees it. */
function inspected(world: ReturnType<typeof soundWorld>): DoctorPorts {
  return {
    ...world.ports,
    records: {
      async *enrollments() {
        yield ref;
      },
      inspect: async () => ({ ...(await world.record()), unreadable: [], misindexed: [] }),
    },
    documents: {
      async *keys() {
        yield* world.documents.keys();
      },
      look: async (key) => {
        const { bytes, keptUntil } = world.documents.get(key) ?? {};
        if (!bytes) return undefined;
        return {
          hash: sha256(bytes),
          committed: keptUntil !== undefined,
          ...(keptUntil && { lockedUntil: keptUntil }),
        };
      },
    },
    deadLetters: { visit: async () => ({ more: false }), listKept: async () => [] },
    access: world.access,
    checkpoints: world.checkpoints,
    isCredentialSignature: world.signing.isSignature,
    isLedgerSignature: world.ledger.isSignature,
  };
}

test('whatever people do, a world that nothing has damaged gets a clean bill', { timeout: 60_000 }, async () => {
  let issued = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 14 }), fc.boolean(), async (deeds, interim) => {
      const world = soundWorld(interim);
      await world.publish();
      await world.enroll();
      for (const one of deeds) {
        await world.act(one);
        await world.settle();
        const findings: Finding[] = [];
        await examineStack(inspected(world), {
          rest: async () => undefined,
          onFinding: (finding) => findings.push(finding),
        });
        expect(findings).toEqual([]);
      }
      issued += (await world.record()).credentials.length;
    }),
    { numRuns: 150 },
  );
  // Some hundred in a run: were there next to none, the clean bills would say little.
  expect(issued).toBeGreaterThan(30);
});

test('however many enrollments there are, only a few are held at one time', async () => {
  const world = soundWorld(false);
  await world.publish();
  await world.enroll();
  const ports = inspected(world);
  let [begun, ended, most] = [0, 0, 0];
  const diagnosis = await examineStack(
    {
      ...ports,
      records: {
        async *enrollments() {
          for (let n = 0; n < 3000; n++) {
            begun++;
            most = Math.max(most, begun - ended);
            yield ref;
          }
        },
        inspect: async (one) => {
          const record = await ports.records.inspect(one);
          ended++;
          return record;
        },
      },
    },
    { rest: async () => undefined, onFinding: () => undefined },
  );
  expect(diagnosis).toMatchObject({ enrollments: 3000, findings: 0 });
  expect(most).toBeLessThanOrEqual(16);
});
