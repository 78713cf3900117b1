import { describe, expect, test } from 'vitest';
import { roles } from '../../functions/api/caller.ts';
import { deployedStack, flat, type Synthesised, synthesise } from './synthesised.ts';

const stack = deployedStack();
type Properties = Record<string, unknown>;
const one = (type: string, of: Synthesised = stack) => {
  const found = of.ofType<Properties>(type);
  expect(found).toHaveLength(1);
  return found[0]?.[1].Properties ?? {};
};
const apiEnvironment = (of: Synthesised = stack) => {
  const api = of
    .ofType<{ Environment: { Variables: Properties } }>('AWS::Lambda::Function')
    .find(([id]) => id === 'ApiFunction');
  return Object.fromEntries(
    Object.entries(api?.[1].Properties.Environment.Variables ?? {}).map(([name, value]) => [name, flat(value)]),
  );
};

describe('the gateway', () => {
  test('gives every request to the API, and verification, by any method, a tighter limit of its own', () => {
    const routes = stack.ofType<Properties>('AWS::ApiGatewayV2::Route').map(([, r]) => r.Properties);
    expect(routes.map((r) => r.RouteKey)).toEqual(['ANY /{proxy+}', 'ANY /', 'ANY /v/{code}']);
    for (const { Target } of routes) expect(flat(Target)).toBe('integrations/HttpIntegration');
    const stage = one('AWS::ApiGatewayV2::Stage');
    const all = stage.DefaultRouteSettings as Record<string, number>;
    const verify = (stage.RouteSettings as Record<string, Record<string, number>>)['ANY /v/{code}'] ?? {};
    expect(all.ThrottlingRateLimit).toBeGreaterThan(0);
    for (const limit of ['ThrottlingRateLimit', 'ThrottlingBurstLimit']) {
      expect(verify[limit]).toBeGreaterThan(0);
      expect(verify[limit]).toBeLessThan(all[limit] ?? 0);
    }
  });

  test('waits longer than the function may take, so that an answer is never cut off', () => {
    const integration = one('AWS::ApiGatewayV2::Integration');
    const api = stack.ofType<{ Timeout: number }>('AWS::Lambda::Function').find(([id]) => id === 'ApiFunction');
    expect(integration.PayloadFormatVersion).toBe('2.0');
    expect(integration.TimeoutInMillis).toBeGreaterThan(1000 * (api?.[1].Properties.Timeout ?? 0));
  });

  test('logs neither who asked nor the path, which opens a certificate to whoever reads it', () => {
    const { Format } = one('AWS::ApiGatewayV2::Stage').AccessLogSettings as { Format: string };
    const logged = [...Format.matchAll(/\$context\.([A-Za-z.]+)/g)].map(([, name]) => name);
    expect(logged).toEqual([
      'requestTime',
      'requestId',
      'routeKey',
      'httpMethod',
      'status',
      'error.responseType',
      'responseLatency',
      'integrationLatency',
      'responseLength',
    ]);
    expect(() => JSON.parse(Format)).not.toThrow();
  });

  test('lets no page of another origin read its answers', () => {
    expect(one('AWS::ApiGatewayV2::Api').CorsConfiguration).toBeUndefined();
  });
});

