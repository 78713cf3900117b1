import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { reissueCredential, revokeCredential } from '../../functions/acts/credentials.ts';
import { enroll } from '../../functions/acts/enroll.ts';
import { assessEvidence, submitEvidence, withdrawEvidence } from '../../functions/acts/evidence.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { randomIds } from '../../functions/adapters/aws/ids.ts';
import { sqsQueue } from '../../functions/adapters/aws/sqs-queue.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import { evidencePartition, evidenceSortKey } from '../../functions/domain/evidence.ts';
import { addDays, civilDateOf, instantOf } from '../../functions/domain/time.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import { timeZone } from '../support/small-world.ts';
import { type Apprentice, assessor, type Deed } from './histories.ts';

const administrator: Actor = { id: 'administrator', role: 'administrator' };
/** Refusals that end by themselves: somebody else writes, or a withdrawal has not been noticed yet. */
const passing = ['enrollment.busy', 'enrollment.complete'];
/** A person tries again for so long; the world is never broken for longer. */
const patienceMs = 300_000;
const pauseMs = 250;

export type People = ReturnType<typeof peopleOf>;

/** What people do, over ways that may fail: they try again under the same ids until it is done. */
export function peopleOf(
  { tableName, queueUrls }: Pick<StackDescription, 'tableName' | 'queueUrls'>,
  endpoints: { dynamodb: string; sqs: string },
  now: () => number,
) {
  const patient = { requestHandler: { connectionTimeout: 1_500, requestTimeout: 6_000, throwOnRequestTimeout: true } };
  const dynamodb = new DynamoDBClient({ ...localClientConfig(endpoints.dynamodb), ...patient });
  const sqs = new SQSClient({ ...localClientConfig(endpoints.sqs), ...patient, useQueueUrlAsEndpoint: false });
  const clock = { now: () => instantOf(now()) };
  const urls = { evaluation: queueUrls.evaluation, issue: queueUrls.issue, delivery: queueUrls.delivery };
  const store = dynamoStore({ client: dynamodb, tableName });
  const ports: ActPorts = {
    store,
    queue: sqsQueue({ client: sqs, urls: urls as Record<keyof typeof urls, string> }),
    clock,
    ids: randomIds(clock),
    unprintable: () => [],
    imageFault: () => undefined,
    signingFault: async () => undefined,
  };
  let retries = 0;

  /** Until it is done, or has been done already. Any other refusal means that the history itself is wrong. */
  const insist = async (
    what: string,
    act: () => Promise<{ outcome: string; code?: string }>,
    done: readonly string[] = [],
  ) => {
    const deadline = Date.now() + patienceMs;
    for (;;) {
      const answer = await act().catch((error: unknown) => error as Error);
      if (!(answer instanceof Error) && answer.outcome !== 'refused') return;
      if (!(answer instanceof Error) && done.includes(answer.code ?? '')) return;
      const mayPass = answer instanceof Error || passing.includes(answer.code ?? '');
      if (!mayPass || Date.now() > deadline) throw new Error(`${what}: ${JSON.stringify(answer)} ${String(answer)}`);
      retries += 1;
      await sleep(pauseMs);
    }
  };
  const insistRaw = (what: string, act: () => Promise<unknown>) =>
    insist(what, () => act().then(() => ({ outcome: 'done' })));

  const doDeed = async (of: Apprentice, deed: Deed, step: number): Promise<void> => {
    const { ref } = of;
    const what = `${ref.enrollment} ${deed.do}`;
    const day = addDays(civilDateOf(clock.now(), timeZone), -1);
    switch (deed.do) {
      case 'submit': {
        const { requirement, evidence, expiresOn } = deed;
        const issuedOn = addDays(of.enrolledOn, 10);
        return insist(what, async () => {
          const [verdict] = await submitEvidence(ports, ref, [
            {
              requirement,
              evidence,
              submittedBy: of.apprentice.id,
              occurredOn: requirement === 'cert-cpr' ? issuedOn : day,
              attestation: 'Shown on shift; the log has the entry.',
              ...(requirement === 'cert-cpr' && {
                certificate: { issuer: 'Red Cross', number: '1', issuedOn, ...(expiresOn && { expiresOn }) },
              }),
            },
          ]);
          return verdict ?? { outcome: 'refused' };
        }, ['evidence.exists']);
      }
      case 'assess':
        return insist(what, async () => {
          const { do: _, ...input } = deed;
          const [verdict] = await assessEvidence(ports, ref, [
            { ...input, assessor, assessment: `assessment-${step}` },
          ]);
          return verdict ?? { outcome: 'refused' };
        });
      case 'withdraw': {
        const { requirement, evidence } = deed;
        const input = { requirement, evidence, withdrawnBy: of.apprentice.id };
        return insist(what, () => withdrawEvidence(ports, ref, input), ['evidence.withdrawn']);
      }
      case 'edit-by-hand': {
        const sk = evidenceSortKey({ ...deed, part: 'evidence' });
        return insistRaw(what, async () => {
          const item = (await store.readEvidence(ref, [deed.requirement])).find((each) => each.sk === sk);
          await store.putRaw(evidencePartition(ref), sk, { ...item?.attributes, attestation: 'Changed by a hand.' });
        });
      }
      case 'delete-by-hand': {
        const Key = { pk: { S: evidencePartition(ref) }, sk: { S: evidenceSortKey({ ...deed, part: 'evidence' }) } };
        return insistRaw(what, () => dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key })));
      }
      case 'write-garbage':
        return insistRaw(what, () =>
          store.putRaw(evidencePartition(ref), `EVIDENCE#engage-1#garbage-${step}`, { schema: 'nothing', step }),
        );
      case 'await-issue':
        return insistRaw(what, async () => {
          const enrollment = await store.readEnrollment(ref);
          if (!enrollment?.pointers.completion?.active) throw new Error('not issued yet');
        });
      case 'reissue':
        return insist(what, () =>
          reissueCredential(ports, administrator, ref, {
            achievement: 'completion',
            name: `${of.apprentice.name} Corrected`,
          }),
        );
      case 'revoke':
        return insist(what, async () => {
          const pointer = (await store.readEnrollment(ref))?.pointers.completion;
          if (pointer?.revoked) return { outcome: 'revoked' };
          const credentialId = pointer?.active?.credentialId ?? '';
          return revokeCredential(ports, administrator, ref, { credentialId, code: 'other', text: 'A drill.' });
        });
      case 'after-lapse':
        return;
    }
  };

  return {
    ports,
    retries: () => retries,
    doDeed,
    insistRaw,
    enroll: ({ ref, apprentice, enrolledOn }: Apprentice) =>
      insist(`${ref.enrollment} enroll`, () => enroll(ports, administrator, { ...ref, apprentice, enrolledOn }), [
        'enrollment.exists',
      ]),
    close() {
      dynamodb.destroy();
      sqs.destroy();
    },
  };
}
