import { localAccountId, localRegion, loopbackHost } from '../services/loopback.ts';
import type { Physical, Template } from './intrinsics.ts';
import { leftOutTypes } from './resource-types.ts';

const arn = (service: string, rest: string) => `arn:aws:${service}:${localRegion}:${localAccountId}:${rest}`;

/** The ports of 127.0.0.1 that the template's own resources name. */
export interface NamedPorts {
  sqs: number;
  http: number;
  oidc: number;
}

/** Where a queue is, as its URL and its ARN name it. */
export function queueUrl(sqsPort: number, name: string): string {
  return `http://${loopbackHost}:${sqsPort}/${localAccountId}/${name}`;
}
export const queueArn = (name: string) => arn('sqs', name);
export const functionArn = (name: string) => arn('lambda', `function:${name}`);

/**
 * The name that a resource has here: the template's own, else one made of its logical id, the same at every start, so
 * that a restarted stack finds its data.
 */
export function physicalName(stackName: string, logicalId: string, given: unknown): string {
  return typeof given === 'string' ? given : `${stackName}-${logicalId}`.slice(0, 64);
}

/** What `Ref` and `Fn::GetAtt` of each resource give here. */
export function namePhysicals(template: Template, stackName: string, ports: NamedPorts): Map<string, Physical> {
  const named = new Map<string, Physical>();
  for (const [logicalId, { Type, Properties = {} }] of Object.entries(template.Resources)) {
    const name = (property: string) => physicalName(stackName, logicalId, Properties[property]);
    const physical = physicalOf(Type, logicalId, name, ports);
    if (physical) named.set(logicalId, physical);
  }
  return named;
}

function physicalOf(
  type: string,
  logicalId: string,
  name: (property: string) => string,
  ports: NamedPorts,
): Physical | undefined {
  switch (type) {
    case 'AWS::DynamoDB::Table': {
      const table = arn('dynamodb', `table/${name('TableName')}`);
      // The emulator names the stream when the table is made; whoever reads it looks its name up.
      return { ref: name('TableName'), attributes: { Arn: table, StreamArn: `${table}/stream/local` } };
    }
    case 'AWS::SQS::Queue': {
      const queue = name('QueueName');
      const url = queueUrl(ports.sqs, queue);
      return { ref: url, attributes: { Arn: queueArn(queue), QueueName: queue, QueueUrl: url } };
    }
    case 'AWS::S3::Bucket': {
      const bucket = name('BucketName').toLowerCase().slice(0, 63);
      return { ref: bucket, attributes: { Arn: `arn:aws:s3:::${bucket}` } };
    }
    case 'AWS::KMS::Key':
      return { ref: logicalId, attributes: { Arn: arn('kms', `key/${logicalId}`), KeyId: logicalId } };
    case 'AWS::KMS::Alias':
      return { ref: name('AliasName'), attributes: {} };
    case 'AWS::SNS::Topic': {
      const topic = arn('sns', name('TopicName'));
      return { ref: topic, attributes: { TopicArn: topic, TopicName: name('TopicName') } };
    }
    case 'AWS::Lambda::Function':
      return { ref: name('FunctionName'), attributes: { Arn: functionArn(name('FunctionName')) } };
    case 'AWS::Lambda::EventSourceMapping':
      return { ref: logicalId, attributes: { Id: logicalId } };
    case 'AWS::ApiGatewayV2::Api':
      return {
        ref: logicalId,
        attributes: { ApiId: logicalId, ApiEndpoint: `http://${loopbackHost}:${ports.http}` },
      };
    case 'AWS::ApiGatewayV2::Integration':
    case 'AWS::ApiGatewayV2::Route':
    case 'AWS::ApiGatewayV2::Stage':
      return { ref: logicalId, attributes: {} };
    case 'AWS::Cognito::UserPool':
      return {
        ref: logicalId,
        attributes: {
          Arn: arn('cognito-idp', `userpool/${logicalId}`),
          ProviderURL: `http://${loopbackHost}:${ports.oidc}`,
          UserPoolId: logicalId,
        },
      };
    case 'AWS::Cognito::UserPoolClient':
      return { ref: logicalId, attributes: { ClientId: logicalId } };
    case 'AWS::SES::ConfigurationSet':
    case 'AWS::Scheduler::Schedule':
      return { ref: name('Name'), attributes: { Arn: arn('local', name('Name')) } };
    default:
      // What is left out still has a name for those that point at it: a function's role, a log group.
      return type in leftOutTypes
        ? { ref: `${logicalId}`, attributes: { Arn: arn('local', logicalId), Id: logicalId } }
        : undefined;
  }
}
