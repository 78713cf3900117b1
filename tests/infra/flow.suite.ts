import { describe, expect, test } from 'vitest';
import { leaseSeconds } from '../../functions/domain/delivery.ts';
import { evidencePartition, evidenceSortKey, ownMark } from '../../functions/domain/evidence.ts';
import { exportLeaseSeconds } from '../../functions/domain/export-job.ts';
import { sweepEventSchema } from '../../functions/sweep/task.ts';
import { matches, parseFilter } from '../../infra/local/mappings/filter.ts';
import { deployedStack, flat, synthesise } from './synthesised.ts';

const stack = deployedStack();

type Queue = {
  VisibilityTimeout?: number;
  MessageRetentionPeriod: number;
  RedrivePolicy?: { deadLetterTargetArn: unknown; maxReceiveCount: number };
};
type Mapping = {
  EventSourceArn: unknown;
  FunctionName: unknown;
  BatchSize: number;
  FunctionResponseTypes: string[];
  MaximumRetryAttempts?: number;
  MaximumRecordAgeInSeconds?: number;
  BisectBatchOnFunctionError?: boolean;
  MaximumBatchingWindowInSeconds?: number;
  DestinationConfig?: { OnFailure: { Destination: unknown } };
  ScalingConfig?: { MaximumConcurrency: number };
  FilterCriteria?: { Filters: { Pattern: string }[] };
};
type Lambda = {
  Timeout: number;
  MemorySize: number;
  Runtime: string;
  Architectures: string[];
  ReservedConcurrentExecutions?: number;
  Environment: { Variables: Record<string, unknown> };
};

const queues = new Map(stack.ofType<Queue>('AWS::SQS::Queue').map(([id, r]) => [id, r.Properties]));
const functions = new Map(stack.ofType<Lambda>('AWS::Lambda::Function').map(([id, r]) => [id, r.Properties]));
const mappings = stack.ofType<Mapping>('AWS::Lambda::EventSourceMapping').map(([id, r]) => ({ id, ...r.Properties }));
const ofStream = mappings.filter((m) => flat(m.EventSourceArn) === 'Records.StreamArn');
const ofQueues = mappings.filter((m) => flat(m.EventSourceArn).includes('Queue'));

describe('queues', () => {
  test('each has dead letters that outlive it, after a bounded number of receives', () => {
    const working = [...queues].filter(([id]) => !id.endsWith('DeadLetters'));
    expect(working.map(([id]) => id).sort()).toEqual([
      'DeliveryQueue',
      'EvaluationQueue',
      'ExportQueue',
      'FeedbackQueue',
      'IssueQueue',
    ]);
    for (const [id, queue] of working) {
      const deadLetters = queues.get(flat(queue.RedrivePolicy?.deadLetterTargetArn).replace('.Arn', ''));
      expect(queue.RedrivePolicy?.maxReceiveCount).toBe(id === 'DeliveryQueue' ? 3 : 5);
      expect(deadLetters?.MessageRetentionPeriod).toBe(14 * 86_400);
      expect(deadLetters?.MessageRetentionPeriod).toBeGreaterThan(queue.MessageRetentionPeriod);
    }
  });

  test('a message stays invisible six times as long as its function may take', () => {
    expect(ofQueues).toHaveLength(5);
    for (const mapping of ofQueues) {
      const queue = queues.get(flat(mapping.EventSourceArn).replace('.Arn', ''));
      const timeout = functions.get(flat(mapping.FunctionName).replace('.Arn', ''))?.Timeout ?? Number.NaN;
      expect(queue?.VisibilityTimeout).toBeGreaterThanOrEqual(6 * timeout);
    }
  });
});

