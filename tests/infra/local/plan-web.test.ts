import { expect, test } from 'vitest';
import { LocalError } from '../../../infra/local/local-error.ts';
import type { Resource } from '../../../infra/local/template/intrinsics.ts';
import { planStack } from '../../../infra/local/template/plan.ts';

const plan = (Resources: Record<string, Resource>) =>
  planStack({ Resources }, 'Stack', { sqs: 4321, http: 4322, oidc: 4323 }, '/assets');

const web: Record<string, Resource> = {
  ApiFunction: {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Code: { S3Bucket: 'assets', S3Key: 'x.zip' },
      Handler: 'index.handler',
      Runtime: 'nodejs24.x',
      Environment: {
        Variables: {
          PUBLIC_URL: { 'Fn::GetAtt': ['Api', 'ApiEndpoint'] },
          OIDC_ISSUER: { 'Fn::GetAtt': ['Pool', 'ProviderURL'] },
          OIDC_AUDIENCE: { Ref: 'Client' },
        },
      },
    },
    Metadata: { 'aws:asset:path': 'asset.1' },
  },
  Api: { Type: 'AWS::ApiGatewayV2::Api', Properties: { Name: 'App', ProtocolType: 'HTTP' } },
  Integration: {
    Type: 'AWS::ApiGatewayV2::Integration',
    Properties: {
      ApiId: { Ref: 'Api' },
      IntegrationType: 'AWS_PROXY',
      IntegrationUri: { 'Fn::GetAtt': ['ApiFunction', 'Arn'] },
      PayloadFormatVersion: '2.0',
      TimeoutInMillis: 20_000,
    },
  },
  Verify: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Api' },
      RouteKey: 'GET /v/{code}',
      AuthorizationType: 'NONE',
      Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
    },
  },
  Rest: {
    Type: 'AWS::ApiGatewayV2::Route',
    Properties: {
      ApiId: { Ref: 'Api' },
      RouteKey: 'ANY /{proxy+}',
      Target: { 'Fn::Join': ['', ['integrations/', { Ref: 'Integration' }]] },
    },
  },
  Stage: {
    Type: 'AWS::ApiGatewayV2::Stage',
    Properties: {
      ApiId: { Ref: 'Api' },
      StageName: '$default',
      AutoDeploy: true,
      DefaultRouteSettings: { ThrottlingRateLimit: 50, ThrottlingBurstLimit: 100 },
      RouteSettings: { 'GET /v/{code}': { ThrottlingRateLimit: 5, ThrottlingBurstLimit: 10 } },
      AccessLogSettings: { DestinationArn: 'arn:aws:logs:x', Format: '$context.status' },
    },
  },
  Pool: { Type: 'AWS::Cognito::UserPool', Properties: { MfaConfiguration: 'ON' } },
  Client: {
    Type: 'AWS::Cognito::UserPoolClient',
    Properties: {
      UserPoolId: { Ref: 'Pool' },
      AllowedOAuthFlowsUserPoolClient: true,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid'],
      CallbackURLs: [{ 'Fn::Join': ['', [{ 'Fn::GetAtt': ['Api', 'ApiEndpoint'] }, '/signed-in']] }],
      IdTokenValidity: 2,
      TokenValidityUnits: { IdToken: 'hours' },
    },
  },
  Group: {
    Type: 'AWS::Cognito::UserPoolGroup',
    Properties: { GroupName: 'peer:assessor', UserPoolId: { Ref: 'Pool' } },
  },
};
const changed = (id: string, properties: Record<string, unknown>): Record<string, Resource> => ({
  ...web,
  [id]: { Type: web[id]?.Type ?? '', Properties: { ...web[id]?.Properties, ...properties } },
});
const without = (id: string) => Object.fromEntries(Object.entries(web).filter(([name]) => name !== id));

test('the HTTP API becomes routes with limits, and the function hears where it is', () => {
  const { http, functions } = plan(web);
  expect(http).toEqual({
    apiId: 'Api',
    name: 'App',
    accessLogFormat: '$context.status',
    routes: [
      {
        key: 'GET /v/{code}',
        method: 'GET',
        parts: [
          { kind: 'text', text: 'v' },
          { kind: 'one', name: 'code' },
        ],
        functionName: 'Stack-ApiFunction',
        timeoutMs: 20_000,
        limit: { perSecond: 5, burst: 10 },
      },
      {
        key: 'ANY /{proxy+}',
        method: 'ANY',
        parts: [{ kind: 'rest', name: 'proxy' }],
        functionName: 'Stack-ApiFunction',
        timeoutMs: 20_000,
        limit: { perSecond: 50, burst: 100 },
      },
    ],
  });
  expect(functions[0]?.environment).toEqual({
    PUBLIC_URL: 'http://127.0.0.1:4322',
    OIDC_ISSUER: 'http://127.0.0.1:4323',
    OIDC_AUDIENCE: 'Client',
  });
});

test('the user pool becomes an issuer with its client and groups', () => {
  expect(plan(web).signIn).toEqual({
    issuer: 'http://127.0.0.1:4323',
    clientId: 'Client',
    redirectUris: ['http://127.0.0.1:4322/signed-in'],
    logoutUris: [],
    scopes: ['openid'],
    tokenSeconds: 7_200,
    groups: ['peer:assessor'],
  });
});

test('without an HTTP API and a pool there is neither', () => {
  const { http, signIn } = plan({});
  expect([http, signIn]).toEqual([undefined, undefined]);
});

test.each<[string, Record<string, Resource>, RegExp]>([
  ['a WebSocket API', changed('Api', { ProtocolType: 'WEBSOCKET' }), /only HTTP APIs/],
  ['CORS', changed('Api', { CorsConfiguration: {} }), /Api .*CorsConfiguration is not known/],
  ['another payload format', changed('Integration', { PayloadFormatVersion: '1.0' }), /only payload format 2.0/],
  ['an authorizer', changed('Rest', { AuthorizationType: 'JWT' }), /authorizers are not known/],
  ['a route of a strange form', changed('Rest', { RouteKey: '$default' }), /"\$default" is not known/],
  ['a rest in the middle', changed('Rest', { RouteKey: 'ANY /{a+}/b' }), /\{a\+\}.* stands last/],
  ['a stage with a name', changed('Stage', { StageName: 'live' }), /only the stage \$default/],
  ['no stage', without('Stage'), /exactly one stage/],
  [
    'a limit of no route',
    changed('Stage', { RouteSettings: { 'GET /x': { ThrottlingRateLimit: 1, ThrottlingBurstLimit: 1 } } }),
    /"GET \/x", which is no route/,
  ],
  [
    'a route setting',
    changed('Stage', { DefaultRouteSettings: { DetailedMetricsEnabled: true } }),
    /DetailedMetricsEnabled is not known/,
  ],
  ['a route to nowhere', without('Integration'), /Integration/],
  ['a client with a secret', changed('Client', { GenerateSecret: true }), /only a public client/],
  ['the implicit flow', changed('Client', { AllowedOAuthFlows: ['code', 'implicit'] }), /Client|AllowedOAuthFlows/],
  ['a pool of two clients', { ...web, Other: web.Client as Resource }, /exactly one client/],
])('%s stops it, and it says which', (_, resources, message) => {
  expect(() => plan(resources)).toThrow(LocalError);
  expect(() => plan(resources)).toThrow(message);
});
