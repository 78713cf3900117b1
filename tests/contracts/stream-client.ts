import { sha256Hex } from '../../infra/local/services/sigv4.ts';

interface StreamRecord {
  eventName: string;
  dynamodb: { SequenceNumber: string; Keys: unknown; NewImage?: unknown; OldImage?: unknown };
}

/**
 * The stream of a table over plain HTTP: `@aws-sdk/client-dynamodb-streams` is no dependency of this repository.
 * DynamoDB's JSON protocol; the emulator wants a signature to be present, not to be right.
 */
export async function openStream(endpoint: string, table: string) {
  const call = async <T>(operation: string, input: unknown): Promise<T> => {
    const body = JSON.stringify(input);
    const answer = await fetch(endpoint, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/x-amz-json-1.0',
        'x-amz-target': `DynamoDBStreams_20120810.${operation}`,
        'x-amz-date': new Date().toISOString().replace(/[-:]|\.\d+/g, ''),
        authorization: `AWS4-HMAC-SHA256 Credential=local/20250101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=${sha256Hex(body)}`,
      },
    });
    if (!answer.ok) throw new Error(`${operation}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  const { Streams } = await call<{ Streams: { StreamArn: string }[] }>('ListStreams', { TableName: table });
  const StreamArn = Streams[0]?.StreamArn;
  const { StreamDescription } = await call<{ StreamDescription: { Shards: { ShardId: string }[] } }>('DescribeStream', {
    StreamArn,
  });
  const ShardId = StreamDescription.Shards[0]?.ShardId;
  return {
    iterator: async (ShardIteratorType: 'LATEST' | 'TRIM_HORIZON' | 'AFTER_SEQUENCE_NUMBER', SequenceNumber?: string) =>
      (
        await call<{ ShardIterator: string }>('GetShardIterator', {
          StreamArn,
          ShardId,
          ShardIteratorType,
          SequenceNumber,
        })
      ).ShardIterator,
    read: async (ShardIterator: string) =>
      (await call<{ Records: StreamRecord[] }>('GetRecords', { ShardIterator })).Records,
  };
}
