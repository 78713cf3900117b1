import { DeleteItemCommand, DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { enroll } from '../../functions/acts/enroll.ts';
import { assessEvidence, submitEvidence, withdrawEvidence } from '../../functions/acts/evidence.ts';
import { reissueCredential } from '../../functions/acts/reissue-credential.ts';
import { requestExport } from '../../functions/acts/request-export.ts';
import { resendDelivery } from '../../functions/acts/resend-delivery.ts';
import { revokeCredential } from '../../functions/acts/revoke-credential.ts';
import { dynamoAccess } from '../../functions/adapters/aws/dynamo-access.ts';
import { dynamoExports } from '../../functions/adapters/aws/dynamo-exports.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { randomIds } from '../../functions/adapters/aws/ids.ts';
import { sqsQueue } from '../../functions/adapters/aws/sqs-queue.ts';
import type { Actor } from '../../functions/domain/audit.ts';
import { evidencePartition, evidenceSortKey } from '../../functions/domain/evidence.ts';
import { instantOf } from '../../functions/domain/time.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import { apiCalls } from './api-calls.ts';
import { apiPeople } from './api-people.ts';
import { type Asked, auditor } from './bundles.ts';
import { type Apprentice, assessor, type Deed } from './histories.ts';
import { type Insistence, insistence } from './insist.ts';
import { submissionOf } from './submission.ts';

const administrator: Actor = { id: 'administrator', role: 'administrator' };

export type People = Insistence & {
  ports: ActPorts;
  enroll(apprentice: Apprentice): Promise<void>;
  /** `step`: the deed's place in its history, which makes its ids. */
  doDeed(apprentice: Apprentice, deed: Deed, step: number): Promise<void>;
  askForBundle(asked: Asked): Promise<void>;
  /** A look over HTTP that changes nothing, asked for once. */
  look(apprentice: Apprentice): Promise<void>;
  /** Answers of the API that were kept from an earlier try under the same key. */
  replayed(): number;
  close(): void;
};

type Hands = Insistence & { ports: ActPorts; deleteItem(pk: string, sk: string): Promise<unknown> };

/** What people do, over ways that may fail: some by acts as the command line does, some over HTTP. */
export async function peopleOf(
  stack: StackDescription,
  endpoints: { dynamodb: string; sqs: string },
  now: () => number,
): Promise<People> {
  const { tableName, queueUrls } = stack;
  const patient = { requestHandler: { connectionTimeout: 1_500, requestTimeout: 6_000, throwOnRequestTimeout: true } };
  const dynamodb = new DynamoDBClient({ ...localClientConfig(endpoints.dynamodb), ...patient });
  const sqs = new SQSClient({ ...localClientConfig(endpoints.sqs), ...patient, useQueueUrlAsEndpoint: false });
  const clock = { now: () => instantOf(now()) };
  const { evaluation = '', issue = '', delivery = '', export: exporting = '' } = queueUrls;
  const ports: ActPorts = {
    store: dynamoStore({ client: dynamodb, tableName }),
    queue: sqsQueue({ client: sqs, urls: { evaluation, issue, delivery, export: exporting } }),
    clock,
    ids: randomIds(clock),
    unprintable: () => [],
    imageFault: () => undefined,
    signingFault: async () => undefined,
  };
  const hands: Hands = {
    ...insistence(),
    ports,
    deleteItem: (pk, sk) =>
      dynamodb.send(new DeleteItemCommand({ TableName: tableName, Key: { pk: { S: pk }, sk: { S: sk } } })),
  };
  const calls = await apiCalls(stack, now);
  const overHttp = apiPeople(calls, now, hands);
  return {
    ...hands,
    look: overHttp.look,
    replayed: calls.replayed,
    async doDeed(apprentice, deed, step) {
      if (apprentice.acts === 'over HTTP' && (await overHttp.doDeed(apprentice, deed, step))) return;
      await doDeed(hands, apprentice, overHttp.withId(apprentice, deed), step);
    },
    enroll(whose) {
      if (whose.acts === 'over HTTP') return overHttp.enroll(whose);
      const { ref, apprentice, enrolledOn } = whose;
      const act = () => enroll(ports, administrator, { ...ref, apprentice, enrolledOn });
      return hands.insist(`${ref.enrollment} enroll`, act, ['enrollment.exists']);
    },
    askForBundle({ program, exportId, address, summaries }) {
      const table = { client: dynamodb, tableName };
      // Under an id of its own: repeated after an answer that was lost, it finds what it made.
      const audit = { ...ports, exports: dynamoExports(table), access: dynamoAccess({ ...table, clock }) };
      const asking = { ...audit, ids: { ...ports.ids, id: () => exportId } };
      const wanted = { summaries, notify: { address } };
      return hands.insist(`${exportId} ask`, () => requestExport(asking, { program, actor: auditor }, wanted));
    },
    close() {
      dynamodb.destroy();
      sqs.destroy();
    },
  };
}

async function doDeed(hands: Hands, of: Apprentice, deed: Deed, step: number): Promise<void> {
  const { ports, insist, insistRaw } = hands;
  const { ref } = of;
  const what = `${ref.enrollment} ${deed.do}`;
  switch (deed.do) {
    case 'submit':
      return insist(what, () => submit(ports, of, deed), ['evidence.exists']);
    case 'assess': {
      const { do: _, ...input } = deed;
      const given = { ...input, assessor, assessment: `assessment-${step}` };
      return insist(what, async () => (await assessEvidence(ports, ref, [given]))[0] ?? { outcome: 'refused' });
    }
    case 'withdraw': {
      const { requirement, evidence } = deed;
      return insist(what, () => withdrawEvidence(ports, ref, { requirement, evidence, withdrawnBy: of.apprentice.id }));
    }
    case 'edit-by-hand': {
      const sk = evidenceSortKey({ ...deed, part: 'evidence' });
      return insistRaw(what, async () => {
        const item = (await ports.store.readEvidence(ref, [deed.requirement])).find((each) => each.sk === sk);
        await ports.store.putRaw(evidencePartition(ref), sk, {
          ...item?.attributes,
          attestation: 'Changed by a hand.',
        });
      });
    }
    case 'delete-by-hand':
      return insistRaw(what, () =>
        hands.deleteItem(evidencePartition(ref), evidenceSortKey({ ...deed, part: 'evidence' })),
      );
    case 'write-garbage':
      return insistRaw(what, () =>
        ports.store.putRaw(evidencePartition(ref), `EVIDENCE#engage-1#garbage-${step}`, { schema: 'nothing', step }),
      );
    case 'await-issue':
      return insistRaw(what, async () => {
        const enrollment = await ports.store.readEnrollment(ref);
        if (!enrollment?.pointers.completion?.active) throw new Error('not issued yet');
      });
    case 'reissue': {
      const input = { achievement: 'completion' as const, name: `${of.apprentice.name} Corrected` };
      return insist(what, () => reissueCredential(ports, administrator, ref, input));
    }
    case 'resend':
      return insist(what, () => resend(ports, of));
    case 'revoke':
      return insist(what, () => revoke(ports, of));
    case 'after-lapse':
      return;
  }
}

async function submit(ports: ActPorts, of: Apprentice, deed: Extract<Deed, { do: 'submit' }>) {
  const [verdict] = await submitEvidence(ports, of.ref, [submissionOf(of, deed, ports.clock.now())]);
  return verdict ?? { outcome: 'refused' };
}

/** Under an id of its own: repeated after an answer that was lost, it finds what it made. */
async function resend(ports: ActPorts, { ref, apprentice }: Apprentice) {
  const credentialId = (await ports.store.readEnrollment(ref))?.pointers.completion?.active?.credentialId ?? '';
  const delivery = (await ports.store.readCredential(ref, credentialId))?.delivery ?? '';
  const email = `${apprentice.id}.again@apprentices.example`;
  return resendDelivery(ports, administrator, ref, { delivery, email, as: `again-${ref.enrollment}` });
}

/** Repeated after an answer that was lost, it finds that it is done. */
async function revoke(ports: ActPorts, { ref }: Apprentice) {
  const pointer = (await ports.store.readEnrollment(ref))?.pointers.completion;
  if (pointer?.revoked) return { outcome: 'revoked' };
  const credentialId = pointer?.active?.credentialId ?? '';
  return revokeCredential(ports, administrator, ref, { credentialId, code: 'other', text: 'A drill.' });
}
