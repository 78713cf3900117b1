import { enroll } from '../../functions/acts/enroll.ts';
import { assessEvidence, submitEvidence, withdrawEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { findChainFault } from '../../functions/domain/audit.ts';
import { sameProgress } from '../../functions/domain/evaluation.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import { repositoryRoot } from '../../infra/local/build.ts';
import { readDemoProgram } from '../../infra/local/demo/program-files.ts';
import { startFaultProxy } from '../chaos/fault-proxy.ts';
import type { Broken } from '../chaos/judges.ts';
import { rngOf } from '../simulation/rng.ts';
import { standingOf } from '../simulation/step-judges.ts';
import { startLoadStack } from './load-stack.ts';
import { journalCounts } from './measure.ts';

export type HammerReport = {
  writes: number;
  seconds: number;
  /** What became of the writes that people made, by outcome or refusal. */
  outcomes: Record<string, number>;
  evaluations: number;
  /** Transactions that steps committed, and those that another's write made them decide again. */
  commits: number;
  decidedAgain: number;
  failedEvents: number;
  broken: Broken[];
};

/** Twice as many tries as commits would mean that writers mostly undo one another's work. */
export const mostTriesPerCommit = 2;
const peopleAtOnce = 50;
const lookEvery = 5;

/** One enrollment that is written to by everybody at once: evidence, verdicts both ways, withdrawals. */
export async function hammer({ writes, tell }: { writes: number; tell(text: string): void }): Promise<HammerReport> {
  tell('hammer: starting a stack');
  const rng = rngOf(writes);
  const way = await startFaultProxy('dynamodb', rng);
  const { stack, ports, close } = await startLoadStack({ functionEndpoints: { dynamodb: way.endpoint } });
  way.target = stack.describe().endpoints.dynamodb;
  try {
    const { files, program, framework } = readDemoProgram(repositoryRoot, 'staten-island-peer-specialist');
    const loaded = await loadProgram(ports, files);
    if (loaded.outcome !== 'loaded') throw new Error(loaded.message);
    const requirements = [...requirementsOf(framework).keys()];
    const ref = { program: program.id, enrollment: 'hammered' };
    const apprentice = { id: 'app-hammered', name: 'Hammered', email: 'hammered@apprentices.example' };
    await enroll(
      ports,
      { id: 'administrator', role: 'administrator' },
      { ...ref, apprentice, enrolledOn: '2026-01-05' },
    );

    const outcomes: Record<string, number> = {};
    const act = async (i: number): Promise<string> => {
      const requirement = requirements[i % requirements.length] ?? '';
      const evidence = `e${Math.floor(i / requirements.length)}`;
      const place = { requirement, evidence };
      // Another reader of the same record beside the stream's, which is one batch at a time.
      if (i % lookEvery === 0) {
        const look = { changes: [], whole: true, reason: 'hammer' };
        await ports.queue.send({ type: 'evaluation-requested', version: 1, ...ref, ...look });
      }
      const submitted = await submitEvidence(ports, ref, [
        { ...place, submittedBy: apprentice.id, occurredOn: '2026-02-02', attestation: 'Shown on shift.' },
      ]);
      if (submitted[0]?.outcome === 'refused') return submitted[0].code;
      const verdict = rng.pick(['met', 'met', 'not-met', 'withdrawn'] as const);
      if (verdict === 'withdrawn') {
        return (await withdrawEvidence(ports, ref, { ...place, withdrawnBy: apprentice.id })).outcome;
      }
      const [assessed] = await assessEvidence(ports, ref, [
        { ...place, assessor: program.assessors[0]?.id ?? '', outcome: verdict },
      ]);
      return assessed?.outcome === 'refused' ? assessed.code : `${assessed?.outcome} ${verdict}`;
    };
    const begun = performance.now();
    const left = Array.from({ length: Math.ceil(writes / 2) }, (_, i) => i);
    const worker = async () => {
      for (let i = left.shift(); i !== undefined; i = left.shift()) {
        const outcome = await act(i).catch((error: unknown) =>
          error instanceof AdapterError ? error.code : String(error),
        );
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        tell(`hammer: ${writes - left.length * 2}/${writes} writes`);
      }
    };
    await Promise.all(Array.from({ length: peopleAtOnce }, worker));
    await stack.drain(600);
    const seconds = Math.round((performance.now() - begun) / 100) / 10;
    const record = await ports.store.readRecord(ref);
    const stored = await ports.store.readProgram(program.id);
    if (!record || !stored) throw new Error('the record is gone');
    const { enrollment, ledger } = record;
    const broken: Broken[] = [];
    const fail = (promise: string, what: string) => broken.push({ promise, enrollment: ref.enrollment, what });
    const fault = findChainFault(enrollment, ledger);
    if (fault) fail('the chain is unbroken', `${fault.fault} at ${fault.seq}`);
    const standing = standingOf(enrollment, await ports.store.readAllEvidence(ref), framework, stored.program);
    for (const id of requirements) {
      if (!sameProgress(standing.progress[id], enrollment.progress[id]))
        fail('stored progress is the evidence recomputed', `${id}: stored ${enrollment.progress[id]?.status}`);
    }
    const commits = way.answers.get('TransactWriteItems 200') ?? 0;
    const decidedAgain = way.answers.get('TransactWriteItems 400') ?? 0;
    if (commits + decidedAgain > commits * mostTriesPerCommit)
      fail('retries are bounded', `${decidedAgain} decided again for ${commits} commits`);
    const evaluated = journalCounts(stack.describe().dataFolder, 'evaluate');
    const failedEvents = Object.entries(evaluated)
      .filter(([name]) => !name.startsWith('evaluate.') || name === 'evaluate.busy')
      .reduce((sum, [, count]) => sum + count, 0);
    if (failedEvents > 0) fail('retries are bounded', `${failedEvents} events failed`);
    const evaluations = (evaluated['evaluate.committed'] ?? 0) + (evaluated['evaluate.unchanged'] ?? 0);
    return { writes, seconds, outcomes, evaluations, commits, decidedAgain, failedEvents, broken };
  } finally {
    await close();
    await way.stop();
  }
}
