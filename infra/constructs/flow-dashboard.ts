import { Duration, Stack } from 'aws-cdk-lib';
import { Dashboard, GraphWidget, type IMetric, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { JournalCode } from '../../functions/ports/journal.ts';
import type { HttpApi } from './http-api.ts';
import { journalMetric } from './journal-alarms.ts';
import type { Step } from './step.ts';
import type { WorkQueue } from './work-queue.ts';

export type FlowDashboardProps = { steps: Record<string, Step>; queues: Record<string, WorkQueue>; http: HttpApi };

const hour = Duration.hours(1);

/** The workflow from left to right: what people get, what waits, what fails, how long it takes. */
export class FlowDashboard extends Construct {
  constructor(scope: Construct, id: string, { steps, queues, http }: FlowDashboardProps) {
    super(scope, id);
    const asked = http.metrics(hour);
    const said = (...codes: JournalCode[]) => codes.map((code) => journalMetric(code, hour));
    const perStep = (metric: (step: Step) => IMetric) => Object.values(steps).map(metric);
    const perQueue = (metric: (queue: WorkQueue) => IMetric) => Object.values(queues).map(metric);
    const graph = (title: string, left: IMetric[]) => new GraphWidget({ title, left, width: 12, height: 6 });
    new Dashboard(this, 'Resource', {
      dashboardName: Stack.of(this).stackName,
      defaultInterval: Duration.days(1),
      widgets: [
        [
          new TextWidget({
            markdown: '# Journeypaper\nAlarms and their remedies: `infra/README.md`.',
            width: 24,
            height: 2,
          }),
        ],
        [
          graph(
            'Certificates',
            said('evaluate.completion', 'issue.issued', 'evaluate.suspended', 'evaluate.reinstated'),
          ),
          graph('Emails', said('deliver.sent', 'deliver.deferred', 'deliver.cancelled', 'feedback.applied')),
        ],
        [
          graph(
            'Waits for a person',
            said(
              'evaluate.set-aside',
              'evaluate.unknown-enrollment',
              'issue.parked',
              'deliver.parked',
              'feedback.parked',
              'sweep.parked',
              'sweep.unreadable',
            ),
          ),
          graph('Audit bundles', said('export.done', 'export.put-back', 'export.failed', 'deliver.told')),
          graph('Driven again', said('issue.refused', 'sweep.redriven', 'sweep.recovered', 'sweep.replayed')),
        ],
        [
          graph(
            'Oldest message (s)',
            perQueue((q) => q.queue.metricApproximateAgeOfOldestMessage()),
          ),
          graph(
            'Dead letters',
            perQueue((q) => q.deadLetters.metricApproximateNumberOfMessagesVisible()),
          ),
        ],
        [
          graph(
            'Errors',
            perStep((s) => s.function.metricErrors()),
          ),
          graph(
            'Duration p99 (ms)',
            perStep((s) => s.function.metricDuration({ statistic: 'p99' })),
          ),
        ],
        [
          graph('Requests', [asked.requests, asked.refused, asked.failed]),
          graph('Time to an answer, p99 (ms)', [asked.latency]),
        ],
      ],
    });
  }
}
