import { expect, test } from 'vitest';
import { LocalError } from '../../../infra/local/local-error.ts';
import type { Resource } from '../../../infra/local/template/intrinsics.ts';
import { planStack } from '../../../infra/local/template/plan.ts';

const plan = (Resources: Record<string, Resource>) =>
  planStack({ Resources }, 'Stack', { sqs: 4321, http: 4322, oidc: 4323 }, '/assets');
const problemsOf = (Resources: Record<string, Resource>): string => {
  try {
    plan(Resources);
  } catch (error) {
    if (error instanceof LocalError && error.code === 'template-unknown') return error.message;
    throw error;
  }
  return 'none';
};

const table: Resource = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' }],
    BillingMode: 'PAY_PER_REQUEST',
    StreamSpecification: { StreamViewType: 'NEW_AND_OLD_IMAGES' },
    SSESpecification: { SSEEnabled: true },
  },
};
const step: Resource = {
  Type: 'AWS::Lambda::Function',
  Properties: {
    Code: { S3Bucket: 'assets', S3Key: 'x.zip' },
    Handler: 'index.handler',
    Runtime: 'nodejs24.x',
    Timeout: 30,
    MemorySize: 256,
    Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
    Environment: { Variables: { TABLE_NAME: { Ref: 'Records' }, QUEUE_URL: { Ref: 'WorkQueue' } } },
  },
  Metadata: { 'aws:asset:path': 'asset.1' },
};
const sound: Record<string, Resource> = {
  Records: table,
  WorkQueue: {
    Type: 'AWS::SQS::Queue',
    Properties: {
      VisibilityTimeout: 180,
      RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 3 },
    },
  },
  Dead: { Type: 'AWS::SQS::Queue' },
  Failed: {
    Type: 'AWS::S3::Bucket',
    Properties: {
      BucketEncryption: {},
      LifecycleConfiguration: { Rules: [{ Status: 'Enabled', ExpirationInDays: 90 }] },
    },
  },
  Role: { Type: 'AWS::IAM::Role', Properties: { AnythingAtAll: { 'Fn::Transform': 'x' } } },
  EvaluateFunction: step,
  Stream: {
    Type: 'AWS::Lambda::EventSourceMapping',
    Properties: {
      EventSourceArn: { 'Fn::GetAtt': ['Records', 'StreamArn'] },
      FunctionName: { Ref: 'EvaluateFunction' },
      StartingPosition: 'TRIM_HORIZON',
      BisectBatchOnFunctionError: true,
      MaximumRetryAttempts: 5,
      FilterCriteria: { Filters: [{ Pattern: '{"eventName":["INSERT"]}' }] },
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': ['Failed', 'Arn'] } } },
    },
  },
};
const changed = (id: string, properties: Record<string, unknown>): Record<string, Resource> => {
  const resource = sound[id] as Resource;
  return { ...sound, [id]: { ...resource, Properties: { ...resource.Properties, ...properties } } };
};

test("a template becomes a plan with this machine's names in it", () => {
  const { tables, queues, functions, mappings, leftOut } = plan(sound);
  expect(tables[0]?.createTable).toMatchObject({
    TableName: 'Stack-Records',
    StreamSpecification: { StreamEnabled: true },
  });
  expect(queues.find(({ logicalId }) => logicalId === 'WorkQueue')).toMatchObject({
    url: 'http://127.0.0.1:4321/000000000000/Stack-WorkQueue',
    deadLetters: 'arn:aws:sqs:us-east-1:000000000000:Stack-Dead',
  });
  expect(functions[0]).toMatchObject({
    name: 'evaluate',
    codeFolder: '/assets/asset.1',
    environment: { TABLE_NAME: 'Stack-Records', QUEUE_URL: 'http://127.0.0.1:4321/000000000000/Stack-WorkQueue' },
  });
  expect(mappings[0]).toMatchObject({
    source: 'stream',
    tableName: 'Stack-Records',
    functionName: 'Stack-EvaluateFunction',
    maxRetries: 5,
    onFailure: { kind: 'bucket', ref: 'stack-failed' },
  });
  expect(leftOut).toEqual([{ type: 'AWS::IAM::Role', count: 1, reason: 'permissions are not enforced locally' }]);
});

test.each<[string, Record<string, Resource>, RegExp]>([
  [
    'a resource type',
    { ...sound, Api: { Type: 'AWS::AppSync::GraphQLApi' } },
    /Api: resource type AWS::AppSync::GraphQLApi is not known here/,
  ],
  [
    'a property',
    changed('WorkQueue', { FifoQueue: true }),
    /WorkQueue \(AWS::SQS::Queue\): property FifoQueue is not known here/,
  ],
  [
    'a nested property',
    changed('Failed', { LifecycleConfiguration: { Rules: [{ Status: 'Enabled', Transitions: [] }] } }),
    /Failed .*Transitions is not known here/,
  ],
  [
    'an intrinsic function',
    changed('WorkQueue', { DelaySeconds: { 'Fn::Length': [] } }),
    /WorkQueue .*Fn::Length is not known here/,
  ],
  [
    'a filter operator',
    changed('Stream', { FilterCriteria: { Filters: [{ Pattern: '{"a":[{"wildcard":"*"}]}' }] } }),
    /Stream .*"wildcard" is not known here/,
  ],
  [
    'a source',
    changed('Stream', { EventSourceArn: 'arn:aws:kinesis:x' }),
    /Stream .*neither a queue nor a table's stream/,
  ],
  ['a runtime', changed('EvaluateFunction', { Runtime: 'python3.14' }), /EvaluateFunction .*only Node.js runtimes/],
  [
    'a key',
    { ...sound, Key: { Type: 'AWS::KMS::Key', Properties: { KeySpec: 'RSA_2048' } } },
    /Key \(AWS::KMS::Key\): KeySpec/,
  ],
])('%s that it does not know stops it, and it says which', (_, resources, message) => {
  expect(problemsOf(resources)).toMatch(message);
});

test('it lists everything that it does not know, not the first alone', () => {
  const problems = problemsOf({
    ...changed('WorkQueue', { FifoQueue: true }),
    Api: { Type: 'AWS::ApiGatewayV2::Api' },
  });
  expect(problems.match(/^ {2}- /gm)).toHaveLength(2);
});

test('what is left out has a reason, and its properties are not looked at', () => {
  expect(problemsOf(sound)).toBe('none');
});
