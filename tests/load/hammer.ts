import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { enroll } from '../../functions/acts/enroll.ts';
import { assessEvidence, submitEvidence, withdrawEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
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
import { crowdClient, insistBriefly } from './crowd.ts';
import { startLoadStack } from './load-stack.ts';
import { journalCounts } from './measure.ts';

export type HammerReport = {
  writes: number;
  seconds: number;
  /** What became of each write, by outcome or refusal. */
  outcomes: Record<string, number>;
  /** Calls to the table that were under way at one moment, and those that were made again. */
  mostAtOnce: number;
  retries: number;
  evaluations: number;
  /** Transactions that steps committed, and those that another's write made them decide again. */
  commits: number;
  decidedAgain: number;
  failedEvents: number;
  broken: Broken[];
};

/**
 * Twice as many tries as evaluations would mean that writers mostly undo one another's work. Not by commits: all at
 * once, one takes a hundred changes, and the looks that lost to it find nothing new.
 */
const mostTriesPerEvaluation = 2;
/** Of the pieces that are handed in beforehand, for somebody to judge. */
const preparedAtOnce = 50;
/** Every so many pieces somebody asks for a whole look too: another reader beside the stream's one batch at a time. */
const lookEvery = 5;

type Pieces = { ref: EnrollmentRef; demo: DemoProgram; requirements: string[]; rng: Rng };

/**
 * One enrollment that everybody writes to at once. Half of the writes hand in a new piece; the others judge or withdraw
 * one each that was handed in before. All begin at the same moment, each on a connection of its own.
 */
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

    const half = Math.ceil(writes / 2);
    await prepare(ports, pieces, half, (done) => tell(`hammer: ${done}/${half} pieces handed in beforehand`));
    await stack.drain(600);

    const crowd = crowdClient(stack.describe().endpoints.dynamodb, writes);
    const store = dynamoStore({ client: crowd.client, tableName: stack.describe().tableName });
    const begun = performance.now();
    const outcomes: Record<string, number> = {};
    let done = 0;
    let deedsAgain = 0;
    const person = async (_: unknown, i: number) => {
      const act =
        i < half
          ? () => submit({ ...ports, store }, pieces, half + i)
          : judgement({ ...ports, store }, pieces, i - half);
      const outcome = await insistBriefly(act, () => {
        deedsAgain += 1;
      }).catch(codeOf);
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
      done += 1;
      tell(`hammer: ${done}/${writes} writes`);
    };
    await Promise.all(Array.from({ length: writes }, person));
    crowd.client.destroy();
    const { calls, attempts, mostAtOnce } = crowd.calls;
    const retries = attempts - calls + deedsAgain;
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
    if (decidedAgain > evaluations * (mostTriesPerEvaluation - 1))
      fail(`${decidedAgain} decided again, ${evaluations} evaluations`);
    if (failedEvents > 0) fail(`${failedEvents} events gave up and came again`);
    return { writes, seconds, outcomes, mostAtOnce, retries, evaluations, commits, decidedAgain, failedEvents, broken };
  } finally {
    await close();
    await way.stop();
  }
}

const by = 'app-hammered';
const placeOf = ({ requirements }: Pieces, i: number) => ({
  requirement: requirements[i % requirements.length] ?? '',
  evidence: `e${Math.floor(i / requirements.length)}-${i}`,
});

/** What there is to judge, before the clock runs. @throws Error naming the refusal */
async function prepare(ports: ActPorts, pieces: Pieces, count: number, onDone: (done: number) => void): Promise<void> {
  const left = Array.from({ length: count }, (_, i) => i);
  const worker = async () => {
    for (let i = left.shift(); i !== undefined; i = left.shift()) {
      const outcome = await submit(ports, pieces, i);
      if (outcome !== 'submitted') throw new Error(`a piece was not taken: ${outcome}`);
      onDone(count - left.length);
    }
  };
  await Promise.all(Array.from({ length: preparedAtOnce }, worker));
}

async function submit(ports: ActPorts, pieces: Pieces, i: number): Promise<string> {
  const { ref } = pieces;
  if (i % lookEvery === 0) {
    const look = { changes: [], whole: true, reason: 'hammer' };
    await ports.queue.send({ type: 'evaluation-requested', version: 1, ...ref, ...look });
  }
  const [submitted] = await submitEvidence(ports, ref, [
    { ...placeOf(pieces, i), submittedBy: by, occurredOn: '2026-02-02', attestation: 'Shown on shift.' },
  ]);
  return submitted?.outcome === 'refused' ? submitted.code : (submitted?.outcome ?? 'nothing');
}

/** What somebody thinks of a piece: decided once, however often it has to be tried. */
function judgement(ports: ActPorts, pieces: Pieces, i: number): () => Promise<string> {
  const { ref, demo, rng } = pieces;
  const place = placeOf(pieces, i);
  const verdict = rng.pick(['met', 'met', 'not-met', 'withdrawn'] as const);
  if (verdict === 'withdrawn')
    return async () => (await withdrawEvidence(ports, ref, { ...place, withdrawnBy: by })).outcome;
  const assessor = demo.program.assessors[0]?.id ?? '';
  return async () => {
    const [assessed] = await assessEvidence(ports, ref, [
      { ...place, assessor, outcome: verdict, assessment: `assessment-${i}` },
    ]);
    return assessed?.outcome === 'refused' ? assessed.code : `${assessed?.outcome} ${verdict}`;
  };
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
