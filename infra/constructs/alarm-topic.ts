import { Aws } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Subscription, SubscriptionProtocol, Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { accept } from './accept.ts';

/** Where every alarm goes: to one address, if one is given, and to whatever an operator subscribes besides. */
export function alarmTopic(scope: Construct, id: string, masterKey: IKey, email: string | undefined): Topic {
  const topic = new Topic(scope, id, { masterKey, enforceSSL: true });
  topic.addToResourcePolicy(
    new PolicyStatement({
      sid: 'AlarmsOfThisAccount',
      principals: [new ServicePrincipal('cloudwatch.amazonaws.com')],
      actions: ['sns:Publish'],
      resources: [topic.topicArn],
      conditions: { StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID } },
    }),
  );
  if (email !== undefined) {
    const inbox = new Subscription(topic, 'Email', { topic, protocol: SubscriptionProtocol.EMAIL, endpoint: email });
    accept(
      inbox,
      'Serverless-SNSRedrivePolicy',
      'SNS has no dead letters for email; an alarm stays red until it is mended.',
    );
  }
  return topic;
}