describe('event source mappings', () => {
  test('each has its failures one by one, and a bound on how often and where they end', () => {
    expect(ofStream.length + ofQueues.length).toBe(mappings.length);
    for (const mapping of mappings) expect(mapping.FunctionResponseTypes).toEqual(['ReportBatchItemFailures']);
    for (const mapping of ofQueues) expect(mapping.ScalingConfig?.MaximumConcurrency).toBeLessThanOrEqual(10);
    for (const mapping of ofStream) {
      expect(mapping).toMatchObject({ BisectBatchOnFunctionError: true, MaximumRetryAttempts: 5 });
      expect(mapping.MaximumRecordAgeInSeconds).toBe(3600);
      expect(flat(mapping.DestinationConfig?.OnFailure.Destination)).toBe('FailedBatches.Arn');
    }
  });

  describe("the stream's filter", () => {
    const filters = ofStream.flatMap((m) => m.FilterCriteria?.Filters.map((f) => f.Pattern) ?? []);
    const parsed = filters.map((pattern) => parseFilter(pattern, 'stream'));
    const wakes = (pk: string, sk: string, before: Image | undefined, after: Image | undefined) => {
      const images = { ...(before && { OldImage: before }), ...(after && { NewImage: after }) };
      return parsed.some((filter) =>
        matches(filter, { dynamodb: { Keys: { pk: { S: pk }, sk: { S: sk } }, ...images } }),
      );
    };
    type Image = Record<string, { S: string } | { BOOL: boolean }>;
    const plain: Image = { note: { S: 'x' } };
    const marked: Image = { note: { S: 'x' }, [ownMark]: { BOOL: true } };
    const pk = evidencePartition({ program: 'p', enrollment: 'e' });
    const sk = evidenceSortKey({ requirement: 'engage-1', evidence: 'e1', part: 'evidence' });
    const ways: [string, boolean, boolean][] = [
      ['put', false, true],
      ['changed', true, true],
      ['deleted', true, false],
    ];

    test('is two of the five that Lambda takes, by operators that it knows for a stream', () => {
      expect(filters).toHaveLength(2);
      for (const pattern of filters) expect(pattern.length).toBeLessThan(4096);
    });

    test.each(ways)('lets evidence through when it is %s, whatever else its item claims to be', (_, old, fresh) => {
      for (const image of [plain, marked])
        expect(wakes(pk, sk, old ? image : undefined, fresh ? image : undefined)).toBe(true);
    });

    test.each(ways)(
      'lets through what is %s among the evidence under another key, and in no place of ours',
      (_, old, fresh) => {
        for (const [where, key] of [
          [pk, 'NOTE#1'],
          [pk, 'evidence#engage-1#e1'],
          ['nowhere', 'nothing'],
        ] as const)
          expect(wakes(where, key, old ? plain : undefined, fresh ? plain : undefined)).toBe(true);
      },
    );

    test.each(ways)('holds back what a step has %s', (_, old, fresh) => {
      for (const key of ['ENROLLMENT', 'CREDENTIAL#c', 'DELIVERY#d', 'LEDGER#l', 'CURRENT', 'VERSION#v', 'e#NOTE#1'])
        expect(wakes('p#ENROLLMENT#e', key, old ? marked : undefined, fresh ? marked : undefined)).toBe(false);
    });
  });

  test('one bundle a call, which may take all of it, and its lease outlasts the call', () => {
    expect(mappings.find((m) => flat(m.FunctionName) === 'ExportFunction.Arn')?.BatchSize).toBe(1);
    expect(functions.get('ExportFunction')?.Timeout).toBeLessThan(exportLeaseSeconds);
  });

  test('one email a call, and a call ends well inside its lease', () => {
    expect(mappings.find((m) => flat(m.FunctionName) === 'DeliverFunction.Arn')?.BatchSize).toBe(1);
    const timeouts = ['DeliverFunction', 'FeedbackFunction'].map((id) => functions.get(id)?.Timeout ?? Number.NaN);
    expect(timeouts.reduce((sum, timeout) => sum + timeout)).toBeLessThan(leaseSeconds / 2);
  });

  test('the rate of emails is set from outside', () => {
    const slower = synthesise({ mailConcurrency: '2', mailRatePerSecond: '1' });
    const [[, mapping] = []] = slower
      .ofType<Mapping>('AWS::Lambda::EventSourceMapping')
      .filter(([id]) => id === 'DeliverMessages');
    expect(mapping?.Properties.ScalingConfig).toEqual({ MaximumConcurrency: 2 });
    const [[, deliver] = []] = slower
      .ofType<{ Environment: { Variables: Record<string, unknown> } }>('AWS::Lambda::Function')
      .filter(([id]) => id === 'DeliverFunction');
    expect(deliver?.Properties.Environment.Variables.MAIL_RATE_PER_SECOND).toBe('1');
  });
});

test('every function runs Node 24 on arm64 under limits of its own, and reserves nothing', () => {
  expect([...functions.keys()].sort()).toEqual([
    'ApiFunction',
    'DeliverFunction',
    'EvaluateFunction',
    'ExportFunction',
    'FeedbackFunction',
    'IssueFunction',
    'SweepFunction',
  ]);
  for (const f of functions.values()) {
    expect(f).toMatchObject({ Runtime: 'nodejs24.x', Architectures: ['arm64'] });
    expect(f.Timeout).toBeGreaterThan(3);
    expect(f.MemorySize).toBeGreaterThan(128);
    expect(f.ReservedConcurrentExecutions).toBeUndefined();
  }
});

