import { join } from 'node:path';
import { loopbackHost } from './services/loopback.ts';
import type { ServiceName, ServiceOptions } from './services/process.ts';
import type { StackPlan } from './template/plan.ts';

/** What each local service is started with: the template's buckets, keys and configuration sets, and its part of the data folder. */
export function serviceOptions(
  plan: StackPlan,
  folder: string,
  ports: Partial<Record<ServiceName, number>> & { sqs: number },
  mailRatePerSecond?: number,
): ServiceOptions {
  const place = (service: ServiceName) => ({ dataDir: join(folder, service), port: ports[service] ?? 0 });
  const sqsEndpoint = `http://${loopbackHost}:${ports.sqs}`;
  const ttlAttributes = plan.tables.flatMap(({ name, ttlAttribute }) =>
    ttlAttribute === undefined ? [] : [[name, ttlAttribute]],
  );
  return {
    dynamodb: { ...place('dynamodb'), ttlAttributes: Object.fromEntries(ttlAttributes) },
    sqs: place('sqs'),
    ses: {
      ...place('ses'),
      ...(mailRatePerSecond !== undefined && { maxSendRate: mailRatePerSecond }),
      configurationSets: plan.mail.configurationSets,
      eventQueues: Object.fromEntries(
        Object.entries(plan.mail.eventQueues).map(([set, queueUrl]) => [set, { queueUrl, sqsEndpoint }]),
      ),
    },
    s3: {
      ...place('s3'),
      buckets: plan.buckets.map(({ name, versioned, objectLock }) => ({ name, versioned, objectLock })),
      expiration: plan.buckets.flatMap(({ expiration }) => expiration),
    },
    kms: { ...place('kms'), keys: plan.keys },
  };
}

/** The plan with queues that show a failed message again after so many seconds at the latest. */
export function limitVisibility(plan: StackPlan, maxSeconds: number | undefined): StackPlan {
  if (maxSeconds === undefined) return plan;
  const queues = plan.queues.map((queue) => {
    const visibilityTimeoutSeconds = Math.min(queue.visibilityTimeoutSeconds, maxSeconds);
    return {
      ...queue,
      visibilityTimeoutSeconds,
      attributes: { ...queue.attributes, VisibilityTimeout: String(visibilityTimeoutSeconds) },
    };
  });
  return { ...plan, queues };
}

/** More than this machine could send. */
const unlimitedMailRate = 1000;

/** The plan with deliver told of the account's rate: the template has one account's in mind, and here is none. */
export function withMailRate(plan: StackPlan, perSecond = unlimitedMailRate): StackPlan {
  const functions = plan.functions.map((each) =>
    'MAIL_RATE_PER_SECOND' in each.environment
      ? { ...each, environment: { ...each.environment, MAIL_RATE_PER_SECOND: String(perSecond) } }
      : each,
  );
  return { ...plan, functions };
}
