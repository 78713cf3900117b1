import { DynamoDBClient, QueryCommand, UpdateItemCommand } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import { systemClock } from '../../functions/adapters/aws/clock.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { randomIds } from '../../functions/adapters/aws/ids.ts';
import { kmsSigner } from '../../functions/adapters/aws/kms-signer.ts';
import { enrollmentPartition } from '../../functions/adapters/aws/record-keys.ts';
import { s3Documents } from '../../functions/adapters/aws/s3-documents.ts';
import { sqsQueue } from '../../functions/adapters/aws/sqs-queue.ts';
import { pdfCertificateEngine } from '../../functions/adapters/pdf/certificate-engine.ts';
import { certificateSealer } from '../../functions/adapters/pdf/signing/sealer.ts';
import { typefaceFiles } from '../../functions/adapters/pdf/text/typeface-files.ts';
import { evidencePartition } from '../../functions/domain/evidence.ts';
import { documentHash } from '../../functions/domain/hash.ts';
import type { EnrollmentRef } from '../../functions/domain/ids.ts';
import { type Change, evaluationRequestedSchema, issueRequestedSchema } from '../../functions/domain/messages.ts';
import { evaluateEnrollment } from '../../functions/evaluate/evaluate.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { documentsBucket, type ServicesStack, signingKey, tableName } from './services-stack.ts';

/**
 * Evaluate and issue, on the same services that the command line talks to, run when a test says so: what the table
 * holds is put to evaluate as its stream would, then both queues are worked off.
 */
export function stepsOn(stack: ServicesStack) {
  const clients = {
    dynamodb: new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb)),
    sqs: new SQSClient({ ...localClientConfig(stack.endpoints.sqs), useQueueUrlAsEndpoint: false }),
    s3: new S3Client({ ...localClientConfig(stack.endpoints.s3), forcePathStyle: true }),
    kms: new KMSClient(localClientConfig(stack.endpoints.kms)),
  };
  const signer = kmsSigner({ client: clients.kms, keyId: signingKey });
  const ports = {
    store: dynamoStore({ client: clients.dynamodb, tableName }),
    queue: sqsQueue({ client: clients.sqs, urls: stack.queueUrls }),
    documents: s3Documents({ client: clients.s3, bucket: documentsBucket }),
    sealer: certificateSealer({ signer }),
    signer,
    engine: pdfCertificateEngine({ fonts: typefaceFiles('.') }),
    clock: systemClock,
    ids: randomIds(systemClock),
    journal: () => undefined,
  };

  async function changesOf(ref: EnrollmentRef): Promise<Change[]> {
    const answer = await clients.dynamodb.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: 'pk = :pk',
        ExpressionAttributeValues: { ':pk': { S: evidencePartition(ref) } },
      }),
    );
    return (answer.Items ?? []).map((item) => {
      const { pk: _, sk, ...image } = unmarshall(item);
      const sequence = documentHash({ sk, image }).slice(0, 40);
      return { sk: String(sk), kind: 'put', sequence, at: systemClock.now(), image };
    });
  }

  async function workOff(url: string, work: (body: unknown) => Promise<unknown>): Promise<number> {
    const { Messages = [] } = await clients.sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10 }),
    );
    for (const message of Messages) {
      await work(JSON.parse(message.Body ?? ''));
      await clients.sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle: message.ReceiptHandle }));
    }
    return Messages.length;
  }

  return {
    store: ports.store,
    documents: ports.documents,
    async settle(ref: EnrollmentRef): Promise<void> {
      await evaluateEnrollment(ports, { ref, changes: await changesOf(ref), whole: false });
      let worked = 1;
      while (worked > 0) {
        worked = await workOff(stack.queueUrls.evaluation, async (body) => {
          const { program, enrollment, changes, whole } = evaluationRequestedSchema.parse(body);
          await evaluateEnrollment(ports, { ref: { program, enrollment }, changes, whole });
        });
        worked += await workOff(stack.queueUrls.issue, (body) =>
          issueCredential(ports, issueRequestedSchema.parse(body)),
        );
      }
    },
    /** A hand in the table, past everything: one attribute of one item of the enrollment's own. */
    async changeItem(ref: EnrollmentRef, sk: string, path: readonly string[], value: string): Promise<void> {
      const names = Object.fromEntries(path.map((name, i) => [`#n${i}`, name]));
      await clients.dynamodb.send(
        new UpdateItemCommand({
          TableName: tableName,
          Key: { pk: { S: enrollmentPartition(ref) }, sk: { S: sk } },
          UpdateExpression: `SET ${Object.keys(names).join('.')} = :value`,
          ExpressionAttributeNames: names,
          ExpressionAttributeValues: { ':value': { S: value } },
        }),
      );
    },
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
