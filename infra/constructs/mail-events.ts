import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { Key } from 'aws-cdk-lib/aws-kms';
import {
  CfnEmailIdentity,
  ConfigurationSet,
  ConfigurationSetTlsPolicy,
  EmailSendingEvent,
  EventDestination,
  SuppressionReasons,
} from 'aws-cdk-lib/aws-ses';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { sealing } from './keys.ts';
import type { WorkQueue } from './work-queue.ts';

export type MailEventsProps = {
  /** Of the topic. */
  notificationKey: Key;
  /** Of the queue. */
  dataKey: Key;
  feedback: WorkQueue;
  /** Addresses or domains to verify; programs may bring others. */
  identities: readonly string[];
};

/** Every event that says what became of an email. Opens and clicks are not among them: nobody is tracked. */
const events = [
  EmailSendingEvent.SEND,
  EmailSendingEvent.DELIVERY,
  EmailSendingEvent.BOUNCE,
  EmailSendingEvent.COMPLAINT,
  EmailSendingEvent.REJECT,
  EmailSendingEvent.RENDERING_FAILURE,
  EmailSendingEvent.DELIVERY_DELAY,
];

/** Sending under one configuration set, and its events on their way to the feedback queue. */
export class MailEvents extends Construct {
  readonly configurationSet: ConfigurationSet;

  constructor(scope: Construct, id: string, { notificationKey, dataKey, feedback, identities }: MailEventsProps) {
    super(scope, id);
    this.configurationSet = new ConfigurationSet(this, 'ConfigurationSet', {
      tlsPolicy: ConfigurationSetTlsPolicy.REQUIRE,
      reputationMetrics: true,
      suppressionReasons: SuppressionReasons.BOUNCES_AND_COMPLAINTS,
    });
    const topic = new Topic(this, 'Topic', { masterKey: notificationKey, enforceSSL: true });
    this.configurationSet.addEventDestination('Events', { destination: EventDestination.snsTopic(topic), events });
    this.subscribe(topic, feedback, dataKey);
    for (const identity of identities) {
      new CfnEmailIdentity(this, pascalCase(identity), {
        emailIdentity: identity,
        configurationSetAttributes: { configurationSetName: this.configurationSet.configurationSetName },
      });
    }
  }

  private subscribe(topic: Topic, feedback: WorkQueue, dataKey: Key): void {
    const publisher = {
      principals: [new ServicePrincipal('sns.amazonaws.com')],
      conditions: { ArnEquals: { 'aws:SourceArn': topic.topicArn } },
    };
    dataKey.addToResourcePolicy(
      new PolicyStatement({ sid: 'MailEventsIntoQueue', ...publisher, actions: sealing, resources: ['*'] }),
    );
    const allowed = feedback.queue.addToResourcePolicy(
      new PolicyStatement({
        sid: 'MailEvents',
        ...publisher,
        actions: ['sqs:SendMessage'],
        resources: [feedback.queue.queueArn],
      }),
    );
    const subscription = new Subscription(this, 'Subscription', {
      topic,
      protocol: SubscriptionProtocol.SQS,
      endpoint: feedback.queue.queueArn,
      // The event as SES wrote it, without SNS's envelope.
      rawMessageDelivery: true,
      deadLetterQueue: feedback.deadLetters,
    });
    if (allowed.policyDependable) subscription.node.addDependency(allowed.policyDependable);
  }
}

/** `mail.example.org` as `MailExampleOrg`. */
export function pascalCase(text: string): string {
  return text.replace(/(^|[^A-Za-z0-9]+)([A-Za-z0-9]?)/g, (_match, _separator, letter: string) => letter.toUpperCase());
}
