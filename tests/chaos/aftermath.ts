import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DynamoDBClient, paginateScan } from '@aws-sdk/client-dynamodb';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { unmarshall } from '@aws-sdk/util-dynamodb';
import PostalMime from 'postal-mime';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import type { RawItem } from '../../functions/domain/evidence.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import type { EnrollmentRecord, RecordStore, StoredAside } from '../../functions/ports/record-store.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import { type Asked, type FoundBundle, readBundles } from './bundles.ts';
import type { Apprentice } from './histories.ts';
import { readPrinted } from './printed.ts';

/** One `.eml` as it went out, with what its tags say. */
export type SentEmail = {
  id: string;
  program: string;
  enrollment: string;
  delivery: string;
  attempt: number;
  /** The bundle that it tells of; then it is about no enrollment. */
  bundle?: string | undefined;
  /** When the mail service took it, by the stack's time. */
  at: number;
  attachmentHashes: string[];
};
/** `bundle`: of a letter about one. */
export type DeadLetter = { queue: string; program: string; enrollment: string; bundle?: string | undefined };
export type StoredDocument = { hash: string; bytes: Uint8Array; keptUntil?: string };
/** What anything printed: a log, or the listing of the dead letters. */
export type Printed = { where: string; text: string };
/** An item's keys, and whose it says it is itself. */
export type KeyedItem = { pk: string; sk: string; listPk?: unknown; program?: unknown; enrollment?: unknown };

export type FoundRecord = { record: EnrollmentRecord; evidence: RawItem[] };

/** Everything that a run left behind, read past the steps: from the table, the files of the services, and the queues. */
export type Aftermath = {
  records: Map<string, FoundRecord>;
  documents: Map<string, StoredDocument>;
  emails: SentEmail[];
  bundles: FoundBundle[];
  deadLetters: DeadLetter[];
  /** Messages that nobody has taken yet, by queue. */
  waiting: Record<string, number>;
  failedBatches: { key: string; text: string }[];
  asides: StoredAside[];
  printed: Printed[];
  /** Every item of the table, where there is more than one program to keep apart. */
  items: KeyedItem[];
  due: number;
  /** DER, of the signing key. */
  publicKey: Uint8Array;
};

export async function readAftermath(
  stack: StackDescription,
  apprentices: readonly Apprentice[],
  nowMs: number,
  asked: readonly Asked[] = [],
): Promise<Aftermath> {
  const client = new DynamoDBClient(localClientConfig(stack.endpoints.dynamodb));
  try {
    const store = dynamoStore({ client, tableName: stack.tableName });
    const records: Aftermath['records'] = new Map();
    for (const { ref } of apprentices) {
      const record = await store.readRecord(ref);
      if (record) records.set(ref.enrollment, { record, evidence: await store.readAllEvidence(ref) });
    }
    const s3 = join(stack.dataFolder, 'data/s3');
    const documents = [...currentObjects(s3, stack.documentsBucket)].map(
      ([key, { bytes, retention }]) =>
        [key, { hash: sha256(bytes), bytes, ...(retention && { keptUntil: retention.retainUntil }) }] as const,
    );
    const queues = await readQueues(stack);
    const programs = [...new Set(apprentices.map(({ ref }) => ref.program)), 'unknown'];
    const severalPrograms = programs.length > 2;
    return {
      records,
      documents: new Map(documents),
      emails: await readEmails(join(stack.dataFolder, 'data/ses/mail')),
      bundles: await readBundles(stack, asked, nowMs),
      ...queues,
      failedBatches: [...currentObjects(s3, stack.failedBatchesBucket)].map(([key, { bytes }]) => ({
        key,
        text: bytes.toString(),
      })),
      asides: (await Promise.all(programs.map((program) => listAside(store, program)))).flat(),
      printed: await readPrinted(stack, store, nowMs),
      items: severalPrograms ? await readKeys(client, stack.tableName) : [],
      due: await countDue(store),
      publicKey: await readPublicKey(stack, nowMs),
    };
  } finally {
    client.destroy();
  }
}

async function readKeys(client: DynamoDBClient, TableName: string): Promise<KeyedItem[]> {
  const ProjectionExpression = 'pk, sk, listPk, program, enrollment';
  const items: KeyedItem[] = [];
  for await (const { Items = [] } of paginateScan(
    { client },
    { TableName, ConsistentRead: true, ProjectionExpression },
  ))
    items.push(...Items.map((item) => unmarshall(item) as KeyedItem));
  return items;
}

