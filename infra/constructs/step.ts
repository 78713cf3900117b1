import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { Architecture, type Code, Function as LambdaFunction, Runtime } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import type { StepName } from '../bundle.ts';
import { accept } from './accept.ts';
import { ExplainedAlarm, type Explanation } from './explained-alarm.ts';

export type StepProps = {
  name: StepName;
  description: string;
  code: Code;
  environment: Record<string, string>;
  timeoutSeconds: number;
  /** CPU comes with memory: a whole core at 1,769 MB. */
  memoryMb: number;
  dataKey: IKey;
  alarmTopic: ITopic;
  /** The function itself failed: a crash, a timeout, a deployment that does not start. */
  fails: Explanation;
};

/**
 * One step of the workflow: its function, its role, its log group and its alarm. The role may write its own log and
 * nothing else until `allow` is called with a statement written out by hand.
 *
 * No reserved concurrency: event source mappings and schedules bound every step already, a reservation takes from the
 * account's other functions, and a young account (limit 10) could not deploy it.
 */
export class Step extends Construct {
  readonly role: Role;
  readonly function: LambdaFunction;
  readonly logGroup: LogGroup;
  private readonly dataKey: IKey;

  constructor(scope: Construct, id: string, props: StepProps) {
    super(scope, id);
    this.dataKey = props.dataKey;
    this.logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/${Stack.of(this).stackName}/${props.name}`,
      // What happened is in the ledger, for ever; a log is for finding out why.
      retention: RetentionDays.ONE_YEAR,
      encryptionKey: props.dataKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.role = new Role(this, 'Role', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    this.allow({
      sid: 'OwnLog',
      actions: ['logs:CreateLogStream', 'logs:PutLogEvents'],
      resources: [this.logGroup.logGroupArn],
    });
    this.function = new LambdaFunction(this, 'Function', {
      description: props.description,
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      code: props.code,
      handler: 'index.handler',
      environment: props.environment,
      timeout: Duration.seconds(props.timeoutSeconds),
      memorySize: props.memoryMb,
      role: this.role,
      logGroup: this.logGroup,
    });
    new ExplainedAlarm(this, 'Fails', {
      ...props.fails,
      topic: props.alarmTopic,
      metric: this.function.metricErrors({ period: Duration.minutes(5) }),
      threshold: 3,
    });
    accept(this, 'Serverless-LambdaTracing', 'No tracer: the ledger and the logs carry the ids that join the steps.');
    accept(
      this,
      'Serverless-LambdaDLQ',
      'Event source mappings call synchronously: their queues have dead letters, the stream a bucket. Sweep, which ' +
        'schedules call asynchronously, has an on-failure destination.',
    );
  }

  allow(...statements: ConstructorParameters<typeof PolicyStatement>[0][]): void {
    for (const statement of statements) this.role.addToPolicy(new PolicyStatement(statement));
  }

  /** Use of the data key, only through the services in which the step meets what it encrypts. */
  allowDataKey(...services: readonly ('dynamodb' | 'sqs' | 's3')[]): void {
    this.allow(dataKeyThrough(this.dataKey, services, Stack.of(this).region));
  }
}

/** A customer key is used in its caller's name: who may read a table still needs this to decrypt it. */
export function dataKeyThrough(key: IKey, services: readonly string[], region: string) {
  return {
    sid: 'DataKey',
    actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
    resources: [key.keyArn],
    conditions: { StringEquals: { 'kms:ViaService': services.map((service) => `${service}.${region}.amazonaws.com`) } },
  };
}
