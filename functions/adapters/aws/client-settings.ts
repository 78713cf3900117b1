import type { DynamoDBClientConfig } from '@aws-sdk/client-dynamodb';

/** The services that a step talks to, as the SDK's `AWS_ENDPOINT_URL_*` variables name them. */
export type Service = 'DYNAMODB' | 'SQS' | 'SES' | 'S3' | 'KMS';

type Limits = { connectionTimeoutMs?: number; requestTimeoutMs: number };
type Environment = Record<string, string | undefined>;

/**
 * The SDK copies whatever a call sent and got for its log, piece by piece, also where nobody listens: some fifth of the
 * time that reading a hundred records took. It leaves that where its logger has no `info` and no `error`.
 */
export const silentLogger = {
  trace: () => undefined,
  debug: () => undefined,
  warn: () => undefined,
} as unknown as NonNullable<DynamoDBClientConfig['logger']>;

/**
 * What every SDK client is made with. A call that hangs throws: `requestTimeout` by itself only logs a warning.
 *
 * Fails closed: where one service is redirected to this machine, a client whose service is not redirected is refused,
 * so that neither a test nor the local realisation can reach a real account by an oversight.
 */
export function clientSettings(service: Service, limits: Limits, environment: Environment = process.env) {
  const endpoint = endpointOf(service, environment);
  if (endpoint === undefined && isLocal(environment)) {
    throw new Error(
      `AWS_ENDPOINT_URL_${service} is not set, but another service is redirected to this machine; set it too`,
    );
  }
  return {
    logger: silentLogger,
    ...(endpoint !== undefined && { endpoint }),
    retryMode: 'standard' as const,
    requestHandler: {
      connectionTimeout: limits.connectionTimeoutMs ?? 1_500,
      requestTimeout: limits.requestTimeoutMs,
      throwOnRequestTimeout: true,
    },
  };
}

/** Where a service was redirected to, if it was. */
export function endpointOf(service: Service, environment: Environment = process.env): string | undefined {
  return environment[`AWS_ENDPOINT_URL_${service}`] || environment.AWS_ENDPOINT_URL || undefined;
}

function isLocal(environment: Environment): boolean {
  return Object.entries(environment).some(
    ([name, value]) =>
      name.startsWith('AWS_ENDPOINT_URL') && /^https?:\/\/(127\.|localhost[:/]|\[::1\])/.test(value ?? ''),
  );
}
