import { createHash, randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type RunningServer, readBody, respond, serveHttp } from './http-server.ts';
import { codeRegister, type Grant } from './oidc-codes.ts';
import { openTokenKey, type TokenKey } from './oidc-key.ts';
import { noticePage, pageHeaders, signInPage } from './oidc-page.ts';
import { type People, type Persona, personaKey } from './oidc-personas.ts';
import { type AuthorizeRequest, carried, type OidcClient, readAuthorize, withParameters } from './oidc-requests.ts';

export interface OidcOptions {
  /** Where the key is kept. */
  dataDir: string;
  /** 0: any free port. */
  port: number;
  client: OidcClient;
  people: People;
  /** Milliseconds since 1970; the machine's clock. */
  now?: () => number;
}

const maxFormBytes = 64 * 1024;
const html = 'text/html; charset=utf-8';

/**
 * An OpenID Connect issuer on 127.0.0.1, in the place of a Cognito user pool: the code flow with PKCE and nothing else. Who
 * signs in chooses who to be; the tokens are as Cognito's, and sound: whoever checks them checks them in full.
 *
 * @throws LocalError `port-in-use`.
 */
export async function startOidc(options: OidcOptions): Promise<RunningServer> {
  const { client, now = Date.now } = options;
  const codes = codeRegister(now);
  let opened: Promise<TokenKey> | undefined;
  // Making a key takes a moment, which only those who sign in need spend.
  const key = () => {
    opened ??= openTokenKey(options.dataDir);
    return opened;
  };
  let issuer = '';
  const server = await serveHttp('sign-in', options.port, async (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', issuer);
    const json = (status: number, body: unknown) =>
      respond(response, status, 'application/json', JSON.stringify(body), { 'cache-control': 'no-store' });
    switch (`${request.method} ${pathname}`) {
      case 'GET /.well-known/openid-configuration':
        return json(200, discovery(issuer, client));
      case 'GET /.well-known/jwks.json':
        return json(200, { keys: [(await key()).publicJwk] });
      case 'GET /oauth2/authorize':
        return showPersonas(response, searchParams, options);
      case 'POST /oauth2/authorize': {
        const form = await readForm(request);
        if (!form || !isOwn(request, issuer))
          return notice(response, 403, 'Not from this page', 'Choose on the sign-in page itself.');
        return choosePersona(response, form, options, (grant) => codes.issue(grant));
      }
      case 'POST /oauth2/token': {
        const form = await readForm(request);
        if (!form) return json(400, { error: 'invalid_request' });
        const grant = redeem(form, client, codes.redeem);
        return 'error' in grant ? json(400, grant) : json(200, await tokens(await key(), grant, issuer, client, now));
      }
      case 'GET /logout':
        return signOut(response, searchParams, client);
      default:
        return notice(response, 404, 'Nothing here', 'Begin in the app, which sends you here to sign in.');
    }
  });
  issuer = server.endpoint;
  return server;
}

