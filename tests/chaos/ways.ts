import type { ServiceName } from '../../infra/local/services/process.ts';
import type { Rng } from '../simulation/rng.ts';
import { type FaultProxy, startFaultProxy } from './fault-proxy.ts';

export type Ways = Record<ServiceName, FaultProxy>;

/** A way that may misbehave to each service, with dice of its own. */
export async function startWays(rng: Rng): Promise<Ways> {
  return {
    dynamodb: await startFaultProxy('dynamodb', rng),
    sqs: await startFaultProxy('sqs', rng),
    ses: await startFaultProxy('ses', rng),
    s3: await startFaultProxy('s3', rng),
    kms: await startFaultProxy('kms', rng),
  };
}

export async function stopWays(ways: Ways): Promise<void> {
  await Promise.all(Object.values(ways).map((way) => way.stop()));
}
