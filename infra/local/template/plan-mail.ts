import * as z from 'zod';
import { Unresolved } from './intrinsics.ts';
import type { Planned } from './plan.ts';
import type { QueuePlan } from './plan-stores.ts';
import { readProperties } from './read-properties.ts';

export interface MailPlan {
  configurationSets: string[];
  /** Configuration set → URL of the queue that gets its events. */
  eventQueues: Record<string, string>;
}

/** The events that the local mail service publishes. */
const publishedEvents = ['SEND', 'DELIVERY', 'BOUNCE', 'COMPLAINT'];

const destinationSchema = z.strictObject({
  ConfigurationSetName: z.string(),
  EventDestination: z.strictObject({
    Name: z.string().optional(),
    Enabled: z.literal(true).optional(),
    MatchingEventTypes: z.array(z.string()),
    SnsDestination: z.strictObject({ TopicARN: z.string() }),
  }),
});

const subscriptionSchema = z.strictObject({
  Protocol: z.literal('sqs', 'only queues as subscribers are known here'),
  TopicArn: z.string(),
  Endpoint: z.string(),
  RawMessageDelivery: z.literal(true, 'only raw message delivery is known here'),
});

/** The way of mail events: configuration set → topic → queue, the topic being nothing but that way. */
export function planMail(resources: Planned[], queues: QueuePlan[]): MailPlan {
  const ofType = (type: string) => resources.filter((resource) => resource.type === type);
  const eventQueues: Record<string, string> = {};
  for (const { logicalId, properties } of ofType('AWS::SES::ConfigurationSetEventDestination')) {
    const { ConfigurationSetName: set, EventDestination: destination } = readProperties(destinationSchema, properties);
    const types = destination.MatchingEventTypes.map((type) => type.toUpperCase());
    const missing = publishedEvents.filter((type) => !types.includes(type));
    if (missing.length > 0)
      throw new Unresolved(`${logicalId}: an event destination without ${missing.join(', ')} is not known here`);
    const subscribers = ofType('AWS::SNS::Subscription').filter(
      (each) => each.properties.TopicArn === destination.SnsDestination.TopicARN,
    );
    if (subscribers.length !== 1 || eventQueues[set])
      throw new Unresolved(`${logicalId}: exactly one queue for the events of a configuration set is known here`);
    const { Endpoint } = readProperties(subscriptionSchema, subscribers[0]?.properties);
    const queue = queues.find(({ arn }) => arn === Endpoint);
    if (!queue) throw new Unresolved(`${logicalId}: ${Endpoint} is no queue of this template`);
    eventQueues[set] = queue.url;
  }
  return { configurationSets: ofType('AWS::SES::ConfigurationSet').map(({ ref }) => ref), eventQueues };
}
