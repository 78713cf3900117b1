import { afterEach, describe, expect, test, vi } from 'vitest';
import * as z from 'zod';
import { clientSettings } from '../../functions/adapters/aws/client-settings.ts';
import { readEnv } from '../../functions/adapters/aws/read-env.ts';
import { readBatch } from '../../functions/adapters/aws/s3-failed-batches.ts';
import { sqsBatch } from '../../functions/adapters/aws/sqs-batch.ts';
import { sqsClient, sqsQueue } from '../../functions/adapters/aws/sqs-queue.ts';
import { failureFields, stepJournal } from '../../functions/adapters/aws/step-journal.ts';
import { warmUp } from '../../functions/adapters/aws/warm-up.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';

const settings = z.object({ TABLE_NAME: z.string().min(1), QUEUE_URL: z.url() });
const message = { type: 'delivery-requested', version: 1, program: 'p-1', enrollment: 'e', deliveryId: 'd' } as const;

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
});

describe('the environment of a function', () => {
  test('is read', () => {
    const environment = { TABLE_NAME: 't', QUEUE_URL: 'https://sqs.example/q', OTHER: 'x' };
    expect(readEnv(settings, environment)).toEqual({ TABLE_NAME: 't', QUEUE_URL: 'https://sqs.example/q' });
  });

  test('names every variable that is missing or wrong', () => {
    expect(() => readEnv(settings, { QUEUE_URL: 'q' })).toThrow(/TABLE_NAME is not set; QUEUE_URL: Invalid URL/);
  });
});

describe('the settings of a client', () => {
  test('a call that hangs throws', () => {
    expect(clientSettings('SQS', { requestTimeoutMs: 5_000 }, {}).requestHandler).toEqual({
      connectionTimeout: 1_500,
      requestTimeout: 5_000,
      throwOnRequestTimeout: true,
    });
  });

  test.each(['http://127.0.0.1:4566', 'http://localhost:4566', 'http://[::1]:4566'])(
    'where one service is redirected to %s, a client of another is refused',
    (url) => {
      const environment = { AWS_ENDPOINT_URL_DYNAMODB: url };
      expect(clientSettings('DYNAMODB', { requestTimeoutMs: 1 }, environment).endpoint).toBe(url);
      expect(() => clientSettings('SES', { requestTimeoutMs: 1 }, environment)).toThrow(
        'AWS_ENDPOINT_URL_SES is not set',
      );
    },
  );

  test('one endpoint for all serves all', () => {
    const environment = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4566' };
    expect(clientSettings('SES', { requestTimeoutMs: 1 }, environment).endpoint).toBe('http://127.0.0.1:4566');
  });

  test('a private endpoint of one service leaves the others alone', () => {
    const environment = { AWS_ENDPOINT_URL_SQS: 'https://vpce-1.sqs.us-east-1.vpce.amazonaws.com' };
    expect(clientSettings('SES', { requestTimeoutMs: 1 }, environment).endpoint).toBeUndefined();
  });
});

describe('warming up', () => {
  test('never fails a start, and makes no call outside the runtime', async () => {
    const readEnrollment = vi.fn(() => Promise.reject(new Error('down')));
    warmUp({ readEnrollment }, {});
    expect(readEnrollment).not.toHaveBeenCalled();
    warmUp({ readEnrollment }, { AWS_LAMBDA_RUNTIME_API: '127.0.0.1:9001' });
    expect(readEnrollment).toHaveBeenCalledOnce();
  });
});

describe('the queue', () => {
  test('a type without a queue is a wiring bug', async () => {
    vi.stubEnv('AWS_REGION', 'us-east-1');
    const queue = sqsQueue({ client: sqsClient(), urls: {} });
    await expect(queue.send(message)).rejects.toThrow('no queue is configured for delivery-requested');
  });
});

