import { afterEach, expect, test } from 'vitest';
import { reissueCredential } from '../../functions/acts/reissue-credential.ts';
import { type Backup, type Restored, restoreBackup } from '../../functions/acts/restore.ts';
import { dynamoArchive } from '../../functions/adapters/aws/dynamo-archive.ts';
import { dynamoInspection } from '../../functions/adapters/aws/dynamo-inspection.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { groupRecords } from '../../functions/adapters/aws/stream-records.ts';
import { findChainFault } from '../../functions/domain/audit.ts';
import { mayBeOutReason } from '../../functions/domain/delivery.ts';
import type { IssueRequested, Message } from '../../functions/domain/messages.ts';
import { evaluateEnrollment } from '../../functions/evaluate/evaluate.ts';
import { evaluateStream } from '../../functions/evaluate/evaluate-stream.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import type { ArchivedItem, RecordArchive } from '../../functions/ports/record-archive.ts';
import { replayAside } from '../../functions/sweep/recover.ts';
import { sweepDue } from '../../functions/sweep/sweep-due.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { ref } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const operator = { id: 'olga', role: 'operator' } as const;
const takenAt = '2026-03-01T13:00:00.000Z';
const opened: { stop(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(opened.splice(0).map((table) => table.stop()));
});

async function openTable() {
  const table = await startRecordsTable();
  opened.push(table);
  return table;
}

/** An apprentice who has met everything: the certificate is being issued, or is issued. */
async function backedUp({ issued }: { issued: boolean }) {
  const table = await openTable();
  const world = stepsWorld(dynamoStore(table));
  await world.publish();
  await world.enroll();
  await world.complete();
  const request = world.issueRequest();
  if (issued) await issueCredential(world.ports, request);
  const items: ArchivedItem[] = [];
  for await (const item of dynamoArchive(table).items()) items.push(item);
  // What happens after the backup, the restored table will have forgotten.
  if (!issued) await issueCredential(world.ports, request);
  return { world, request, items };
}
type BackedUp = Awaited<ReturnType<typeof backedUp>>;

const backupOf = (items: readonly ArchivedItem[]): Backup => ({
  takenAt,
  async *items() {
    yield* items;
  },
});

/** The table that is restored into, with the steps that wake there: on its stream, its schedules and what the queues held. */
async function restoredInto({ world, request }: BackedUp) {
  const table = await openTable();
  const store = dynamoStore(table);
  const queued: Message[] = [];
  let made = 0;
  const ports = {
    ...stepsWorld(store).ports,
    documents: world.ports.documents,
    clock: { now: () => '2026-03-02T12:00:00.000Z' },
    ids: { ...world.ports.ids, id: () => `new${String(++made).padStart(23, '0')}` },
    queue: { send: async (message: Message) => void queued.push(message) },
    failedBatches: { list: async () => [], read: async () => [], remove: async () => undefined },
  };
  const issue = (message: IssueRequested) =>
    issueCredential(ports, message).catch((error: { code?: string }) => {
      if (error.code !== 'enrollment.unknown') throw error;
    });
  async function work(): Promise<void> {
    for (let message = queued.shift(); message; message = queued.shift()) {
      if (message.type === 'issue-requested') await issue(message);
      if (message.type !== 'evaluation-requested') continue;
      const { program, enrollment, changes, whole, reason } = message;
      const afterRefusal = reason === 'issue-refused';
      await evaluateEnrollment(ports, { ref: { program, enrollment }, changes, whole, afterRefusal });
    }
  }
  async function wake(): Promise<void> {
    expect(await evaluateStream(ports, groupRecords(await table.readStream()))).toEqual([]);
    await sweepDue(ports);
    await issue(request);
    await work();
  }
  let last: Promise<unknown> = Promise.resolve();
  /** One write after another, and after each all steps wake: every state of the table in between is seen. */
  const waking =
    <T extends unknown[], U>(put: (...given: T) => Promise<U>) =>
    (...given: T): Promise<U> => {
      const answer = last.then(async () => {
        const outcome = await put(...given);
        await wake();
        return outcome;
      });
      last = answer;
      return answer;
    };
  const plain = dynamoArchive(table);
  const archive: RecordArchive = {
    ...plain,
    putItem: waking(plain.putItem),
    putEnrollment: waking(plain.putEnrollment),
  };
  const restore = (items: readonly ArchivedItem[], through = archive) =>
    restoreBackup(
      { archive: through, records: dynamoInspection(table), clock: ports.clock },
      operator,
      backupOf(items),
    );
  return {
    ...{ archive, restore },
    async settled() {
      await wake();
      await replayAside(ports);
      await wake();
      const record = await store.readRecord(ref);
      if (!record) throw new Error('nobody is enrolled');
      const { enrollment, ledger } = record;
      expect(findChainFault(enrollment, ledger)).toBeUndefined();
      const actions = new Set(ledger.map(({ action }) => action));
      for (const action of ['credential-suspended', 'credential-request-cancelled', 'completion-undone'] as const)
        expect(actions).not.toContain(action);
      expect((await store.listAside(ref.program)).items).toEqual([]);
      expect(await store.readAllEvidence(ref)).toHaveLength(8);
      return record;
    },
  };
}

