import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { CfnApi, CfnIntegration, CfnRoute, CfnStage } from 'aws-cdk-lib/aws-apigatewayv2';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { CfnPermission } from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { accept } from './accept.ts';
import { ExplainedAlarm } from './explained-alarm.ts';
import type { Step } from './step.ts';

type RequestLimit = { perSecond: number; burst: number };

export type HttpApiProps = {
  dataKey: IKey;
  alarmTopic: ITopic;
  limits: { all: RequestLimit; verification: RequestLimit };
};

/** Every method: a HEAD asks whether a code is known as well as a GET does. */
const verification = 'ANY /v/{code}';
const routes = { Everything: 'ANY /{proxy+}', Home: 'ANY /', Verification: verification };

/**
 * What is kept of a request: enough to find it again and to see what is slow, and nothing about who asked. The route
 * and never the path, since the path of a certificate's page opens it; no address, no agent, no message of an error.
 */
const accessLogFormat = JSON.stringify({
  time: '$context.requestTime',
  request: '$context.requestId',
  route: '$context.routeKey',
  method: '$context.httpMethod',
  status: '$context.status',
  refusal: '$context.error.responseType',
  ms: '$context.responseLatency',
  functionMs: '$context.integrationLatency',
  bytes: '$context.responseLength',
});

const minutes = Duration.minutes(5);

/** The app's address on the web. Made before the function that serves it, which is told of it. */
export class HttpApi extends Construct {
  private readonly api: CfnApi;
  private readonly props: HttpApiProps;

  constructor(scope: Construct, id: string, props: HttpApiProps) {
    super(scope, id);
    this.props = props;
    this.api = new CfnApi(this, 'Api', {
      name: Stack.of(this).stackName,
      protocolType: 'HTTP',
      description: 'Journeypaper: the API and the pages',
    });
  }

  /** `https://…` without a path. */
  get endpoint(): string {
    return this.api.attrApiEndpoint;
  }

  /** All of its requests go to one function, which knows its routes; only what the gateway must tell apart is a route here. */
  serve(step: Step): void {
    const integration = new CfnIntegration(this, 'Integration', {
      apiId: this.api.ref,
      integrationType: 'AWS_PROXY',
      integrationUri: step.function.functionArn,
      payloadFormatVersion: '2.0',
      timeoutInMillis: 30_000,
    });
    const made = Object.entries(routes).map(
      ([name, routeKey]) =>
        new CfnRoute(this, name, {
          apiId: this.api.ref,
          routeKey,
          authorizationType: 'NONE',
          target: `integrations/${integration.ref}`,
        }),
    );
    for (const route of made) {
      accept(
        route,
        'AwsSolutions-APIG4',
        'The app checks the token of every request itself, by a table of all its routes that the tests walk: pages carry ' +
          'it in a cookie, which the gateway cannot read, and verification is public.',
      );
    }
    new CfnPermission(this, 'Invocation', {
      action: 'lambda:InvokeFunction',
      functionName: step.function.functionArn,
      principal: 'apigateway.amazonaws.com',
      sourceArn: Stack.of(this).formatArn({
        service: 'execute-api',
        resource: this.api.ref,
        resourceName: '*/*',
      }),
    });
    const stage = this.stage();
    // A limit of a route wants the route.
    for (const route of made) stage.node.addDependency(route);
    this.alarms();
  }

  /** How many, how many of them in vain, and how long they took. */
  metrics(period: Duration) {
    const metric = (metricName: string, statistic: string) =>
      new Metric({
        namespace: 'AWS/ApiGateway',
        metricName,
        dimensionsMap: { ApiId: this.api.ref },
        period,
        statistic,
      });
    return {
      requests: metric('Count', 'Sum'),
      refused: metric('4xx', 'Sum'),
      failed: metric('5xx', 'Sum'),
      latency: metric('Latency', 'p99'),
    };
  }

  private stage(): CfnStage {
    const { all, verification: verify } = this.props.limits;
    const log = new LogGroup(this, 'AccessLog', {
      logGroupName: `/${Stack.of(this).stackName}/requests`,
      retention: RetentionDays.ONE_YEAR,
      encryptionKey: this.props.dataKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    return new CfnStage(this, 'Stage', {
      apiId: this.api.ref,
      stageName: '$default',
      autoDeploy: true,
      defaultRouteSettings: { throttlingRateLimit: all.perSecond, throttlingBurstLimit: all.burst },
      // Untyped in the CDK: names as CloudFormation has them.
      routeSettings: {
        [verification]: { ThrottlingRateLimit: verify.perSecond, ThrottlingBurstLimit: verify.burst },
      },
      accessLogSettings: { destinationArn: log.logGroupArn, format: accessLogFormat },
    });
  }

  private alarms(): void {
    const { failed, latency } = this.metrics(minutes);
    const topic = this.props.alarmTopic;
    new ExplainedAlarm(this, 'Fails', {
      topic,
      meaning: 'People who open a page, sign off evidence or scan a certificate get an error instead.',
      runbook: 'requests-fail',
      metric: failed,
      threshold: 5,
    });
    new ExplainedAlarm(this, 'Slow', {
      topic,
      meaning: 'Pages and verifications take so long that people give up or try again.',
      runbook: 'requests-are-slow',
      metric: latency,
      threshold: 3_000,
      periods: 3,
    });
  }
}