describe('sign-in', () => {
  const pool = one('AWS::Cognito::UserPool');
  const client = one('AWS::Cognito::UserPoolClient');

  test('asks everybody for a second factor, which is not a text message', () => {
    expect(pool.MfaConfiguration).toBe('ON');
    expect(pool.EnabledMfas).toEqual(['SOFTWARE_TOKEN_MFA']);
  });

  test('lets nobody enrol himself, asks for long passwords, and is not deleted by a deployment', () => {
    expect(pool.AdminCreateUserConfig).toEqual({ AllowAdminCreateUserOnly: true });
    expect((pool.Policies as { PasswordPolicy: Properties }).PasswordPolicy).toMatchObject({
      MinimumLength: 14,
      RequireLowercase: true,
      RequireUppercase: true,
      RequireNumbers: true,
      RequireSymbols: true,
      TemporaryPasswordValidityDays: 3,
    });
    expect(pool.DeletionProtection).toBe('ACTIVE');
    const [[, resource] = []] = stack.ofType('AWS::Cognito::UserPool');
    expect([resource?.DeletionPolicy, resource?.UpdateReplacePolicy]).toEqual(['Retain', 'Retain']);
  });

  test('gives codes and never tokens to the browser, tells strangers nothing, and leaves addresses out of tokens', () => {
    expect(client).toMatchObject({
      GenerateSecret: false,
      AllowedOAuthFlows: ['code'],
      AllowedOAuthScopes: ['openid', 'profile'],
      PreventUserExistenceErrors: 'ENABLED',
      EnableTokenRevocation: true,
      ReadAttributes: ['name'],
      IdTokenValidity: 60,
      TokenValidityUnits: expect.objectContaining({ IdToken: 'minutes' }),
    });
    // No password ever passes through a page of ours.
    expect((client.ExplicitAuthFlows as string[] | undefined) ?? []).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/PASSWORD|SRP|CUSTOM/)]),
    );
  });

  test("sends people back to the app's own pages only", () => {
    expect((client.CallbackURLs as unknown[]).map(flat)).toEqual(['HttpApi.ApiEndpoint/signed-in']);
    expect((client.LogoutURLs as unknown[]).map(flat)).toEqual(['HttpApi.ApiEndpoint/']);
    const there = synthesise({ publicUrl: 'https://papers.example.org' });
    const elsewhere = one('AWS::Cognito::UserPoolClient', there);
    expect(elsewhere.CallbackURLs).toEqual(['https://papers.example.org/signed-in']);
    expect(apiEnvironment(there).PUBLIC_URL).toBe('https://papers.example.org');
  });

  test('has a group for every role of every program, and no other', () => {
    const groups = stack
      .ofType<Properties>('AWS::Cognito::UserPoolGroup')
      .map(([, r]) => String(r.Properties.GroupName));
    const programs = ['staten-island-peer-specialist', 'recovery-support-specialist'];
    expect(groups.toSorted()).toEqual(programs.flatMap((p) => roles.map((role) => `${p}:${role}`)).toSorted());
  });

  test('is what the API checks tokens against', () => {
    expect(apiEnvironment()).toMatchObject({
      OIDC_ISSUER: 'SignInPool.ProviderURL',
      OIDC_AUDIENCE: 'SignInPoolClient',
      OIDC_GROUPS_CLAIM: 'cognito:groups',
      OIDC_ACTOR_CLAIM: 'cognito:username',
      PUBLIC_URL: 'HttpApi.ApiEndpoint',
    });
  });
});

describe("with an issuer of the programs' own", () => {
  test('there is no pool, and tokens are checked against that issuer', () => {
    const own = synthesise({ oidcIssuer: 'https://login.example.org/', oidcAudience: 'journeypaper' });
    expect(own.all.filter(([, r]) => r.Type.startsWith('AWS::Cognito::'))).toEqual([]);
    expect(apiEnvironment(own)).toMatchObject({
      OIDC_ISSUER: 'https://login.example.org/',
      OIDC_AUDIENCE: 'journeypaper',
      OIDC_GROUPS_CLAIM: 'groups',
      OIDC_ACTOR_CLAIM: 'preferred_username',
    });
  });

  test('half of it is refused, and so is one without TLS', () => {
    expect(() => synthesise({ oidcIssuer: 'https://login.example.org' })).toThrow(/oidcAudience: .*go together/);
    expect(() => synthesise({ oidcIssuer: 'http://login.example.org', oidcAudience: 'x' })).toThrow(
      /oidcIssuer: .*https/,
    );
    expect(() => synthesise({ publicUrl: 'https://papers.example.org/path' })).toThrow(/publicUrl: .*https/);
  });
});