describe('sweep', () => {
  type Schedule = {
    ScheduleExpression: string;
    Target: { Arn: unknown; Input: string; RetryPolicy: Record<string, number>; DeadLetterConfig: { Arn: unknown } };
  };
  const schedules = stack.ofType<Schedule>('AWS::Scheduler::Schedule').map(([, r]) => r.Properties);

  test('is called for each of its tasks, which it knows, with bounded tries and dead letters', () => {
    const rhythm = schedules.map((s) => [
      sweepEventSchema.parse(JSON.parse(s.Target.Input)).task,
      s.ScheduleExpression,
    ]);
    expect(Object.fromEntries(rhythm)).toEqual({
      due: 'rate(2 minutes)',
      recover: 'rate(5 minutes)',
      checkpoint: 'rate(6 hours)',
      daily: 'cron(0 3 * * ? *)',
    });
    for (const { Target } of schedules) {
      expect(flat(Target.Arn)).toBe('SweepFunction.Arn');
      expect(Target.RetryPolicy).toEqual({ MaximumEventAgeInSeconds: 600, MaximumRetryAttempts: 3 });
      expect(flat(Target.DeadLetterConfig.Arn)).toBe('SweepSchedulesDeadLetters.Arn');
    }
  });

  test('what it fails at asynchronously ends in the same dead letters', () => {
    const [[, config] = []] = stack.ofType<Record<string, unknown>>('AWS::Lambda::EventInvokeConfig');
    expect(config?.Properties).toMatchObject({ MaximumRetryAttempts: 2, MaximumEventAgeInSeconds: 3600 });
    expect(JSON.stringify(config?.Properties.DestinationConfig)).toContain('SweepSchedulesDeadLetters');
  });
});

describe('mail events', () => {
  type Destination = {
    ConfigurationSetName: unknown;
    EventDestination: { Enabled: boolean; MatchingEventTypes: string[]; SnsDestination: { TopicARN: unknown } };
  };

  test('every event that says what became of an email reaches the feedback queue as SES wrote it', () => {
    const [[, found] = []] = stack.ofType<Destination>('AWS::SES::ConfigurationSetEventDestination');
    expect(flat(found?.Properties.ConfigurationSetName)).toBe('MailConfigurationSet');
    expect(found?.Properties.EventDestination.Enabled).toBe(true);
    expect(found?.Properties.EventDestination.MatchingEventTypes.toSorted()).toEqual([
      'bounce',
      'complaint',
      'delivery',
      'deliveryDelay',
      'reject',
      'renderingFailure',
      'send',
    ]);
    expect(flat(found?.Properties.EventDestination.SnsDestination.TopicARN)).toBe('MailTopic');
    const [[, subscription] = []] = stack.ofType<Record<string, unknown>>('AWS::SNS::Subscription');
    expect(subscription?.Properties).toMatchObject({ Protocol: 'sqs', RawMessageDelivery: true });
    expect([subscription?.Properties.TopicArn, subscription?.Properties.Endpoint].map(flat)).toEqual([
      'MailTopic',
      'FeedbackQueue.Arn',
    ]);
    expect(JSON.stringify(subscription?.Properties.RedrivePolicy)).toContain('FeedbackQueueDeadLetters');
  });

  test('identities that are named are verified under the configuration set', () => {
    const named = synthesise({ mailIdentities: ['mail.example.org', 'papers@example.com'] });
    const identities = named.ofType<Record<string, unknown>>('AWS::SES::EmailIdentity');
    expect(identities.map(([id]) => id)).toEqual(['MailMailExampleOrg', 'MailPapersExampleCom']);
    expect(stack.ofType('AWS::SES::EmailIdentity')).toEqual([]);
  });
});

test('the outputs tell the command line and the runbook what the deployment made', () => {
  expect(
    Object.fromEntries(Object.entries(stack.outputs).map(([name, { Value }]) => [name, flat(Value)])),
  ).toMatchObject({
    RecordsTableName: 'Records',
    EvaluationQueueUrl: 'EvaluationQueue',
    IssueQueueUrl: 'IssueQueue',
    DeliveryQueueUrl: 'DeliveryQueue',
    FeedbackQueueUrl: 'FeedbackQueue',
    ExportQueueUrl: 'ExportQueue',
    ExportsBucketName: 'Exports',
    IssueDeadLettersArn: 'IssueQueueDeadLetters.Arn',
    DocumentsBucketName: 'Documents',
    FailedBatchesBucketName: 'FailedBatches',
    SigningKeyId: 'SigningKey',
    CheckpointsBucketName: 'Checkpoints',
    LedgerKeyId: 'LedgerKey',
    ConfigurationSetName: 'MailConfigurationSet',
    AlarmTopicArn: 'AlarmTopic',
  });
});
