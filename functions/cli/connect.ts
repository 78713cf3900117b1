import { join } from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { KMSClient } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { ActPorts } from '../acts/act-ports.ts';
import { clientSettings } from '../adapters/aws/client-settings.ts';
import { systemClock } from '../adapters/aws/clock.ts';
import { awsDeadLetters } from '../adapters/aws/dead-letters.ts';
import { dynamoAccess } from '../adapters/aws/dynamo-access.ts';
import { dynamoArchive } from '../adapters/aws/dynamo-archive.ts';
import { dynamoExports } from '../adapters/aws/dynamo-exports.ts';
import { dynamoInspection } from '../adapters/aws/dynamo-inspection.ts';
import { dynamoStore } from '../adapters/aws/dynamo-store.ts';
import { randomIds } from '../adapters/aws/ids.ts';
import { kmsSigner } from '../adapters/aws/kms-signer.ts';
import { s3Checkpoints } from '../adapters/aws/s3-checkpoints.ts';
import { s3Documents } from '../adapters/aws/s3-documents.ts';
import { s3ExportLinks } from '../adapters/aws/s3-export-links.ts';
import { s3Inspection } from '../adapters/aws/s3-inspection.ts';
import { sqsQueue } from '../adapters/aws/sqs-queue.ts';
import { imageFault } from '../adapters/pdf/images/decode-image.ts';
import { printableCheck } from '../adapters/pdf/printable.ts';
import { signingCheck } from '../adapters/pdf/signing/sealer.ts';
import type { AccessLog } from '../ports/access-log.ts';
import type { CheckpointStore } from '../ports/checkpoint-store.ts';
import type { DeadLetters } from '../ports/dead-letters.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { ExportJobs } from '../ports/export-jobs.ts';
import type { ExportLinks } from '../ports/export-store.ts';
import type { DocumentInspection, RecordInspection } from '../ports/inspection.ts';
import type { RecordArchive } from '../ports/record-archive.ts';
import type { Signer } from '../ports/signer.ts';
import { usageFailure } from './answer.ts';
import { type LocalStack, readDeployment, readLocalStack } from './stack-file.ts';
import type { World } from './world.ts';

export type Place = {
  /** A local stack's file; `.local/stack.json` of the repository where nothing is given. */
  stack?: string | undefined;
  /** The outputs of a deployment: AWS, with the credentials that the AWS tools use too. */
  aws?: string | undefined;
};

export type Connection = {
  ports: ActPorts;
  documents: DocumentStore;
  deadLetters: DeadLetters;
  archive: RecordArchive;
  inspection: { records: RecordInspection; documents: DocumentInspection };
  /** The key that certificates are signed with. */
  signer: Signer;
  /** Who read what. */
  access: AccessLog;
  checkpoints: CheckpointStore;
  /** The key that checkpoints and audit bundles are signed with. */
  ledgerSigner: Signer;
  /** Bundles that were asked for, and where they are fetched from. */
  exports: ExportJobs;
  exportLinks: ExportLinks;
  /** For people: which table this is. */
  name: string;
  local: boolean;
  /** For people: the service that a failure of this code is of, as far as the code tells. */
  placeOf(code: string): string;
  close(): void;
};

type Settings = {
  dynamodb: ConstructorParameters<typeof DynamoDBClient>[0];
  sqs: ConstructorParameters<typeof SQSClient>[0];
  s3: ConstructorParameters<typeof S3Client>[0];
  kms: ConstructorParameters<typeof KMSClient>[0];
  tableName: string;
  queueUrls: LocalStack['queueUrls'];
  documentsBucket: string;
  failedBatchesBucket: string;
  signingKeyId: string;
  checkpointsBucket: string;
  ledgerKeyId: string;
  exportsBucket: string;
};

/**
 * Connects to the local stack, or, only where `--aws` says so, to AWS. Fails closed: without it, every client is bound
 * to an address of this machine and to credentials that are good for nothing elsewhere.
 *
 * @throws CliFailure `stack.none`, `stack.invalid`, `deployment.invalid`, `deployment.redirected`
 */
