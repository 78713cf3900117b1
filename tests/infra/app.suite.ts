import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import { describe, expect, test } from 'vitest';
import { accept } from '../../infra/constructs/accept.ts';
import { deployedStack, synthesise } from './synthesised.ts';

test('both packs are clean, and a synthesis with a violation fails', () => {
  const { report } = deployedStack();
  const packs = report.pluginReports.filter((r) => ['AwsSolutions', 'Serverless'].includes(r.pluginName));
  expect(packs.map((r) => [r.pluginName, r.conclusion, r.violations])).toEqual([
    ['AwsSolutions', 'success', []],
    ['Serverless', 'success', []],
  ]);
  const plant = () => synthesise({}, (stack) => void new Bucket(stack, 'Planted'));
  expect(plant).toThrow(/AwsSolutions-S1\b/);
});

test('a violation of the Serverless pack fails too', () => {
  const plant = () => synthesise({}, (stack) => void new Queue(stack, 'Planted', { enforceSSL: true }));
  expect(plant).toThrow(/Serverless-SQSRedrivePolicy/);
});

test('every suppression has a reason, shows in the report, and still has something to suppress', () => {
  const { report, accepted } = deployedStack();
  const suppressed = report.pluginReports.flatMap((r) => r.suppressedViolations ?? []);
  for (const { reason } of suppressed) expect(reason.length).toBeGreaterThan(30);
  const shown = new Set(suppressed.map((s) => `${s.acknowledgedAt} ${s.acknowledgedId}`));
  expect(accepted.length).toBeGreaterThan(0);
  for (const { id, at } of accepted) expect([...shown]).toContain(`${at} ${id}`);
});

test('accepting a finding leaves it in the report, with its reason', () => {
  const { report } = synthesise({}, (stack) => {
    const queue = new Queue(stack, 'Planted', { enforceSSL: true });
    accept(queue, 'AwsSolutions-SQS3', 'planted by a test');
    accept(queue, 'Serverless-SQSRedrivePolicy', 'planted by a test');
  });
  const planted = report.pluginReports
    .flatMap((r) => r.suppressedViolations ?? [])
    .filter((s) => s.reason.includes('planted'));
  expect(planted.map((s) => s.acknowledgedId).sort()).toEqual([
    'AwsSolutions::AwsSolutions-SQS3',
    'Serverless::Serverless-SQSRedrivePolicy',
  ]);
});

test("AWS's own check of the template finds nothing", () => {
  const others = deployedStack().report.pluginReports.filter(
    (r) => !['AwsSolutions', 'Serverless'].includes(r.pluginName),
  );
  expect(others.flatMap((r) => r.violations)).toEqual([]);
});

describe('settings', () => {
  test('what is wrong is named, with how to give it', () => {
    expect(() => synthesise({ alarmEmail: 'nobody' })).toThrow(/alarmEmail: .*-c alarmEmail=/);
    expect(() => synthesise({ mailIdentities: '*' })).toThrow(/mailIdentities.*an address or a domain/);
    expect(() => synthesise({ evidencePrograms: 'Not A Slug' })).toThrow(/evidencePrograms/);
    expect(() => synthesise({ mailConcurrency: '1' })).toThrow(/mailConcurrency/);
    expect(() => synthesise({ mailConcurrency: '9', mailRatePerSecond: '1' })).toThrow(
      /mailConcurrency: .*mailRatePerSecond/,
    );
    expect(() => synthesise({ stage: 'Pro duction' })).toThrow(/stage: up to 20/);
  });

  test('another stage has the same logical ids, and names of its own', () => {
    const test = synthesise({ stage: 'test' });
    expect(test.all.map(([id]) => id)).toEqual(deployedStack().all.map(([id]) => id));
    const logs = test.ofType<{ LogGroupName: string }>('AWS::Logs::LogGroup').map(([, r]) => r.Properties.LogGroupName);
    expect(logs).toContain('/Journeypaper-test/evaluate');
    for (const name of logs) expect(name).toMatch(/^\/Journeypaper-test\//);
  });
});
