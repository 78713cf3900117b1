import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { localClientConfig } from '../../infra/local/services/loopback.ts';

/** The table's client for a crowd: a connection for each of its people, so that nobody waits for another's. */
export function crowdClient(endpoint: string, people: number): { client: DynamoDBClient; calls: CallCounts } {
  const client = new DynamoDBClient({
    ...localClientConfig(endpoint),
    maxAttempts: mostAttempts,
    requestHandler: {
      httpAgent: { keepAlive: true, maxSockets: people },
      connectionTimeout: longestWaitMs,
      requestTimeout: longestWaitMs,
      throwOnRequestTimeout: true,
    },
  });
  const calls: CallCounts = { calls: 0, attempts: 0, mostAtOnce: 0 };
  let underWay = 0;
  client.middlewareStack.add(
    (next) => async (args) => {
      calls.calls += 1;
      underWay += 1;
      calls.mostAtOnce = Math.max(calls.mostAtOnce, underWay);
      return next(args).finally(() => {
        underWay -= 1;
      });
    },
    { step: 'initialize', name: 'countCalls' },
  );
  client.middlewareStack.add(
    (next) => (args) => {
      calls.attempts += 1;
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'countAttempts' },
  );
  return { client, calls };
}

/** `attempts`: of all calls together; `mostAtOnce`: calls that were under way at one moment. */
type CallCounts = { calls: number; attempts: number; mostAtOnce: number };

/** Of one call, by the client; and of one deed, by whoever does it. */
const mostAttempts = 5;
const pauseMs = 200;
/** A thousand calls at once wait their turn at one emulator: that is slow, and no failure. */
const longestWaitMs = 60_000;

/** Does a deed, and again where the world failed it, so often at most. @throws the last failure. */
export async function insistBriefly<T>(act: () => Promise<T>, onRetry: () => void): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await act();
    } catch (error) {
      if (attempt >= mostAttempts) throw error;
      onRetry();
      await sleep(pauseMs * attempt);
    }
  }
}