function discovery(issuer: string, client: OidcClient) {
  return {
    issuer,
    authorization_endpoint: `${issuer}/oauth2/authorize`,
    token_endpoint: `${issuer}/oauth2/token`,
    jwks_uri: `${issuer}/.well-known/jwks.json`,
    end_session_endpoint: `${issuer}/logout`,
    response_types_supported: ['code'],
    grant_types_supported: ['authorization_code'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    scopes_supported: client.scopes,
    token_endpoint_auth_methods_supported: ['none'],
    code_challenge_methods_supported: ['S256'],
  };
}

async function showPersonas(response: ServerResponse, parameters: URLSearchParams, options: OidcOptions) {
  const reading = readAuthorize(parameters, options.client);
  if (reading.outcome !== 'sound') return refuse(response, reading);
  const body = signInPage(await options.people.recent(), carried(parameters));
  respond(response, 200, html, body, pageHeaders(reading.request.redirectUri));
}

async function choosePersona(
  response: ServerResponse,
  form: URLSearchParams,
  options: OidcOptions,
  issue: (grant: Grant) => string,
) {
  const reading = readAuthorize(form, options.client);
  if (reading.outcome !== 'sound') return refuse(response, reading);
  const key = chosenKey(form);
  const persona = await personaOf(options.people, key);
  if (!persona) return notice(response, 400, 'Nobody is there', nobodyText(key));
  const { redirectUri, state } = reading.request;
  redirect(
    response,
    withParameters(redirectUri, {
      code: issue({ request: reading.request, persona }),
      ...(state !== undefined && { state }),
    }),
  );
}

/** A key, or where it ends before the id, with the id that was typed beside it. */
function chosenKey(form: URLSearchParams): string {
  const key = form.get('persona') ?? '';
  return key.endsWith(':') ? `${key}${(form.get('id') ?? '').trim()}` : key;
}

async function personaOf({ recent, find }: People, key: string): Promise<Persona | undefined> {
  return (await recent()).find((each) => personaKey(each) === key) ?? (await find(key));
}

function nobodyText(key: string): string {
  const who = key === '' ? 'Nobody was chosen.' : `Nobody is ${key.slice(0, 200)}: program, role and id.`;
  return `${who} Go back and choose somebody who is there, or an apprentice by their id.`;
}

function refuse(response: ServerResponse, reading: Exclude<ReturnType<typeof readAuthorize>, { outcome: 'sound' }>) {
  if (reading.outcome === 'refused') redirect(response, reading.redirectTo);
  else notice(response, 400, 'This sign-in cannot go on', reading.message);
}

function redeem(
  form: URLSearchParams,
  client: OidcClient,
  take: (code: string, redirectUri: string, verifier: string) => Grant | undefined,
): Grant | { error: string } {
  const one = (name: string) => (form.getAll(name).length === 1 ? (form.get(name) ?? '') : '');
  if (one('grant_type') !== 'authorization_code') return { error: 'unsupported_grant_type' };
  if (one('client_id') !== client.clientId) return { error: 'invalid_client' };
  return take(one('code'), one('redirect_uri'), one('code_verifier')) ?? { error: 'invalid_grant' };
}

async function tokens(
  key: TokenKey,
  { request, persona }: Grant,
  issuer: string,
  client: OidcClient,
  now: () => number,
) {
  const at = Math.floor(now() / 1000);
  const common = {
    iss: issuer,
    sub: subjectOf(persona),
    iat: at,
    auth_time: at,
    exp: at + client.tokenSeconds,
    'cognito:groups': [`${persona.program}:${persona.role}`],
  };
  const id = {
    ...common,
    aud: client.clientId,
    jti: randomUUID(),
    token_use: 'id',
    'cognito:username': persona.id,
    ...(request.scope.split(' ').includes('profile') && { name: persona.name }),
    ...nonceOf(request),
  };
  // As Cognito's it names no audience: what asks for one does not take it for an ID token.
  const access = {
    ...common,
    client_id: client.clientId,
    jti: randomUUID(),
    token_use: 'access',
    scope: request.scope,
  };
  return {
    id_token: await key.sign(id),
    access_token: await key.sign({ ...access, username: persona.id }),
    token_type: 'Bearer',
    expires_in: client.tokenSeconds,
  };
}

const nonceOf = ({ nonce }: AuthorizeRequest) => (nonce === undefined ? {} : { nonce });

/** The same for one person at every sign-in, and no name. */
function subjectOf(persona: Persona): string {
  const hash = createHash('sha256').update(`${persona.program}:${persona.id}`).digest('hex');
  return hash.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** Nobody stays signed in here: there is only the way back. */
function signOut(response: ServerResponse, parameters: URLSearchParams, client: OidcClient) {
  const to = parameters.get('logout_uri') ?? parameters.get('post_logout_redirect_uri');
  if (to !== null && parameters.get('client_id') === client.clientId && client.logoutUris.includes(to))
    return redirect(response, to);
  notice(response, 400, 'Signed out', 'The request names no address of the app to go back to.');
}

function redirect(response: ServerResponse, to: string): void {
  respond(response, 302, html, '', { location: to, 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' });
}

function notice(response: ServerResponse, status: number, title: string, message: string): void {
  respond(response, status, html, noticePage(title, message), pageHeaders());
}

/** Another page's form must not sign anybody in: browsers name the page that a form was on. */
function isOwn(request: IncomingMessage, issuer: string): boolean {
  const { origin } = request.headers;
  const site = request.headers['sec-fetch-site'];
  return (origin === undefined || origin === issuer) && (site === undefined || site === 'same-origin');
}

async function readForm(request: IncomingMessage): Promise<URLSearchParams | undefined> {
  const body = await readBody(request, maxFormBytes);
  if (body === 'too-large' || !request.headers['content-type']?.startsWith('application/x-www-form-urlencoded'))
    return undefined;
  return new URLSearchParams(body.toString());
}
