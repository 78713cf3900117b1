import { causeOf } from '../../functions/domain/changes.ts';
import type { MailEvent } from '../../functions/domain/delivery.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import type {
  DeliveryRequested,
  EvaluationRequested,
  IssueRequested,
  Message,
} from '../../functions/domain/messages.ts';
import { type FaultLimits, faultSource, randomProfile } from './faults.ts';
import type { History } from './history.ts';
import { createMailService, randomWeather } from './mail-service.ts';
import type { Mutation } from './mutations.ts';
import type { SimulatedDocuments } from './papers.ts';
import { createQueue, type QueueOptions } from './queues.ts';
import { rngOf } from './rng.ts';
import { createScheduler, type Task } from './scheduler.ts';
import { type ScriptedFault, scriptedFaults } from './scripted-faults.ts';
import { createStepJudges } from './step-judges.ts';
import { stepsOf } from './steps.ts';
import { createStream } from './stream.ts';
import { type Attributes, SimulatedTable } from './table.ts';

export type WorldOptions = {
  limits?: FaultLimits;
  /** Exactly these go wrong, and nothing by chance. */
  script?: readonly ScriptedFault[];
  mutation?: Mutation;
  trace?: (line: string) => void;
  seen?: (call: string, what: string) => void;
};

/** Where the time of every world begins: the evening before New York's clocks change. */
const worldStart = Date.UTC(2026, 2, 7, 22);
export const dayMs = 86_400_000;

/** One world: the real steps over simulated ports, with its judges watching. Nothing happens yet. */
export function createWorld(history: History, options: WorldOptions) {
  const rng = rngOf(history.seed * 2 + 2);
  const { mutation, trace } = options;
  const startAt = worldStart + rng.int(3 * dayMs);
  const maxSkewMs = rng.pick([0, 0, 200, 3_000]);
  const profile = randomProfile(rng);
  const faults = options.script
    ? scriptedFaults(options.script)
    : faultSource(rng, profile, options.limits ?? {}, options.seen ?? (() => undefined));
  const traceAt = trace && ((line: string) => trace(`${new Date(scheduler.now).toISOString()} ${line}`));
  const scheduler = createScheduler({ rng, faults, startAt, maxSkewMs, trace: traceAt });
  const shared = { scheduler, rng, faults, trace: traceAt };
  const documents: SimulatedDocuments = new Map();
  let current: Task | undefined;
  let caughtMidIssue = false;

  const table = new SimulatedTable(
    {
      evidenceWritten: (write) => {
        caughtMidIssue ||= isTakenBack(write.after) && hasPending(table, write.pk);
        const change = stream.written(write);
        traceAt?.(`table: ${causeOf(change)} ${change.kind}`);
      },
      committed: (row, before, commit) => {
        const told = () => commit.entries.map((e) => `${e.action}(${e.subject})`).join(' ');
        if (traceAt) traceAt(`table: version ${row.enrollment.version} ${told()}`);
        judges.committed(row, before, commit);
      },
    },
    () => scheduler.now,
    history.seed % 16 === 0,
  );
  publish(table, history);
  const judges = createStepJudges({
    scheduler,
    table: () => table,
    setting: history.setting,
    task: () => current,
    maxSkewMs,
  });
  const mail = createMailService(
    {
      ...shared,
      emit: (event) => queues.mail.send(event),
      onSend: judges.sendBegun,
      onAccepted: judges.sendAccepted,
      onBounced: judges.sendBounced,
    },
    randomWeather(rng),
  );
  // Some worlds meet what no font prints again and again, so that people have something to take up.
  const unprintable = rng.pick([0.004, 0.004, 0.004, 0.004, 0.25]);
  const steps = stepsOf({
    ...shared,
    table,
    documents,
    mutation,
    mail,
    salt: history.seed,
    unprintable,
    withTask: (task, run) => {
      current = task;
      return run();
    },
    send: (message, delayMs) => send(message, delayMs),
    failedBatches: () => stream.failed,
  });
  const stream = createStream({
    ...shared,
    isOrdered: rng.chance(0.5),
    emitsUnchanged: rng.chance(0.5),
    evaluate: steps.evaluateBatch,
  });
  const queueOf = <T>(
    own: Pick<QueueOptions<T>, 'name' | 'step' | 'timeoutSeconds' | 'consume' | 'describe' | 'onDone'>,
  ) => createQueue<T>({ ...shared, maxReceives, ...own, ...(!trace && { describe: undefined }) });
  const maxReceives = rng.pick([2, 3, 5]);
  const queues = {
    evaluation: queueOf<EvaluationRequested>({
      name: 'evaluation',
      step: 'evaluate',
      timeoutSeconds: 60,
      consume: steps.evaluateMessage,
      describe: (m) => `${m.reason} ${m.changes.map((c) => c.sk).join(' ')}`,
    }),
    issue: queueOf<IssueRequested>({
      name: 'issue',
      step: 'issue',
      timeoutSeconds: 60,
      consume: steps.issue,
      describe: (m) => `${m.achievement} ${m.credentialId}`,
    }),
    delivery: queueOf<DeliveryRequested>({
      name: 'delivery',
      step: 'deliver',
      timeoutSeconds: 30,
      consume: steps.deliver,
      describe: (m) => m.deliveryId,
    }),
    mail: queueOf<MailEvent>({
      name: 'mail',
      step: 'feedback',
      timeoutSeconds: 30,
      consume: steps.feedback,
      describe: (m) => `${m.event.type} ${m.deliveryId} ${m.event.attempt}`,
      onDone: judges.eventProcessed,
    }),
  };
  const send = (message: Message, delayMs: number) => {
    if (message.type === 'evaluation-requested') queues.evaluation.send(message, delayMs);
    else if (message.type === 'issue-requested') queues.issue.send(message, delayMs);
    else if (message.type === 'delivery-requested') queues.delivery.send(message, delayMs);
    else throw new Error(`the simulated world has no bundles: ${message.type}`);
  };
  return {
    ...shared,
    startAt,
    table,
    documents,
    judges,
    steps,
    stream,
    queues,
    wasCaughtMidIssue: () => caughtMidIssue,
  };
}
export type World = ReturnType<typeof createWorld>;

function publish(table: SimulatedTable, { setting: { stored, framework, template, pictures = [] } }: History): void {
  const { program, hashes, frameworkHash } = stored;
  table.programs.set(program.id, stored);
  table.versions.set(`${program.id} ${hashes.program}`, program);
  table.templates.set(`${program.id} ${hashes.template}`, template);
  for (const { bytes } of pictures) table.assets.set(`${program.id} ${sha256(bytes)}`, bytes);
  table.frameworks.set(`${framework.id} ${framework.version}`, { framework, hash: frameworkHash });
}

const isTakenBack = (after: Attributes | undefined) => after?.withdrawnAt !== undefined || after?.outcome === 'not-met';

function hasPending(table: SimulatedTable, pk: string): boolean {
  const [program = '', , enrollment = ''] = pk.split('#');
  return Object.values(table.row({ program, enrollment })?.enrollment.pointers ?? {}).some((p) => p.pending);
}
