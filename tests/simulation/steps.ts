import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { groupChanges } from '../../functions/adapters/aws/stream-records.ts';
import { type ComposeEmail, deliverEmail } from '../../functions/deliver/deliver.ts';
import type { MailEvent } from '../../functions/domain/delivery.ts';
import type {
  DeliveryRequested,
  EvaluationRequested,
  IssueRequested,
  Message,
} from '../../functions/domain/messages.ts';
import { type EvaluatePorts, type EvaluationRequest, evaluateEnrollment } from '../../functions/evaluate/evaluate.ts';
import { evaluateStream } from '../../functions/evaluate/evaluate-stream.ts';
import { recordMailEvent } from '../../functions/feedback/feedback.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { Clock } from '../../functions/ports/clock.ts';
import type { Ids } from '../../functions/ports/ids.ts';
import type { SendOutcome } from '../../functions/ports/mailer.ts';
import { type MessageQueue, maxDelaySeconds } from '../../functions/ports/message-queue.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { lookAfresh } from '../../functions/sweep/look-afresh.ts';
import { type ChangeGroup, recoverFailedBatches, replayAside } from '../../functions/sweep/recover.ts';
import { sweepDue } from '../../functions/sweep/sweep-due.ts';
import type { SweepPorts } from '../../functions/sweep/sweep-ports.ts';
import type { FaultSource } from './faults.ts';
import { createPace } from './mail-pace.ts';
import type { createMailService } from './mail-service.ts';
import type { Mutation } from './mutations.ts';
import {
  type SimulatedDocuments,
  simulatedDocuments,
  simulatedEngine,
  simulatedSealer,
  simulatedSigner,
} from './papers.ts';
import type { Rng } from './rng.ts';
import type { Scheduler, Task } from './scheduler.ts';
import { type Caller, simulatedStore } from './store-port.ts';
import type { StreamRecord } from './stream.ts';
import type { SimulatedTable } from './table.ts';

export type StepsOptions = {
  scheduler: Scheduler;
  rng: Rng;
  faults: FaultSource;
  table: SimulatedTable;
  documents: SimulatedDocuments;
  mutation: Mutation | undefined;
  salt: number;
  /** The chance that a certificate cannot be printed, each time. */
  unprintable: number;
  withTask: <T>(task: Task, run: () => T) => T;
  mail: ReturnType<typeof createMailService>;
  send: (message: Message, delayMs: number) => void;
  failedBatches: () => Map<string, StreamRecord[]>;
};

/** Where strays are sent: an enrollment that nobody has. */
const nowhere = { program: 'unknown', enrollment: 'unknown' };
const sweepTimeoutSeconds = 300;
/** What SQS takes. */
const maxMessageBytes = 1_048_576;