async function countDue(store: RecordStore): Promise<number> {
  let due = 0;
  let cursor: string | undefined;
  do {
    const page = await store.listDue('9999-12-31T00:00:00.000Z', cursor);
    due += page.items.length;
    cursor = page.cursor;
  } while (cursor !== undefined);
  return due;
}

async function listAside(store: RecordStore, program: string): Promise<StoredAside[]> {
  const asides: StoredAside[] = [];
  let cursor: string | undefined;
  do {
    const page = await store.listAside(program, cursor);
    asides.push(...page.items);
    cursor = page.cursor;
  } while (cursor !== undefined);
  return asides;
}

type Version = { key: string; sequence: string; dataFile?: string; retention?: { retainUntil: string } };

/** The newest version of each object, as the local S3 keeps it on disk; one that was deleted is left out. */
function currentObjects(folder: string, bucket: string): Map<string, Version & { bytes: Buffer }> {
  const objects = join(folder, bucket, 'objects');
  const newest = new Map<string, Version>();
  for (const name of readdirSync(objects).filter((each) => each.endsWith('.json') && !each.includes('.data'))) {
    const version = JSON.parse(readFileSync(join(objects, name), 'utf8')) as Version;
    if ((newest.get(version.key)?.sequence ?? '') < version.sequence) newest.set(version.key, version);
  }
  const there = [...newest].filter(([, { dataFile }]) => dataFile !== undefined);
  return new Map(
    there.map(([key, version]) => [key, { ...version, bytes: readFileSync(join(objects, version.dataFile ?? '')) }]),
  );
}

type StoredMail = { tags: Record<string, string>; acceptedAt: string };

async function readEmails(folder: string): Promise<SentEmail[]> {
  const emails: SentEmail[] = [];
  for (const name of readdirSync(folder).filter((each) => each.endsWith('.eml'))) {
    const id = name.slice(0, -'.eml'.length);
    const { tags, acceptedAt } = JSON.parse(readFileSync(join(folder, `${id}.json`), 'utf8')) as StoredMail;
    const { attachments } = await PostalMime.parse(readFileSync(join(folder, name)));
    emails.push({
      id,
      program: tags.program ?? '',
      enrollment: tags.enrollment ?? '',
      delivery: tags.delivery ?? '',
      attempt: Number(tags.attempt),
      bundle: tags.export,
      at: Date.parse(acceptedAt),
      attachmentHashes: attachments.map(({ content }) => sha256(new Uint8Array(content as ArrayBuffer))),
    });
  }
  return emails;
}

/** Through the local SQS's window, which takes nothing: what waits, and whom the dead letters are about. */
export async function readQueues({ endpoints, queueUrls }: Pick<StackDescription, 'endpoints' | 'queueUrls'>) {
  const deadLetters: DeadLetter[] = [];
  const waiting: Record<string, number> = {};
  for (const [queue, url] of Object.entries(queueUrls)) {
    const answer = await fetch(`${endpoints.sqs}/_fauxqs/queues/${url.split('/').at(-1)}`);
    const { messages } = (await answer.json()) as {
      messages: Record<string, { body?: string; message?: { body: string } }[]>;
    };
    const all = Object.values(messages).flat();
    if (!queue.endsWith('DeadLetters')) waiting[queue] = all.length;
    else deadLetters.push(...all.map((each) => ({ queue, ...aboutOf(each.body ?? each.message?.body ?? '{}') })));
  }
  return { deadLetters, waiting };
}

function aboutOf(body: string): Omit<DeadLetter, 'queue'> {
  const content = JSON.parse(body) as {
    program?: string;
    enrollment?: string;
    exportId?: string;
    mail?: { tags?: Record<string, string[]> };
  };
  return {
    program: content.program ?? content.mail?.tags?.program?.[0] ?? '',
    enrollment: content.enrollment ?? content.mail?.tags?.enrollment?.[0] ?? '',
    bundle: content.exportId ?? content.mail?.tags?.export?.[0],
  };
}

async function readPublicKey({ endpoints, signingKeyId }: StackDescription, nowMs: number): Promise<Uint8Array> {
  const client = new KMSClient({ ...localClientConfig(endpoints.kms), systemClockOffset: nowMs - Date.now() });
  const { PublicKey } = await client.send(new GetPublicKeyCommand({ KeyId: signingKeyId }));
  client.destroy();
  return PublicKey ?? new Uint8Array();
}
