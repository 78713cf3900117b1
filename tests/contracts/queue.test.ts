import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { startSqs } from '../../infra/local/services/sqs.ts';
import { rngOf } from '../simulation/rng.ts';
import { type QueueLimits, SimulatedQueue } from '../simulation/simulated-queue.ts';
import { stopLater, temporaryFolder } from './local-service.ts';

type Told = { body: string; receives: number };
/** A queue as its users see it. A hold is a message that somebody has received and not given back. */
type Queue = {
  send(body: string, delaySeconds: number): Promise<unknown>;
  receive(): Promise<(Told & { hold: unknown })[]>;
  delete(hold: unknown): Promise<unknown>;
  release(hold: unknown, afterSeconds: number): Promise<unknown>;
  dead(): Promise<string[]>;
};
type Model = Queue & { holds(hold: unknown): boolean };

function simulated(limits: QueueLimits): Model {
  const queue = new SimulatedQueue<string>(limits, Date.now);
  return {
    send: async (body, delaySeconds) => queue.send(body, delaySeconds * 1000),
    receive: async () =>
      queue.visible().flatMap((id) => {
        const received = queue.receive(id);
        return received ? [{ body: received.body, receives: received.receives, hold: received.receipt }] : [];
      }),
    holds: (hold) => queue.holds(hold as number),
    delete: async (hold) => queue.delete(hold as number),
    release: async (hold, afterSeconds) => queue.release(hold as number, afterSeconds * 1000),
    dead: async () => queue.dead.map(({ body }) => body),
  };
}

async function emulated(sqs: SQSClient, { visibilityMs, maxReceives }: QueueLimits): Promise<Queue> {
  const make = async (QueueName: string, Attributes: Record<string, string>) =>
    (await sqs.send(new CreateQueueCommand({ QueueName, Attributes }))).QueueUrl ?? '';
  const deadUrl = await make('letters-dead', { VisibilityTimeout: '0' });
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadUrl, AttributeNames: ['QueueArn'] }),
  );
  const RedrivePolicy = JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: maxReceives });
  const QueueUrl = await make('letters', { VisibilityTimeout: String(visibilityMs / 1000), RedrivePolicy });
  const take = async (url: string) => {
    const MessageSystemAttributeNames = ['ApproximateReceiveCount' as const];
    const from = { QueueUrl: url, MaxNumberOfMessages: 10, MessageSystemAttributeNames };
    return (await sqs.send(new ReceiveMessageCommand(from))).Messages ?? [];
  };
  return {
    send: (MessageBody, DelaySeconds) => sqs.send(new SendMessageCommand({ QueueUrl, MessageBody, DelaySeconds })),
    receive: async () =>
      (await take(QueueUrl)).map((message) => ({
        body: message.Body ?? '',
        receives: Number(message.Attributes?.ApproximateReceiveCount),
        hold: message.ReceiptHandle,
      })),
    delete: (hold) => sqs.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: String(hold) })),
    release: (hold, VisibilityTimeout) =>
      sqs.send(new ChangeMessageVisibilityCommand({ QueueUrl, ReceiptHandle: String(hold), VisibilityTimeout })),
    dead: async () => (await take(deadUrl)).map((message) => message.Body ?? ''),
  };
}

test.each([1, 2, 3, 4, 5, 6, 7, 8])(
  'the same calls get the same answers from the emulated and from the simulated queue (seed %i)',
  async (seed) => {
    const rng = rngOf(seed);
    const folder = temporaryFolder();
    onTestFinished(folder.remove);
    // The emulator runs in this process and reads its clock: minutes pass at once, and at no other time.
    vi.useFakeTimers({ toFake: ['Date'] });
    onTestFinished(() => void vi.useRealTimers());
    const server = await stopLater(startSqs({ dataDir: folder.path }));
    const sqs = new SQSClient({ ...localClientConfig(server.endpoint), useQueueUrlAsEndpoint: false });
    onTestFinished(() => sqs.destroy());
    const limits = { visibilityMs: 10_000, maxReceives: rng.between(2, 4) };
    const [real, model] = [await emulated(sqs, limits), simulated(limits)];
    const holds = new Map<string, { real: unknown; model: unknown }>();
    const story: string[] = [];
    let sent = 0;

    for (let call = 0; call < 120; call++) {
      const roll = rng.next();
      const [body, held] = [...holds][rng.int(holds.size)] ?? [];
      // What a late delete or release does nobody promises: tests/contracts/README.md.
      const isHeld = held !== undefined && model.holds(held.model);
      if (roll < 0.2 && sent < 9) {
        const [fresh, delay] = [`letter-${++sent}`, rng.pick([0, 0, 3, 20])];
        story.push(`send ${fresh} after ${delay}`);
        await Promise.all([real.send(fresh, delay), model.send(fresh, delay)]);
      } else if (roll < 0.5) {
        const [theirs, ours] = [await real.receive(), await model.receive()];
        const told = (all: Told[]) => all.map((m) => `${m.body} for the ${m.receives}. time`).sort();
        story.push(`receive: ${told(ours).join(', ')}`);
        expect(told(theirs), story.join('; ')).toEqual(told(ours));
        for (const { body, hold } of ours)
          holds.set(body, { model: hold, real: theirs.find((m) => m.body === body)?.hold });
        expect((await real.dead()).sort(), story.join('; ')).toEqual((await model.dead()).sort());
      } else if (roll < 0.6 && isHeld) {
        story.push(`delete ${body}`);
        await Promise.all([real.delete(held.real), model.delete(held.model)]);
      } else if (roll < 0.72 && isHeld) {
        const after = rng.pick([0, 2, 30]);
        story.push(`release ${body} after ${after}`);
        await Promise.all([real.release(held.real, after), model.release(held.model, after)]);
      } else {
        const seconds = rng.pick([1, 4, 11, 25]);
        story.push(`${seconds} s`);
        vi.setSystemTime(Date.now() + seconds * 1000);
      }
    }
    expect(sent).toBeGreaterThan(3);
  },
);
