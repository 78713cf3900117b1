import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { assessEvidence, submitEvidence, withdrawEvidence } from '../../functions/acts/evidence.ts';
import { moveToFramework } from '../../functions/acts/framework-change.ts';
import { resumeEnrollment, withdrawFromProgram } from '../../functions/acts/leave-program.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { reissueCredential } from '../../functions/acts/reissue-credential.ts';
import { revokeCredential } from '../../functions/acts/revoke-credential.ts';
import { voidAssessor } from '../../functions/acts/void-assessor.ts';
import { enrollmentAt, type PastEnrollment } from '../../functions/domain/as-of.ts';
import { type Actor, type AuditEntry, findChainFault } from '../../functions/domain/audit.ts';
import type { Pointer } from '../../functions/domain/credential.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { evidencePartition } from '../../functions/domain/evidence.ts';
import { type Framework, frameworkSchema } from '../../functions/domain/framework.ts';
import { canonicalJson } from '../../functions/domain/hash.ts';
import type { Change } from '../../functions/domain/messages.ts';
import type { Policy } from '../../functions/domain/program.ts';
import { describeProgress, parseProgress } from '../../functions/domain/progress-description.ts';
import { addSeconds } from '../../functions/domain/time.ts';
import { evaluateEnrollment } from '../../functions/evaluate/evaluate.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { lookAfresh } from '../../functions/sweep/look-afresh.ts';
import classic from '../../templates/certificate/classic.json' with { type: 'json' };
import { simulatedStore } from '../simulation/store-port.ts';
import { SimulatedTable } from '../simulation/table.ts';
import { programDocument, ref, smallFramework } from '../support/small-world.ts';
import { stepsWorld } from '../support/steps-world.ts';

const administrator: Actor = { id: 'office', role: 'administrator' };
const assessors = ['assessor-1', 'second', 'third'] as const;
const requirements = ['engage-1', 'engage-2', 'course-ethics', 'cert-cpr'] as const;
const second: Framework = frameworkSchema.parse({ ...smallFramework, version: '2', courses: [] });

/** The real acts and steps over one table, whose stream is shown to evaluate when the test says so. */
async function world(policy: Partial<Policy>) {
  const stream: Change[] = [];
  const evidence = new Map<string, Record<string, unknown>>();
  let aheadSeconds = 0;
  const table = new SimulatedTable(
    {
      evidenceWritten: ({ sk, before, after }) => {
        if (after) evidence.set(sk, after);
        else evidence.delete(sk);
        const kind = after === undefined ? 'deleted' : before === undefined ? 'put' : 'edited';
        const sequence = String(stream.length + written++);
        stream.push({ sk, kind, sequence, at: ports.clock.now(), ...(after && { image: after }) });
      },
      committed: () => undefined,
    },
    Date.now,
    true,
  );
  let written = 0;
  const store = simulatedStore(table, async (_, effect) => effect());
  const own = stepsWorld(store, policy);
  const ports = { ...own.ports, clock: { now: () => addSeconds(own.ports.clock.now(), aheadSeconds) } };
  const program = {
    ...programDocument,
    assessors: assessors.map((id) => ({ id, name: `Name of ${id}`, from: '2020-01-01' })),
    policy: { certificateValidityMonths: { 'cert-cpr': 24 }, ...policy },
  };
  const load = (more: Partial<Policy> = {}) =>
    loadProgram(ports, {
      program: { ...program, policy: { ...program.policy, ...more } },
      template: classic,
      framework: smallFramework,
    });
  await load();
  await store.putFramework(second);
  await own.enroll();

  let heard = 0;
  const messages = () => {
    const fresh = own.sent.slice(heard);
    heard = own.sent.length;
    return fresh;
  };
  let pieces = 0;
  return {
    ports,
    table,
    load,
    evidence,
    record: own.record,
    accept: async (requirement: string, assessor: string, outcome: 'met' | 'not-met') => {
      const piece = `e${++pieces}`;
      const certificate = { issuer: 'Red Cross', number: '1', issuedOn: '2026-02-20' };
      const submitted = {
        requirement,
        evidence: piece,
        submittedBy: 'apprentice-1',
        occurredOn: '2026-02-20',
        attestation: 'Did it.',
        ...(requirement === 'cert-cpr' && { certificate }),
      };
      await submitEvidence(ports, ref, [submitted]);
      await assessEvidence(ports, ref, [{ requirement, evidence: piece, assessor, outcome }]);
    },
    /** Everything that the stream and the queues hold, but for what is asked of issue. */
    settle: async (issues: boolean) => {
      await evaluateEnrollment(ports, { ref, changes: stream.splice(0), whole: false });
      for (let round = 0; round < 6; round++) {
        for (const message of messages()) {
          if (message.type === 'evaluation-requested')
            await evaluateEnrollment(ports, { ref, changes: [], whole: true });
          if (message.type === 'issue-requested' && issues) await issueCredential(ports, message);
        }
      }
    },
    pass: async (days: number) => {
      aheadSeconds += days * 86_400;
      const failedBatches = { list: async () => [], read: async () => [], remove: async () => undefined };
      for (let i = 0; i < 7; i++) {
        aheadSeconds += 86_400;
        await lookAfresh({ ...ports, failedBatches });
      }
    },
  };
}
type World = Awaited<ReturnType<typeof world>>;

