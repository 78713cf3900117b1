import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { MovableClock } from '../movable-clock.ts';
import { AwsCallError, type AwsJsonClient } from '../runtime/aws-json.ts';
import { localRegion } from '../services/loopback.ts';
import type { StreamRecord } from './stream-batch.ts';

const streams = 'DynamoDBStreams_20120810.';

/** A place in a shard. */
export interface ShardCursor {
  /** The next records, in order; none: nothing new. A record that changed nothing is left out, as AWS writes none. */
  read(limit: number): Promise<{ records: StreamRecord[]; lastSequence: string | undefined; ended: boolean }>;
}

/** The stream of a table: its name changes with every table that is made. */
export async function latestStreamArn(client: AwsJsonClient, tableName: string): Promise<string> {
  const answer = await client.call('DynamoDB_20120810.DescribeTable', { TableName: tableName });
  const arn = (answer.Table as { LatestStreamArn?: string } | undefined)?.LatestStreamArn;
  if (!arn) throw new Error(`table ${tableName} has no stream`);
  return arn;
}

/** The shards of a stream, parents before their children. */
export async function listShards(client: AwsJsonClient, streamArn: string): Promise<string[]> {
  const shards: { ShardId: string; ParentShardId?: string }[] = [];
  let start: string | undefined;
  do {
    const body = { StreamArn: streamArn, ...(start && { ExclusiveStartShardId: start }) };
    const answer = await client.call(`${streams}DescribeStream`, body);
    const description = answer.StreamDescription as { Shards?: typeof shards; LastEvaluatedShardId?: string };
    shards.push(...(description.Shards ?? []));
    start = description.LastEvaluatedShardId;
  } while (start);
  const depth = (id: string | undefined): number => {
    const parent = shards.find(({ ShardId }) => ShardId === id)?.ParentShardId;
    return parent === undefined ? 0 : 1 + depth(parent);
  };
  return shards.map(({ ShardId }) => ShardId).sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1));
}

/** Reads a shard after a sequence number, or from its beginning. */
export function shardCursor(
  client: AwsJsonClient,
  streamArn: string,
  shardId: string,
  after: string | undefined,
  clock?: Pick<MovableClock, 'at'>,
): ShardCursor {
  let iterator: string | undefined;
  let position = after;
  const open = async (from: string | undefined) => {
    const start =
      from === undefined
        ? { ShardIteratorType: 'TRIM_HORIZON' }
        : { ShardIteratorType: 'AFTER_SEQUENCE_NUMBER', SequenceNumber: from };
    const answer = await client.call(`${streams}GetShardIterator`, {
      StreamArn: streamArn,
      ShardId: shardId,
      ...start,
    });
    return String(answer.ShardIterator);
  };
  return {
    async read(limit) {
      try {
        iterator ??= await open(position);
        const answer = await client.call(`${streams}GetRecords`, { ShardIterator: iterator, Limit: limit });
        const found = (answer.Records ?? []) as StreamRecord[];
        iterator = answer.NextShardIterator as string | undefined;
        position = found.at(-1)?.dynamodb.SequenceNumber ?? position;
        const records = found.filter(hasChanged).map((record) => asLambdaSends(record, streamArn, clock));
        return { records, lastSequence: found.at(-1)?.dynamodb.SequenceNumber, ended: iterator === undefined };
      } catch (error) {
        iterator = undefined;
        // Older than what the stream keeps: what is left begins at its horizon.
        if (error instanceof AwsCallError && error.code === 'TrimmedDataAccessException') position = undefined;
        throw error;
      }
    },
  };
}

/** The emulator records a write that changed nothing; DynamoDB does not. */
function hasChanged({ eventName, dynamodb: { OldImage, NewImage } }: StreamRecord): boolean {
  return (
    eventName !== 'MODIFY' || OldImage === undefined || NewImage === undefined || !isDeepStrictEqual(OldImage, NewImage)
  );
}

function asLambdaSends(record: StreamRecord, streamArn: string, clock?: Pick<MovableClock, 'at'>): StreamRecord {
  // The emulator counts its events; on AWS an id is unlike any other's.
  const eventID = createHash('md5').update(`${streamArn}/${record.dynamodb.SequenceNumber}`).digest('hex');
  const { ApproximateCreationDateTime: second } = record.dynamodb;
  // By the end of its second: what was written in the second of a shift, after it, must not seem to be from before.
  const moved = clock === undefined ? second : Math.floor(clock.at(second * 1000 + 999) / 1000);
  const dynamodb = { ...record.dynamodb, ApproximateCreationDateTime: moved };
  return {
    ...record,
    dynamodb,
    eventID,
    awsRegion: localRegion,
    eventSource: 'aws:dynamodb',
    eventSourceARN: streamArn,
  };
}
