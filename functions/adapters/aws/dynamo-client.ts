import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { clientSettings } from './client-settings.ts';

/** A client for the Records table. */
export function dynamoClient(): DynamoDBClient {
  return new DynamoDBClient(clientSettings('DYNAMODB', { requestTimeoutMs: 5_000 }));
}