export function connect(place: Place, world: World): Connection {
  if (place.aws !== undefined) return connectAws(place.aws, world);
  const stack = readLocalStack(place.stack ?? join(world.root, '.local/stack.json'), place.stack !== undefined);
  const { endpoints, region, credentials } = stack;
  const environment = {
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_SQS: endpoints.sqs,
    AWS_ENDPOINT_URL_S3: endpoints.s3,
    AWS_ENDPOINT_URL_KMS: endpoints.kms,
  };
  const local = { region, credentials };
  const settings: Settings = {
    ...stack,
    dynamodb: { ...settingsOf('DYNAMODB', environment), ...local },
    sqs: { ...settingsOf('SQS', environment), ...local, useQueueUrlAsEndpoint: false },
    s3: { ...settingsOf('S3', environment), ...local, forcePathStyle: true },
    kms: { ...settingsOf('KMS', environment), ...local },
  };
  const placeOf = (code: string) => {
    const service = serviceOf(code);
    if (service === undefined) return 'the local stack';
    return service === 'dynamodb'
      ? `the local stack at ${endpoints.dynamodb}`
      : `the local stack's ${service.toUpperCase()} at ${endpoints[service]}`;
  };
  return connection(settings, `the local stack at ${endpoints.dynamodb}`, true, placeOf);
}

function connectAws(file: string, world: World): Connection {
  const redirected = Object.keys(world.environment).find((name) => name.startsWith('AWS_ENDPOINT_URL'));
  if (redirected) {
    throw usageFailure('deployment.redirected', `${redirected} is set, so that --aws would not go to AWS: unset it`);
  }
  const deployment = readDeployment(file);
  const { region, account, tableName } = deployment;
  const settings: Settings = {
    ...deployment,
    dynamodb: { ...settingsOf('DYNAMODB', {}), region },
    sqs: { ...settingsOf('SQS', {}), region },
    s3: { ...settingsOf('S3', {}), region },
    kms: { ...settingsOf('KMS', {}), region },
  };
  const name = `AWS account ${account}, region ${region}, table ${tableName}`;
  world.out.writeError(`${name}\n`);
  // Only what failed at the table is of the table.
  const placeOf = (code: string) =>
    serviceOf(code) === 'dynamodb' ? name : `AWS account ${account}, region ${region}`;
  return connection(settings, name, false, placeOf);
}

/** Which service an adapter's code is of; undefined where several may be meant. */
function serviceOf(code: string): 'dynamodb' | 's3' | 'sqs' | 'kms' | undefined {
  const [kind = ''] = code.split('.');
  if (kind === 'table') return 'dynamodb';
  if (['document', 'checkpoint', 'export'].includes(kind)) return 's3';
  if (kind === 'queue') return 'sqs';
  return kind === 'signer' ? 'kms' : undefined;
}

function settingsOf(service: 'DYNAMODB' | 'SQS' | 'S3' | 'KMS', environment: Record<string, string>) {
  return clientSettings(service, { connectionTimeoutMs: 3_000, requestTimeoutMs: 15_000 }, environment);
}

function connection(settings: Settings, name: string, local: boolean, placeOf: Connection['placeOf']): Connection {
  const clients = {
    dynamodb: new DynamoDBClient(settings.dynamodb ?? {}),
    sqs: new SQSClient(settings.sqs ?? {}),
    s3: new S3Client(settings.s3 ?? {}),
    kms: new KMSClient(settings.kms ?? {}),
  };
  const signer = kmsSigner({ client: clients.kms, keyId: settings.signingKeyId });
  return {
    ports: {
      store: dynamoStore({ client: clients.dynamodb, tableName: settings.tableName }),
      queue: sqsQueue({ client: clients.sqs, urls: settings.queueUrls }),
      clock: systemClock,
      ids: randomIds(systemClock),
      unprintable: printableCheck(),
      imageFault,
      signingFault: signingCheck({ signer }),
    },
    documents: s3Documents({ client: clients.s3, bucket: settings.documentsBucket }),
    deadLetters: awsDeadLetters({ ...settings, ...clients }),
    archive: dynamoArchive({ client: clients.dynamodb, tableName: settings.tableName }),
    inspection: {
      records: dynamoInspection({ client: clients.dynamodb, tableName: settings.tableName }),
      documents: s3Inspection({ client: clients.s3, bucket: settings.documentsBucket }),
    },
    signer,
    access: dynamoAccess({ client: clients.dynamodb, tableName: settings.tableName, clock: systemClock }),
    checkpoints: s3Checkpoints({ client: clients.s3, bucket: settings.checkpointsBucket }),
    exports: dynamoExports({ client: clients.dynamodb, tableName: settings.tableName }),
    exportLinks: s3ExportLinks({ client: clients.s3, bucket: settings.exportsBucket }),
    ledgerSigner: kmsSigner({ client: clients.kms, keyId: settings.ledgerKeyId }),
    name,
    local,
    placeOf,
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}
