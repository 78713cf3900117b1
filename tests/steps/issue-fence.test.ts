import { describe, expect, onTestFinished, test } from 'vitest';
import { assessEvidence, withdrawEvidence } from '../../functions/acts/evidence.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { ref } from '../support/small-world.ts';
import { memoryStore, stepsWorld, watched } from '../support/steps-world.ts';

async function tableStore(): Promise<RecordStore> {
  const { client, tableName, stop } = await startRecordsTable();
  onTestFinished(stop);
  return dynamoStore({ client, tableName });
}

/** Everything is met and evaluated, and issue is asked for the credential. */
async function readyToIssue(store: RecordStore) {
  const world = stepsWorld(store);
  await world.publish();
  await world.enroll();
  await world.complete();
  return world;
}
type Ready = Awaited<ReturnType<typeof readyToIssue>>;

/** Issues, with an act of somebody's in the midst of it: after all the evidence was read, before anything is committed. */
async function issueMeanwhile({ ports, issueRequest }: Ready, act: () => Promise<unknown>) {
  let isActed = false;
  const after = async (name: string) => {
    if (name !== 'store.readAllEvidence' || isActed) return;
    isActed = true;
    await act();
  };
  return issueCredential(watched(ports, { after }), issueRequest());
}

const acts: [string, (world: Ready) => Promise<unknown>][] = [
  [
    'withdrawn',
    async ({ ports }) => {
      const input = { requirement: 'engage-1', evidence: 'e1', withdrawnBy: 'apprentice-1' };
      expect(await withdrawEvidence(ports, ref, input)).toEqual({ outcome: 'withdrawn' });
    },
  ],
  [
    'assessed as not met',
    async ({ ports }) => {
      const input = { requirement: 'engage-1', evidence: 'e1', assessor: 'assessor-1', outcome: 'not-met' as const };
      expect(await assessEvidence(ports, ref, [input])).toMatchObject([{ outcome: 'assessed' }]);
    },
  ],
];

describe.each([
  ['in memory', async () => memoryStore()],
  ['on DynamoDB', tableStore],
])('%s', (_, open) => {
  test.each(acts)('nothing is issued when evidence that issue has read is %s before it commits', async (_, act) => {
    const world = await readyToIssue(await open());
    expect(await issueMeanwhile(world, () => act(world))).toBe('refused');
    const { enrollment, credentials, deliveries } = await world.record();
    expect([credentials, deliveries, enrollment.pointers.completion?.active]).toEqual([[], [], undefined]);
    expect([...world.documents.values()].map(({ keptUntil }) => keptUntil)).toEqual([undefined]);
    expect(world.sent.at(-1)).toMatchObject({ type: 'evaluation-requested', whole: true, reason: 'issue-refused' });

    await world.settle();
    const after = await world.record();
    expect(after.enrollment).toMatchObject({ status: 'open', pointers: { completion: {} } });
    expect(after.enrollment.pointers.completion?.pending).toBeUndefined();
  });

  test('without any act the credential is issued, with one document and one delivery', async () => {
    const world = await readyToIssue(await open());
    expect(await issueMeanwhile(world, async () => undefined)).toBe('issued');
    await expectIssuedOnce(world);
  });
});

async function expectIssuedOnce(world: Ready, what = ''): Promise<void> {
  const { enrollment, credentials, deliveries, ledger } = await world.record();
  const { credentialId } = world.issueRequest();
  expect(credentials, what).toMatchObject([{ credentialId, state: 'issued' }]);
  expect(enrollment.pointers, what).toEqual({
    completion: { active: { credentialId, suspended: false, completedOn: expect.any(String) } },
  });
  const [credential] = credentials;
  expect([...world.documents.keys()], what).toEqual([credential?.document.key]);
  expect(world.documents.get(credential?.document.key ?? '')?.keptUntil, what).toMatch(/^2031-/);
  expect(deliveries, what).toMatchObject([{ deliveryId: credential?.delivery, state: 'queued' }]);
  expect(ledger.filter(({ action }) => action === 'credential-issued').length, what).toBe(1);
  const asked = world.sent.filter((message) => message.type === 'delivery-requested');
  expect(new Set(asked.map(({ deliveryId }) => deliveryId)), what).toEqual(new Set([credential?.delivery]));
}

/** The calls that issuing makes of its ports, in order. */
async function callsOfIssue(): Promise<string[]> {
  const calls: string[] = [];
  const { ports, issueRequest } = await readyToIssue(memoryStore());
  await issueCredential(watched(ports, { after: (name) => void calls.push(name) }), issueRequest());
  return calls;
}

/** Throws at the call of a number, as a process that dies there would. */
function crashAt(number: number) {
  let calls = 0;
  return () => {
    if (calls++ === number) throw new AdapterError('test.crash', 'the process died', { retryable: true });
  };
}

test.each(['before', 'after'] as const)(
  'crashing %s any effect, then retrying, leaves one document, one credential and one delivery',
  async (moment) => {
    const calls = await callsOfIssue();
    expect(calls).toEqual(expect.arrayContaining(['documents.put', 'signer.sign', 'store.commit', 'queue.send']));
    for (const [number, name] of calls.entries()) {
      const world = await readyToIssue(memoryStore());
      const message = world.issueRequest();
      const dying = issueCredential(watched(world.ports, { [moment]: crashAt(number) }), message);
      await expect(dying, name).rejects.toMatchObject({ code: 'test.crash' });
      expect(await issueCredential(world.ports, message), name).toMatch(/^(issued|repeated)$/);
      await expectIssuedOnce(world, `${moment} ${name}`);
    }
  },
);

test('the same request, worked off twice at once, leaves one document, one credential and one delivery', async () => {
  const world = await readyToIssue(memoryStore());
  const message = world.issueRequest();
  const outcomes = await Promise.all([issueCredential(world.ports, message), issueCredential(world.ports, message)]);
  expect(outcomes.sort()).toEqual(['issued', 'repeated']);
  await expectIssuedOnce(world);
});
