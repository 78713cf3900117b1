import { Aws, Duration, RemovalPolicy } from 'aws-cdk-lib';
import {
  AccountRecovery,
  CfnManagedLoginBranding,
  CfnUserPoolGroup,
  ClientAttributes,
  ManagedLoginVersion,
  Mfa,
  OAuthScope,
  UserPool,
  type UserPoolClient,
  UserPoolClientIdentityProvider,
} from 'aws-cdk-lib/aws-cognito';
import { Construct } from 'constructs';
import { accept } from './accept.ts';
import { pascalCase } from './mail-events.ts';

/** Whoever vouches for people: what the app checks their tokens against. */
export type Issuer = { issuer: string; audience: string; groupsClaim: string; actorClaim: string };

export type SignInProps = {
  /** Where the app is: its pages are the only ones to which people are sent back. */
  origin: string;
  /** Of the sign-in page's address; unique in the region. None: made of the stage and the account. */
  domainPrefix?: string | undefined;
  stage: string;
  programs: readonly string[];
};

export const roles = ['administrator', 'assessor', 'apprentice', 'auditor', 'operator'] as const;

/**
 * The people of all programs and their sign-in page. Who may do what is a group, `{program}:{role}`; the user name is
 * the id under which the records know a person, so that it never changes and is never taken by somebody else.
 */
export class SignIn extends Construct {
  readonly pool: UserPool;
  readonly client: UserPoolClient;
  private readonly props: SignInProps;

  constructor(scope: Construct, id: string, props: SignInProps) {
    super(scope, id);
    this.props = props;
    this.pool = this.userPool();
    this.client = this.userPoolClient();
    this.page();
    for (const program of props.programs) {
      for (const role of roles) {
        new CfnUserPoolGroup(this, `${pascalCase(program)}${pascalCase(role)}`, {
          userPoolId: this.pool.userPoolId,
          groupName: `${program}:${role}`,
        });
      }
    }
  }

  get issuer(): Issuer {
    return {
      issuer: this.pool.userPoolProviderUrl,
      audience: this.client.userPoolClientId,
      groupsClaim: 'cognito:groups',
      actorClaim: 'cognito:username',
    };
  }

  private userPool(): UserPool {
    const pool = new UserPool(this, 'Pool', {
      // A program enrols its people, nobody enrols himself.
      selfSignUpEnabled: false,
      signInAliases: { username: true },
      // As ids in the records are.
      signInCaseSensitive: true,
      standardAttributes: { email: { required: true, mutable: true }, fullname: { required: false, mutable: true } },
      autoVerify: { email: true },
      accountRecovery: AccountRecovery.EMAIL_ONLY,
      mfa: Mfa.REQUIRED,
      mfaSecondFactor: { otp: true, sms: false },
      passwordPolicy: {
        minLength: 14,
        requireLowercase: true,
        requireUppercase: true,
        requireDigits: true,
        requireSymbols: true,
        tempPasswordValidity: Duration.days(3),
      },
      deletionProtection: true,
      removalPolicy: RemovalPolicy.RETAIN,
    });
    accept(
      pool,
      'AwsSolutions-COG8',
      "Threat protection is a plan that is priced by user. Everybody here has a second factor, nobody signs up, and a program's own issuer can take this pool's place.",
    );
    return pool;
  }

  /** A public client: what it is given must be asked for again with the secret of that one sign-in (PKCE). */
  private userPoolClient(): UserPoolClient {
    const { origin } = this.props;
    return this.pool.addClient('Client', {
      generateSecret: false,
      authFlows: {},
      oAuth: {
        flows: { authorizationCodeGrant: true, implicitCodeGrant: false, clientCredentials: false },
        scopes: [OAuthScope.OPENID, OAuthScope.PROFILE],
        callbackUrls: [`${origin}/signed-in`],
        logoutUrls: [`${origin}/`],
      },
      supportedIdentityProviders: [UserPoolClientIdentityProvider.COGNITO],
      // Otherwise a token carries the address too.
      readAttributes: new ClientAttributes().withStandardAttributes({ fullname: true }),
      writeAttributes: new ClientAttributes(),
      preventUserExistenceErrors: true,
      enableTokenRevocation: true,
      idTokenValidity: Duration.hours(1),
      accessTokenValidity: Duration.hours(1),
      refreshTokenValidity: Duration.hours(1),
    });
  }

  private page(): void {
    const { domainPrefix, stage } = this.props;
    const domain = this.pool.addDomain('Domain', {
      cognitoDomain: { domainPrefix: domainPrefix ?? `journeypaper-${stage}-${Aws.ACCOUNT_ID}` },
      managedLoginVersion: ManagedLoginVersion.NEWER_MANAGED_LOGIN,
    });
    const branding = new CfnManagedLoginBranding(this, 'Branding', {
      userPoolId: this.pool.userPoolId,
      clientId: this.client.userPoolClientId,
      useCognitoProvidedValues: true,
    });
    branding.node.addDependency(domain);
  }
}
