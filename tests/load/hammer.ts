import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { enroll } from '../../functions/acts/enroll.ts';
import { assessEvidence, submitEvidence, withdrawEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { findChainFault } from '../../functions/domain/audit.ts';
import { sameProgress } from '../../functions/domain/evaluation.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import type { EnrollmentRef } from '../../functions/domain/ids.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import { repositoryRoot } from '../../infra/local/build.ts';
import { type DemoProgram, readDemoProgram } from '../../infra/local/demo/program-files.ts';
import { startFaultProxy } from '../chaos/fault-proxy.ts';
import type { Broken } from '../chaos/judges.ts';
import { type Rng, rngOf } from '../simulation/rng.ts';
import { standingOf } from '../simulation/step-judges.ts';
import { startLoadStack } from './load-stack.ts';
import { journalCounts } from './measure.ts';

export type HammerReport = {
  writes: number;
  seconds: number;
  /** What became of each second write (a verdict or a withdrawal), by outcome or refusal. */
  outcomes: Record<string, number>;
  evaluations: number;
  /** Transactions that steps committed, and those that another's write made them decide again. */
  commits: number;
  decidedAgain: number;
  failedEvents: number;
  broken: Broken[];
};

/** Twice as many tries as commits would mean that writers mostly undo one another's work. */
const mostTriesPerCommit = 2;
const peopleAtOnce = 50;
/** Every so many pieces somebody asks for a whole look too: another reader beside the stream's one batch at a time. */
const lookEvery = 5;

type Pieces = { ref: EnrollmentRef; demo: DemoProgram; requirements: string[]; rng: Rng };

/** One enrollment that is written to by everybody at once: evidence, verdicts both ways, withdrawals. */
export async function hammer({ writes, tell }: { writes: number; tell(text: string): void }): Promise<HammerReport> {
  tell('hammer: starting a stack');
  const rng = rngOf(writes);
  // Not to misbehave: to count what the steps' transactions are answered.
  const way = await startFaultProxy('dynamodb', rng);
  const { stack, ports, close } = await startLoadStack({ functionEndpoints: { dynamodb: way.endpoint } });
  way.target = stack.describe().endpoints.dynamodb;
  try {
    const demo = readDemoProgram(repositoryRoot, 'staten-island-peer-specialist');
    const loaded = await loadProgram(ports, demo.files);
    if (loaded.outcome !== 'loaded') throw new Error(loaded.message);
    const ref = { program: demo.program.id, enrollment: 'hammered' };
    const apprentice = { id: 'app-hammered', name: 'Hammered', email: 'hammered@apprentices.example' };
    const actor = { id: 'administrator', role: 'administrator' } as const;
    await enroll(ports, actor, { ...ref, apprentice, enrolledOn: '2026-01-05' });
    const pieces: Pieces = { ref, demo, requirements: [...requirementsOf(demo.framework).keys()], rng };

    const begun = performance.now();
    const outcomes: Record<string, number> = {};
    const left = Array.from({ length: Math.ceil(writes / 2) }, (_, i) => i);
    const worker = async () => {
      for (let i = left.shift(); i !== undefined; i = left.shift()) {
        const outcome = await writeTwice(ports, pieces, i).catch(codeOf);
        outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
        tell(`hammer: ${writes - left.length * 2}/${writes} writes`);
      }
    };
    await Promise.all(Array.from({ length: peopleAtOnce }, worker));
    await stack.drain(600);
    const seconds = Math.round((performance.now() - begun) / 100) / 10;

    const broken = await judgeHammered(ports, pieces);
    const commits = way.answers.get('TransactWriteItems 200') ?? 0;
    const decidedAgain = way.answers.get('TransactWriteItems 400') ?? 0;
    const told = journalCounts(stack.describe().dataFolder, 'evaluate');
    const evaluations = (told['evaluate.committed'] ?? 0) + (told['evaluate.unchanged'] ?? 0);
    // What failed and came again has no code of the journal's.
    const failedEvents = told['evaluate.busy'] ?? 0;
    const fail = (what: string) => broken.push({ promise: 'retries are bounded', enrollment: ref.enrollment, what });
    if (decidedAgain > commits * (mostTriesPerCommit - 1)) fail(`${decidedAgain} decided again, ${commits} commits`);
    if (failedEvents > 0) fail(`${failedEvents} events gave up and came again`);
    return { writes, seconds, outcomes, evaluations, commits, decidedAgain, failedEvents, broken };
  } finally {
    await close();
    await way.stop();
  }
}

/** A piece of evidence, and what somebody thinks of it. */
async function writeTwice(ports: ActPorts, { ref, demo, requirements, rng }: Pieces, i: number): Promise<string> {
  const place = {
    requirement: requirements[i % requirements.length] ?? '',
    evidence: `e${Math.floor(i / requirements.length)}`,
  };
  if (i % lookEvery === 0) {
    const look = { changes: [], whole: true, reason: 'hammer' };
    await ports.queue.send({ type: 'evaluation-requested', version: 1, ...ref, ...look });
  }
  const by = 'app-hammered';
  const [submitted] = await submitEvidence(ports, ref, [
    { ...place, submittedBy: by, occurredOn: '2026-02-02', attestation: 'Shown on shift.' },
  ]);
  if (submitted?.outcome === 'refused') return submitted.code;
  const verdict = rng.pick(['met', 'met', 'not-met', 'withdrawn'] as const);
  if (verdict === 'withdrawn') return (await withdrawEvidence(ports, ref, { ...place, withdrawnBy: by })).outcome;
  const assessor = demo.program.assessors[0]?.id ?? '';
  const [assessed] = await assessEvidence(ports, ref, [{ ...place, assessor, outcome: verdict }]);
  return assessed?.outcome === 'refused' ? assessed.code : `${assessed?.outcome} ${verdict}`;
}

const codeOf = (error: unknown) => (error instanceof AdapterError ? error.code : String(error));

async function judgeHammered(ports: ActPorts, { ref, demo, requirements }: Pieces): Promise<Broken[]> {
  const record = await ports.store.readRecord(ref);
  const stored = await ports.store.readProgram(ref.program);
  if (!record || !stored) throw new Error('the record is gone');
  const { enrollment, ledger } = record;
  const broken: Broken[] = [];
  const fail = (promise: string, what: string) => broken.push({ promise, enrollment: ref.enrollment, what });
  const fault = findChainFault(enrollment, ledger);
  if (fault) fail('the chain is unbroken', `${fault.fault} at ${fault.seq}`);
  const items = await ports.store.readAllEvidence(ref);
  const standing = standingOf(enrollment, items, demo.framework, stored.program);
  for (const id of requirements) {
    if (!sameProgress(standing.progress[id], enrollment.progress[id]))
      fail('stored progress is the evidence recomputed', `${id}: stored ${enrollment.progress[id]?.status}`);
  }
  return broken;
}
