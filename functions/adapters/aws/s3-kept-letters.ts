import {
  DeleteObjectCommand,
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3';
import { sha256 } from '../../domain/hash.ts';
import { instantOf } from '../../domain/time.ts';
import type {
  DeadLetter,
  DeadLetterQueue,
  DeadLetters,
  DeadLetterVerdict,
  KeptLetter,
} from '../../ports/dead-letters.ts';
import { awsFailure, statusOf } from './aws-failure.ts';
import { readDeadLetter } from './dead-letter-content.ts';
import { failedBatchesPrefix } from './s3-failed-batches.ts';

type SetAside = Extract<DeadLetterVerdict, { outcome: 'set-aside' }>;

/** Where letters lie that a person has set aside: encrypted, and gone after three months as failed batches are. */
export type KeptLetters = {
  /** May be repeated: the first record of a letter stays. */
  keep(letter: DeadLetter, verdict: SetAside, body: string): Promise<void>;
  list: DeadLetters['listKept'];
};

type Options = { client: S3Client; bucket: string };

const keptPrefix = (queue: DeadLetterQueue) => `set-aside/${queue}/`;

export function s3KeptLetters(options: Options): KeptLetters {
  const { client, bucket } = options;
  return {
    async keep(letter, { by, at, reason }, body) {
      const command = new PutObjectCommand({
        Bucket: bucket,
        Key: `${keptPrefix(letter.queue)}${sha256(letter.id)}.json`,
        Body: JSON.stringify({ letter: { ...letter, by, at, reason }, message: body }),
        ContentType: 'application/json',
        IfNoneMatch: '*',
      });
      await client.send(command).catch((error: unknown) => {
        if (statusOf(error) !== 412) throw awsFailure('dead-letters.keep', 'keeping a dead letter', error);
      });
    },

    async list(queue) {
      const letters: KeptLetter[] = [];
      for await (const { key } of objectsUnder(options, keptPrefix(queue))) {
        const { letter } = JSON.parse(await readText(options, key)) as { letter: KeptLetter };
        letters.push(letter);
      }
      return letters.sort((a, b) => (a.at < b.at ? -1 : 1));
    },
  };
}

/** The stream's batches that evaluate could not take: those that sweep has not handed back yet. */
export function s3StreamLetters(options: Options, kept: KeptLetters): DeadLetters['visit'] {
  const { client, bucket } = options;
  return async (queue, most, decide) => {
    let seen = 0;
    for await (const { key, since } of objectsUnder(options, failedBatchesPrefix)) {
      if (++seen > most) return { more: true };
      const body = await readText(options, key);
      const letter = { queue, id: key, since, ...readDeadLetter(queue, body) };
      const verdict = await decide(letter);
      if (verdict.outcome !== 'set-aside') continue;
      await kept.keep(letter, verdict, body);
      await client.send(new DeleteObjectCommand({ Bucket: bucket, Key: key })).catch((error: unknown) => {
        throw awsFailure('dead-letters.remove', 'removing a failed batch', error);
      });
    }
    return { more: false };
  };
}

async function* objectsUnder({ client, bucket }: Options, prefix: string) {
  try {
    for await (const page of paginateListObjectsV2({ client }, { Bucket: bucket, Prefix: prefix })) {
      for (const { Key, LastModified } of page.Contents ?? [])
        if (Key !== undefined) yield { key: Key, since: instantOf(LastModified?.getTime() ?? 0) };
    }
  } catch (error) {
    throw awsFailure('dead-letters.list', 'listing dead letters', error);
  }
}

async function readText({ client, bucket }: Options, key: string): Promise<string> {
  try {
    const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
    return (await Body?.transformToString()) ?? '';
  } catch (error) {
    throw awsFailure('dead-letters.read', 'reading a dead letter', error);
  }
}
