import * as z from 'zod';
import { Unresolved } from './intrinsics.ts';
import type { Planned } from './plan.ts';
import { findFunction } from './plan-functions.ts';
import { readProperties } from './read-properties.ts';

/** A bucket of tokens: so many a second, and so many at once after a pause. */
export interface RequestLimit {
  perSecond: number;
  burst: number;
}

export interface RoutePlan {
  /** As the template has it, `GET /v/{code}`: what the function and the access log are told. */
  key: string;
  /** `ANY`: every method. */
  method: string;
  /** Of the path, each a text, a parameter of one part, or one of all that follows. */
  parts: RoutePart[];
  functionName: string;
  /** How long the gateway waits for the function. */
  timeoutMs: number;
  limit?: RequestLimit;
}

export type RoutePart = { kind: 'text'; text: string } | { kind: 'one' | 'rest'; name: string };

export interface HttpPlan {
  apiId: string;
  name: string;
  routes: RoutePlan[];
  /** A line of the access log, with `$context.…` in it. */
  accessLogFormat?: string;
}

const apiSchema = z.strictObject({
  Name: z.string(),
  ProtocolType: z.literal('HTTP', 'only HTTP APIs are known here'),
});

const integrationSchema = z.strictObject({
  ApiId: z.string(),
  IntegrationType: z.literal('AWS_PROXY', 'only functions are known here'),
  IntegrationUri: z.string(),
  PayloadFormatVersion: z.literal('2.0', 'only payload format 2.0 is known here'),
  TimeoutInMillis: z.number().default(30_000),
});

const routeSchema = z.strictObject({
  ApiId: z.string(),
  RouteKey: z.string(),
  AuthorizationType: z.literal('NONE', 'authorizers are not known here').optional(),
  Target: z.string().startsWith('integrations/'),
});

const limitSchema = z.strictObject({ ThrottlingRateLimit: z.number(), ThrottlingBurstLimit: z.number() });

const stageSchema = z.strictObject({
  ApiId: z.string(),
  StageName: z.literal('$default', 'only the stage $default is known here'),
  AutoDeploy: z.literal(true, 'only a stage that deploys itself is known here'),
  DefaultRouteSettings: limitSchema.optional(),
  RouteSettings: z.record(z.string(), limitSchema).optional(),
  AccessLogSettings: z.strictObject({ DestinationArn: z.unknown(), Format: z.string() }).optional(),
});

/** The template's HTTP API, with its one stage; none: it has none. */
export function planHttp(resources: Planned[]): HttpPlan | undefined {
  const ofType = (type: string) => resources.filter((resource) => resource.type === `AWS::ApiGatewayV2::${type}`);
  const [api, another] = ofType('Api');
  if (!api) return undefined;
  if (another) throw new Unresolved(`${another.logicalId}: more than one HTTP API is not known here`);
  const [stage, second] = ofType('Stage');
  if (!stage || second) throw new Unresolved(`${api.logicalId}: exactly one stage of an HTTP API is known here`);
  const settings = readProperties(stageSchema, stage.properties);
  const integrations = new Map(
    ofType('Integration').map(({ ref, properties }) => [ref, readProperties(integrationSchema, properties)]),
  );
  const routes = ofType('Route').map(({ logicalId, properties }): RoutePlan => {
    const { RouteKey: key, Target } = readProperties(routeSchema, properties);
    const integration = integrations.get(Target.replace('integrations/', ''));
    if (!integration) throw new Unresolved(`${logicalId}: ${Target} is not in the template`);
    const limit = settings.RouteSettings?.[key] ?? settings.DefaultRouteSettings;
    return {
      key,
      ...parseRouteKey(key, logicalId),
      functionName: findFunction(integration.IntegrationUri, resources),
      timeoutMs: integration.TimeoutInMillis,
      ...(limit && { limit: { perSecond: limit.ThrottlingRateLimit, burst: limit.ThrottlingBurstLimit } }),
    };
  });
  for (const key of Object.keys(settings.RouteSettings ?? {}))
    if (!routes.some((route) => route.key === key))
      throw new Unresolved(`${stage.logicalId}: RouteSettings names "${key}", which is no route`);
  return {
    apiId: api.ref,
    name: readProperties(apiSchema, api.properties).Name,
    routes,
    ...(settings.AccessLogSettings && { accessLogFormat: settings.AccessLogSettings.Format }),
  };
}

function parseRouteKey(key: string, logicalId: string): Pick<RoutePlan, 'method' | 'parts'> {
  const [, method = '', path = ''] = /^([A-Z]+) (\/.*)$/.exec(key) ?? [];
  if (method === '') throw new Unresolved(`${logicalId}: route key "${key}" is not known here`);
  const texts = path.split('/').slice(1);
  const parts = texts.map((text, i): RoutePart => {
    const [, name = '', rest = ''] = /^\{([^{}+]+)(\+?)\}$/.exec(text) ?? [];
    if (name === '' && /[{}]/.test(text)) throw new Unresolved(`${logicalId}: route key "${key}" is not known here`);
    if (rest && i < texts.length - 1) throw new Unresolved(`${logicalId}: "{${name}+}" stands last or not at all`);
    if (name === '') return { kind: 'text', text };
    return { kind: rest ? 'rest' : 'one', name };
  });
  return { method, parts };
}