describe('an on-failure object', () => {
  const records = [{ eventName: 'INSERT' }];
  const metadata = {
    requestContext: { condition: 'RetryAttemptsExhausted' },
    version: '1.0',
    DDBStreamBatchInfo: { batchSize: 1 },
  };

  test.each([[{ Records: records }], [JSON.stringify({ Records: records })]])(
    'gives its records, however they are wrapped: %#',
    (payload) => {
      expect(readBatch(JSON.stringify({ ...metadata, payload }))).toEqual(records);
    },
  );

  test.each(['', '{}', JSON.stringify(metadata), JSON.stringify({ payload: 'x' }), JSON.stringify({ payload: {} })])(
    'without records is left for a person: %#',
    (text) => {
      expect(() => readBatch(text)).toThrow(
        expect.objectContaining({ code: 'failed-batches.unreadable', retryable: false }),
      );
    },
  );
});

describe('the journal', () => {
  const written = (stream: 'stdout' | 'stderr') => {
    const lines: string[] = [];
    vi.spyOn(process[stream], 'write').mockImplementation((chunk) => lines.push(String(chunk)) > 0);
    return lines;
  };

  test('an entry is one line, log and metric at once, with the one dimension that alarms ask for', () => {
    const lines = written('stdout');
    const { journal } = stepJournal('evaluate');
    journal('evaluate.suspended', { program: 'p-1', enrollment: 'e-1' });
    journal('evaluate.unchanged');
    expect(lines).toHaveLength(2);
    const { _aws, ...entry } = JSON.parse(lines[0] ?? '');
    expect(_aws.CloudWatchMetrics).toEqual([
      { Namespace: 'Journeypaper', Dimensions: [['step']], Metrics: [{ Name: 'evaluate.suspended', Unit: 'Count' }] },
    ]);
    expect(entry).toEqual({
      step: 'evaluate',
      'evaluate.suspended': 1,
      code: 'evaluate.suspended',
      message: 'A credential was suspended: its basis fell away',
      program: 'p-1',
      enrollment: 'e-1',
    });
    expect(lines[1]).not.toContain('e-1');
  });

  test('why something was deferred, parked or set aside is told beside what happened', () => {
    const lines = written('stdout');
    stepJournal('deliver').journal('deliver.deferred', { delivery: 'd-1', code: 'mail.throttling' });
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ code: 'deliver.deferred', reason: 'mail.throttling' });
  });

  test('a failure is told by its code and its place, never in the words of a service or of the input', () => {
    const cause = new Error('Email address is not verified: ana@mail.example');
    const ours = failureFields(new AdapterError('mail.unknown', 'nobody knows', { retryable: true, cause }));
    expect(ours).toMatchObject({ reason: 'mail.unknown', retryable: true, detail: 'nobody knows', cause: 'Error' });
    const theirs = failureFields(cause);
    const input = failureFields(z.object({ name: z.string().max(2) }).safeParse({ name: 'ana@mail.example' }).error);
    expect(JSON.stringify([ours, theirs, input])).not.toContain('ana@');
    expect(theirs.at).toContain('edges.test.ts');
    expect(input.detail).toContain('name: ');
  });

  test('a record that throws is retried alone, and is told of', async () => {
    const failed: unknown[] = [];
    const handle = sqsBatch(
      { failed: (error, fields) => failed.push([(error as Error).message, fields?.messageId]) },
      async (body) => {
        if (body !== 'good') throw new Error('no');
      },
    );
    const record = (messageId: string, body: string) => ({
      messageId,
      body,
      attributes: { ApproximateReceiveCount: '1' },
    });
    const event = (...records: unknown[]) => ({ Records: records }) as Parameters<typeof handle>[0];
    expect(await handle(event(record('1', 'good'), record('2', 'bad')))).toEqual({
      batchItemFailures: [{ itemIdentifier: '2' }],
    });
    // A batch that fails whole is answered in the same way.
    expect(await handle(event(record('3', 'bad')))).toEqual({ batchItemFailures: [{ itemIdentifier: '3' }] });
    expect(failed).toEqual([
      ['no', '2'],
      ['no', '3'],
    ]);
  });
});
