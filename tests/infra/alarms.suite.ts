import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { stepJournal } from '../../functions/adapters/aws/step-journal.ts';
import type { JournalCode } from '../../functions/ports/journal.ts';
import { runbookSections } from '../../infra/constructs/runbook.ts';
import { deployedStack, flat, synthesise } from './synthesised.ts';

type Alarm = {
  AlarmDescription: string;
  AlarmActions: unknown[];
  MetricName?: string;
  Namespace?: string;
  Period?: number;
  Dimensions?: { Name: string; Value: unknown }[];
  TreatMissingData: string;
};

const stack = deployedStack();
const alarms = stack.ofType<Alarm>('AWS::CloudWatch::Alarm');
const readme = readFileSync(join(import.meta.dirname, '../../infra/README.md'), 'utf8');
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replaceAll(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');
const description = /^(?<meaning>[A-Z].{30,}[.]) What to do: infra\/README[.]md#(?<runbook>[a-z-]+)$/;

test('every alarm says what its failing means for people, and tells somebody', () => {
  for (const [id, { Properties }] of alarms) {
    expect(Properties.AlarmDescription, id).toMatch(description);
    expect(Properties.AlarmActions.map(flat), id).toEqual(['AlarmTopic']);
  }
});

test('every alarm has a section in the runbook, and every section an alarm', () => {
  const used = alarms.map(([, r]) => description.exec(r.Properties.AlarmDescription)?.groups?.runbook);
  const sections = [...readme.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
  expect([...new Set(used)].toSorted()).toEqual([...runbookSections].sort());
  expect(sections.toSorted()).toEqual([...runbookSections].sort());
});

test('every link within the runbook has its section', () => {
  const anchors = new Set([...readme.matchAll(/^##+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading)));
  for (const [, anchor = ''] of readme.matchAll(/\]\(#([a-z-]+)\)/g)) expect(anchors).toContain(anchor);
});

test('every queue, dead or alive, and every function has its alarm', () => {
  const watched = alarms.flatMap(
    ([, { Properties: p }]) => p.Dimensions?.map((d) => `${p.MetricName} ${flat(d.Value)}`) ?? [],
  );
  for (const [id] of stack.ofType('AWS::SQS::Queue')) {
    const metric = id.endsWith('DeadLetters') ? 'ApproximateNumberOfMessagesVisible' : 'ApproximateAgeOfOldestMessage';
    expect(watched).toContain(`${metric} ${id}.QueueName`);
  }
  for (const [id] of stack.ofType('AWS::Lambda::Function')) expect(watched).toContain(`Errors ${id}`);
});

test('the alarms on what steps say watch the metrics that steps write', () => {
  const said = alarms.map(([, r]) => r.Properties).filter((p) => p.Namespace === 'Journeypaper');
  expect(said.map((p) => p.MetricName).sort()).toEqual([
    'deliver.parked',
    'deliver.untold',
    'evaluate.set-aside',
    'evaluate.suspended',
    'evaluate.unknown-enrollment',
    'export.failed',
    'feedback.parked',
    'issue.parked',
    'sweep.parked',
    'sweep.unreadable',
  ]);
  for (const { MetricName = '', Dimensions = [] } of said) {
    const metric = writtenMetric(MetricName as JournalCode);
    expect(metric.Namespace).toBe('Journeypaper');
    expect(metric.Metrics.map((m) => m.Name)).toEqual([MetricName]);
    expect(metric.Dimensions).toEqual([Dimensions.map((d) => d.Name)]);
    for (const { Name, Value } of Dimensions) expect(metric.line[Name]).toBe(Value);
  }
});

test('an email that comes back calls with the same remedy as one that could not be sent', () => {
  const runbookOf = (code: JournalCode) =>
    alarms
      .filter(([, r]) => r.Properties.MetricName === code)
      .map(([, r]) => description.exec(r.Properties.AlarmDescription)?.groups?.runbook);
  expect(runbookOf('feedback.parked')).toEqual(['an-email-is-parked']);
  expect(runbookOf('deliver.parked')).toEqual(['an-email-is-parked']);
});

test('evidence for nobody enrolled calls once a day, an unreadable batch without coming and going', () => {
  const periodOf = (code: JournalCode) =>
    alarms.filter(([, r]) => r.Properties.MetricName === code).map(([, r]) => r.Properties.Period);
  expect(periodOf('evaluate.unknown-enrollment')).toEqual([86_400]);
  expect(periodOf('sweep.unreadable')).toEqual([900]);
});

test('silence is good news, but from sweep', () => {
  const breaching = alarms.filter(([, r]) => r.Properties.TreatMissingData === 'breaching').map(([id]) => id);
  expect(breaching).toEqual(['SweepSchedulesSilent']);
});

test('an address that is given gets the alarms', () => {
  const subscriptions = synthesise({ alarmEmail: 'ops@example.org' }).ofType<Record<string, unknown>>(
    'AWS::SNS::Subscription',
  );
  expect(subscriptions.map(([, r]) => r.Properties)).toContainEqual(
    expect.objectContaining({ Protocol: 'email', Endpoint: 'ops@example.org' }),
  );
});

/** The metric that a step's journal writes for a code, in CloudWatch's embedded format. */
function writtenMetric(code: JournalCode) {
  const lines: string[] = [];
  const spy = vi.spyOn(console, 'log').mockImplementation((line: string) => void lines.push(line));
  const out = vi.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line));
    return true;
  });
  try {
    stepJournal(code.slice(0, code.indexOf('.'))).journal(code);
  } finally {
    spy.mockRestore();
    out.mockRestore();
  }
  const line = JSON.parse(lines.find((text) => text.includes('_aws')) ?? '{}');
  type Written = { Namespace: string; Dimensions: string[][]; Metrics: { Name: string }[] };
  const [written] = line._aws.CloudWatchMetrics as Written[];
  if (!written) throw new Error('no metric was written');
  return { ...written, line };
}