/** The orders in which an export may have its items: assessments before their submissions too. */
const orders: [string, (items: ArchivedItem[]) => ArchivedItem[]][] = [
  ['in order', (items) => items],
  ['backwards', (items) => items.toReversed()],
  ['shuffled', (items) => items.toSorted((a, b) => hashOf(a) - hashOf(b))],
];
const hashOf = ({ pk, sk }: ArchivedItem) => [...`${pk}${sk}`].reduce((h, c) => (h * 31 + c.charCodeAt(0)) % 9973, 7);

test.each(orders)(
  'a certificate being issued goes on under its id and its email is parked (%s)',
  async (_, order) => {
    const source = await backedUp({ issued: false });
    const target = await restoredInto(source);
    expect(await target.restore(order(source.items))).toMatchObject({ enrollments: 1, pending: 1 });
    const { credentials, deliveries } = await target.settled();
    expect(credentials).toMatchObject([{ credentialId: source.request.credentialId, state: 'issued' }]);
    expect(deliveries).toMatchObject([{ state: 'parked', reason: mayBeOutReason(takenAt) }]);
  },
  60_000,
);

test.each(orders)(
  'a certificate in force stays in force while its evidence comes back (%s)',
  async (_, order) => {
    const source = await backedUp({ issued: true });
    const target = await restoredInto(source);
    await target.restore(order(source.items));
    const { enrollment, credentials } = await target.settled();
    expect(credentials).toMatchObject([{ state: 'issued' }]);
    expect(enrollment.pointers.completion?.active).toMatchObject({ suspended: false });
  },
  60_000,
);

test('a restore that was killed after an enrollment came in counts its parked email when it is resumed', async () => {
  const source = await backedUp({ issued: true });
  const target = await restoredInto(source);
  const killed: RecordArchive = {
    ...target.archive,
    putEnrollment: async (...given) => {
      await target.archive.putEnrollment(...given);
      throw new Error('killed');
    },
  };
  await expect(target.restore(source.items, killed)).rejects.toThrow('killed');
  const resumed = (await target.restore(source.items)) as Restored;
  expect(resumed).toMatchObject({ items: source.items.length, enrollments: 1, parked: 1 });
  expect((await target.settled()).deliveries).toMatchObject([{ state: 'parked' }]);
}, 60_000);

test('a reissue in place of a request whose email may be out is not mailed either', async () => {
  const { ports, record, complete, enroll, publish } = stepsWorld(memoryStore());
  await publish();
  await enroll();
  await complete();
  const { enrollment } = await record();
  const pending = enrollment.pointers.completion?.pending;
  if (!pending) throw new Error('nothing is pending');
  const marked = { pending: { ...pending, emailMayBeOut: mayBeOutReason(takenAt) } };
  await ports.store.commit({ enrollment, guard: {}, patch: { pointers: { completion: marked } }, entries: [] });
  expect(await reissueCredential(ports, operator, ref, { achievement: 'completion' })).toMatchObject({
    outcome: 'requested',
  });
  const replaced = (await record()).enrollment.pointers.completion?.pending;
  expect(replaced?.credentialId).not.toBe(pending.credentialId);
  expect(replaced?.emailMayBeOut).toBe(mayBeOutReason(takenAt));
});