const deed = fc.record({
  what: fc.constantFrom(
    ...(['accept', 'accept', 'accept', 'refuse', 'withdraw', 'edit', 'delete', 'issue', 'issue', 'leave'] as const),
    ...(['resume', 'resume', 'move', 'void', 'revoke', 'reissue', 'load', 'pass'] as const),
  ),
  requirement: fc.constantFrom(...requirements),
  assessor: fc.constantFrom(...assessors),
  which: fc.nat(50),
  settles: fc.boolean(),
});
type Deed = typeof deed extends fc.Arbitrary<infer T> ? T : never;

async function perform(w: World, { what, requirement, assessor, which }: Deed): Promise<void> {
  const { ports } = w;
  const keys = [...w.evidence.keys()];
  const sk = keys[which % Math.max(1, keys.length)];
  const [, of = '', evidence = ''] = sk?.split('#') ?? [];
  const write = (after?: Record<string, unknown>) => sk && w.table.writeEvidence(evidencePartition(ref), sk, after);
  const pointer = Object.entries((await w.record()).enrollment.pointers)[which % 2];
  switch (what) {
    case 'accept':
      return w.accept(requirement, assessor, 'met');
    case 'refuse':
      return w.accept(requirement, assessor, 'not-met');
    case 'withdraw':
      if (sk) await withdrawEvidence(ports, ref, { requirement: of, evidence, withdrawnBy: 'apprentice-1' });
      return;
    case 'edit':
      write({ ...w.evidence.get(sk ?? ''), attestation: `Edited ${which}` });
      return;
    case 'delete':
      write();
      return;
    case 'issue':
      return w.settle(true);
    case 'leave':
      await withdrawFromProgram(ports, administrator, ref, { code: 'other', text: 'as they wished' });
      return;
    case 'resume':
      await resumeEnrollment(ports, administrator, ref);
      return;
    case 'move':
      await moveToFramework(ports, administrator, ref, which % 3 === 0 ? smallFramework : second);
      return;
    case 'void': {
      const revoke = which % 3 === 0 && ({ revoke: 'fraud' } as const);
      await voidAssessor(ports, administrator, { program: 'harbor', assessor, text: 'as was found out', ...revoke });
      return;
    }
    case 'revoke': {
      const credentialId = pointer?.[1].active?.credentialId;
      if (credentialId) await revokeCredential(ports, administrator, ref, { credentialId, code: 'other', text: 'why' });
      return;
    }
    case 'reissue':
      await reissueCredential(ports, administrator, ref, {
        achievement: (pointer?.[0] ?? 'completion') as 'completion',
      });
      return;
    case 'load':
      await w.load({ holdHours: which % 2 === 0 ? 0 : 48 });
      return;
    case 'pass':
      return w.pass(which % 2 === 0 ? 722 : which);
  }
}

/** What the chain must give of an enrollment, whichever of the two it is read from. */
function told(e: Enrollment | PastEnrollment) {
  const pointers = Object.entries(e.pointers as Record<string, Pointer>).flatMap(([achievement, pointer]) => {
    const { active, pending, revoked } = pointer;
    const waits = pending && { pending: { parked: pending.parked !== undefined } };
    const { suspendedAt: _, ...stands } = active ?? {};
    const own = { ...(active && { active: stands }), ...waits, ...(revoked && { revoked }) };
    return Object.keys(own).length > 0 ? [[achievement, own]] : [];
  });
  return {
    status: e.status,
    completion: e.completion ?? null,
    framework: e.framework,
    left: e.left?.code ?? null,
    pointers: Object.fromEntries(pointers),
    progress: e.progress,
  };
}

function expectReplayed(enrollment: Enrollment, ledger: readonly AuditEntry[]): void {
  expect(findChainFault(enrollment, ledger)).toBeUndefined();
  const replayed = enrollmentAt(ledger, enrollment, enrollment.chain.at);
  if (!replayed) throw new Error('the ledger tells of nobody');
  const stored = told(enrollment);
  const progress = Object.fromEntries(
    Object.entries(enrollment.progress).map(([id, p]) => [id, parseProgress(describeProgress(p))]),
  );
  expect(JSON.parse(canonicalJson(told(replayed)))).toEqual(JSON.parse(canonicalJson({ ...stored, progress })));
}

test('for any history of acts, hands, issues and days, replaying the chain gives what the table holds', async () => {
  const seen = new Set<string>();
  const policy = fc.constantFrom<Partial<Policy>>({}, { interimCredentials: true }, { assessment: 'self-attested' });
  const history = fc.array(deed, { minLength: 4, maxLength: 24 });
  await fc.assert(
    fc.asyncProperty(policy, fc.boolean(), history, async (rules, begun, deeds) => {
      const w = await world(rules);
      if (begun) {
        for (const requirement of requirements) await w.accept(requirement, 'assessor-1', 'met');
        await w.settle(true);
      }
      for (const each of deeds) {
        await perform(w, each);
        const at = await w.record();
        expectReplayed(at.enrollment, at.ledger);
        if (!each.settles) continue;
        await w.settle(false);
        const after = await w.record();
        expectReplayed(after.enrollment, after.ledger);
      }
      for (const { action } of (await w.record()).ledger) seen.add(action);
    }),
    { numRuns: 150, seed: 11 },
  );
  expect([...seen]).toEqual(
    expect.arrayContaining([
      ...['enrollment-withdrawn', 'enrollment-resumed', 'framework-moved', 'assessor-voided', 'program-changed'],
      ...['credential-issued', 'credential-suspended', 'credential-reinstated', 'credential-superseded'],
      ...['credential-revoked', 'credential-request-cancelled', 'completion-undone', 'certificate-lapsed'],
    ]),
  );
}, 120_000);
