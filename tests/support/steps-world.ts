import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { enroll } from '../../functions/acts/enroll.ts';
import { assessEvidence, submitEvidence } from '../../functions/acts/evidence.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import type { Framework } from '../../functions/domain/framework.ts';
import { documentHash } from '../../functions/domain/hash.ts';
import type { Change, IssueRequested, Message } from '../../functions/domain/messages.ts';
import { type CertificateTemplate, type Policy, templateSchema } from '../../functions/domain/program.ts';
import { type EvaluatePorts, evaluateEnrollment } from '../../functions/evaluate/evaluate.ts';
import type { IssuePorts } from '../../functions/issue/issue-ports.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import classic from '../../templates/certificate/classic.json' with { type: 'json' };
import {
  type SimulatedDocuments,
  simulatedDocuments,
  simulatedSealer,
  simulatedSigner,
  unsignedPaper,
} from '../simulation/papers.ts';
import { simulatedStore } from '../simulation/store-port.ts';
import { SimulatedTable } from '../simulation/table.ts';
import { enrolledOn, ref, smallFramework, smallProgram } from './small-world.ts';

const template: CertificateTemplate = templateSchema.parse(classic);
const administrator: Actor = { id: 'administrator', role: 'administrator' };
const startAt = Date.UTC(2026, 2, 1, 12);

/** A record store in memory, without faults and without lag. */
export function memoryStore(): RecordStore {
  const listener = { evidenceWritten: () => undefined, committed: () => undefined };
  return simulatedStore(new SimulatedTable(listener, Date.now, true), async (_, effect) => effect());
}

/** The ports of every step over one store, where nothing runs by itself: a test says which step runs, and when. */
export function stepsWorld(store: RecordStore, policy: Partial<Policy> = {}, framework: Framework = smallFramework) {
  const documents: SimulatedDocuments = new Map();
  const sent: Message[] = [];
  let ticks = 0;
  let made = 0;
  const now = () => new Date(startAt + ++ticks * 1000).toISOString();
  const ports: ActPorts & EvaluatePorts & IssuePorts = {
    store,
    clock: { now },
    ids: {
      id: () => `id${String(++made).padStart(24, '0')}`,
      code: () => `C${String(++made).padStart(25, '0')}`,
      salt: () => 'salt'.repeat(8),
    },
    queue: { send: async (message) => void sent.push(message) },
    documents: simulatedDocuments(documents, async (_, effect) => effect()),
    sealer: simulatedSealer(async (_, effect) => effect()),
    signer: simulatedSigner(async (_, effect) => effect()),
    engine: {
      render: async ({ program: _, template: __, images: ___, ...content }) => unsignedPaper(content, 'test/1'),
    },
    unprintable: () => [],
    imageFault: () => undefined,
    signingFault: async () => undefined,
    journal: () => undefined,
  };

  /** Puts everything that the table holds to evaluate, as its stream would. */
  async function settle(): Promise<void> {
    const items = await store.readAllEvidence(ref);
    const changes = items.map(({ sk, attributes }): Change => {
      const sequence = documentHash({ sk, attributes }).slice(0, 40);
      return { sk, kind: 'put', sequence, at: now(), image: attributes };
    });
    await evaluateEnrollment(ports, { ref, changes, whole: false });
  }

  /** Submits and assesses some of what the small framework asks for. */
  async function assess(requirements: readonly string[]): Promise<void> {
    const pieces = requirements.map((requirement, i) => ({
      requirement,
      evidence: `e${i + 1}`,
      submittedBy: 'apprentice-1',
      occurredOn: '2026-02-01',
      attestation: 'Did it; the proof is in the binder.',
      ...(requirement === 'cert-cpr' && {
        certificate: { issuer: 'Red Cross', number: '1', issuedOn: '2026-01-20' },
      }),
    }));
    await submitEvidence(ports, ref, pieces);
    await assessEvidence(
      ports,
      ref,
      pieces.map(({ requirement, evidence }) => ({ requirement, evidence, assessor: 'assessor-1', outcome: 'met' })),
    );
    await settle();
  }

  return {
    ports,
    documents,
    sent,
    settle,
    async publish(): Promise<void> {
      await store.putProgram(
        { ...smallProgram(policy), framework: { id: framework.id, version: framework.version } },
        template,
        framework,
      );
    },
    enroll: () =>
      enroll(ports, administrator, {
        ...ref,
        apprentice: { id: 'apprentice-1', name: 'Łukasz Żółć', email: 'lukasz@apprentices.example' },
        enrolledOn,
      }),
    assess,
    /** Submits and assesses all that the small framework asks for. */
    complete: () => assess(['engage-1', 'engage-2', 'course-ethics', 'cert-cpr']),
    /** Has evaluate look at the whole record, as after an act that asks for it. */
    lookAtAll: () => evaluateEnrollment(ports, { ref, changes: [], whole: true }),
    /** The last word to issue that evaluate left. */
    issueRequest(): IssueRequested {
      const request = sent.findLast((message) => message.type === 'issue-requested');
      if (!request) throw new Error('nothing was asked of issue');
      return request;
    },
    async record() {
      const record = await store.readRecord(ref);
      if (!record) throw new Error('nobody is enrolled');
      return record;
    },
  };
}

/** Where a port's calls are watched: `name` is `store.readAllEvidence`, `documents.put` and the like. */
export type Watch = { before?: (name: string) => Promise<void> | void; after?: (name: string) => Promise<void> | void };

/** Issue's ports, each of whose calls into the world tells before it begins and after it has had its effect. */
export function watched(ports: IssuePorts, { before, after }: Watch): IssuePorts {
  const watch = <T extends object>(port: string, calls: T): T =>
    Object.fromEntries(
      Object.entries(calls).map(([call, run]) => [
        call,
        async (...given: unknown[]) => {
          await before?.(`${port}.${call}`);
          const answer = await run(...given);
          await after?.(`${port}.${call}`);
          return answer;
        },
      ]),
    ) as T;
  return {
    ...ports,
    store: watch('store', ports.store),
    documents: watch('documents', ports.documents),
    sealer: watch('sealer', ports.sealer),
    signer: watch('signer', ports.signer),
    engine: watch('engine', ports.engine),
    queue: watch('queue', ports.queue),
  };
}