/** The real steps, each run over ports of its own. */
export function stepsOf(options: StepsOptions) {
  const { scheduler, faults, table, documents, mutation, withTask, rng } = options;
  let made = 0;
  const pace = createPace(() => scheduler.now);

  const callerOf =
    (task: Task): Caller =>
    (name, effect, onConflict) =>
      scheduler.call(task, name, () => withTask(task, effect), onConflict);
  // Steps ask several times at one moment.
  let told = { at: Number.NaN, instant: '' };
  const instantAt = (at: number) => {
    if (told.at !== at) told = { at, instant: new Date(at).toISOString() };
    return told.instant;
  };
  const clockOf = (task: Task): Clock => ({ now: () => instantAt(scheduler.now + task.skewMs) });
  const ids: Ids = {
    id: () => `id${String(++made).padStart(24, '0')}`,
    code: () => `C${String(++made).padStart(25, '0')}`,
    salt: () => `salt-${String(options.salt).padStart(27, '0')}-${++made}`,
  };
  const storeOf = (task: Task, step: string): RecordStore => {
    const store = simulatedStore(table, callerOf(task), () => rng.chance(0.5));
    const observed: RecordStore = {
      ...store,
      readProgram: async (program) => {
        const stored = await store.readProgram(program);
        task.memo.program = stored?.program;
        return stored;
      },
      readAllEvidence: async (ref) => {
        const items = await store.readAllEvidence(ref);
        task.memo.evidence = items;
        return items;
      },
    };
    return mutation?.store ? mutation.store(step, observed, table) : observed;
  };
  const queueOf = (task: Task): MessageQueue => ({
    send: (message, { delaySeconds = 0 } = {}) =>
      callerOf(task)('queue.send', () => {
        if (delaySeconds > maxDelaySeconds || delaySeconds < 0)
          throw new AdapterError('queue.invalid', 'a delay that no queue takes', { retryable: false });
        if (message.type === 'evaluation-requested' && JSON.stringify(message).length > maxMessageBytes)
          throw new AdapterError('queue.invalid', 'a message that no queue takes', { retryable: false });
        options.send(message, delaySeconds * 1000);
      }),
  });
  const journal = () => undefined;
  const compose: ComposeEmail = ({ program, apprentice, delivery }) => ({
    from: { name: program.email.fromName, address: program.email.from },
    to: { name: apprentice.name, address: apprentice.email },
    subject: 'subject',
    text: 'text',
    html: 'html',
    language: 'en',
    attachments: [],
    tags: {
      program: delivery.program,
      enrollment: delivery.enrollment,
      delivery: delivery.deliveryId,
      attempt: String(delivery.attempt),
    },
  });
  const base = (task: Task, step: string) => ({
    store: storeOf(task, step),
    queue: queueOf(task),
    clock: clockOf(task),
    journal,
  });
  const evaluate = async (task: Task, request: EvaluationRequest) => {
    if (mutation?.skipEvaluation?.(request, table)) return;
    mutation?.evaluating?.(request.changes);
    const ports: EvaluatePorts = { ...base(task, 'evaluate'), ids };
    await evaluateEnrollment(ports, request);
  };
  const sweepPorts = (task: Task): SweepPorts => {
    const call = callerOf(task);
    const failedBatches = {
      list: () => call('failedBatches.list', () => [...options.failedBatches().keys()]),
      read: (key: string) => call('failedBatches.read', () => options.failedBatches().get(key) ?? []),
      remove: (key: string) => call('failedBatches.remove', () => void options.failedBatches().delete(key)),
    };
    return { ...base(task, 'sweep'), failedBatches };
  };
  /** As the handlers' edges do. */
  const group = (records: unknown[]): ChangeGroup[] => {
    const { groups, strays } = groupChanges(records as StreamRecord[]);
    return [...groups, ...strays.map((stray) => ({ ref: nowhere, changes: [stray] }))];
  };

  return {
    callerOf,
    clockOf,
    actPorts: (task: Task): ActPorts => ({
      ...base(task, 'act'),
      ids,
      unprintable: () => [],
      imageFault: () => undefined,
      signingFault: async () => undefined,
    }),
    evaluateBatch: (task: Task, batch: readonly StreamRecord[]) => {
      const { groups, strays } = groupChanges(batch);
      const asked = groups.filter((each) => !mutation?.skipEvaluation?.(each, table));
      for (const { changes } of asked) mutation?.evaluating?.(changes);
      return evaluateStream({ ...base(task, 'evaluate'), ids }, { groups: asked, strays });
    },
    evaluateMessage: (task: Task, { program, enrollment, changes, whole, reason }: EvaluationRequested) =>
      evaluate(task, {
        ref: { program, enrollment },
        changes,
        whole,
        ...(reason === 'issue-refused' && { afterRefusal: true }),
      }),
    issue: async (task: Task, message: IssueRequested) => {
      if (mutation?.skipIssue?.(message, table)) return;
      const call = callerOf(task);
      const ports = {
        ...base(task, `issue ${message.achievement} ${message.credentialId}`),
        engine: simulatedEngine(faults, call, options.unprintable),
        sealer: simulatedSealer(call),
        signer: simulatedSigner(call),
        documents: simulatedDocuments(documents, call),
      };
      await issueCredential(ports, message);
    },
    deliver: async (task: Task, message: DeliveryRequested) => {
      const call = callerOf(task);
      const mailer = {
        send: async (email: Parameters<typeof options.mail.send>[0]): Promise<SendOutcome> => {
          // As the adapter does: who was given no turn has sent nothing, and knows it.
          const turn = await call('pace.turn', () => pace.turn()).catch(() => undefined);
          if (turn === undefined) return { outcome: 'refused', permanent: false, code: 'mail.no-turn' };
          if (turn > 0) await scheduler.wait(task, turn);
          return call('mailer.send', () => options.mail.send(email));
        },
      };
      await deliverEmail(
        { ...base(task, 'deliver'), documents: simulatedDocuments(documents, call), compose, mailer },
        message,
      );
    },
    feedback: async (task: Task, mail: MailEvent) => {
      if (mutation?.skipEvent?.(mail)) return;
      await recordMailEvent(base(task, 'feedback'), mail);
    },
    sweep: () => {
      if (mutation?.noSweep) return;
      const body = async (task: Task) => {
        const ports = sweepPorts(task);
        await recoverFailedBatches(ports, group);
        await replayAside(ports);
        await sweepDue(ports);
      };
      scheduler.start('sweep', 'sweep', sweepTimeoutSeconds, body, () => undefined);
    },
    lookAfresh: () =>
      scheduler.start(
        'sweep',
        'look afresh',
        sweepTimeoutSeconds,
        (task) => lookAfresh(sweepPorts(task)),
        () => undefined,
      ),
  };
}
