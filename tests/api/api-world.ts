import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { S3Client } from '@aws-sdk/client-s3';
import type { Hono } from 'hono';
import { dynamoAccess } from '../../functions/adapters/aws/dynamo-access.ts';
import { dynamoExports } from '../../functions/adapters/aws/dynamo-exports.ts';
import { dynamoIdempotency } from '../../functions/adapters/aws/dynamo-idempotency.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { randomIds } from '../../functions/adapters/aws/ids.ts';
import { kmsSignatureCheck } from '../../functions/adapters/aws/kms-signer.ts';
import { s3DocumentLinks } from '../../functions/adapters/aws/s3-document-links.ts';
import { oidcSignIn } from '../../functions/adapters/oidc/sign-in.ts';
import { oidcTokenCheck } from '../../functions/adapters/oidc/token-check.ts';
import { printableCheck } from '../../functions/adapters/pdf/printable.ts';
import { staticFiles } from '../../functions/adapters/web/static-files.ts';
import type { ApiPorts, ApiSettings } from '../../functions/api/api-ports.ts';
import { makeApp } from '../../functions/api/app.ts';
import type { Route } from '../../functions/api/route.ts';
import { emptyChain } from '../../functions/domain/audit.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import type { Message } from '../../functions/domain/messages.ts';
import { instantOf } from '../../functions/domain/time.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { classicTemplate } from '../support/certificate-content.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { signerHere } from '../support/signer-here.ts';
import { newEnrollment, smallFramework, smallProgram } from '../support/small-world.ts';
import { audience, startIssuer } from './issuer.ts';

export const origin = 'https://papers.example';
export const settings: ApiSettings = {
  groupsClaim: 'cognito:groups',
  actorClaim: 'cognito:username',
  publicOrigin: origin,
};

export type ApiWorld = Awaited<ReturnType<typeof startApiWorld>>;

/**
 * The application over a real table and a real issuer of tokens, both on this machine, with two programs in it
 * (`harbor` and `harbor-annex`). Messages are kept in `sent`: no step runs.
 */
export async function startApiWorld(routes?: readonly Route[]) {
  const [table, issuer] = await Promise.all([startRecordsTable(), startIssuer()]);
  const clock = { now: () => instantOf(Date.now()) };
  const sent: Message[] = [];
  const failures: { error: unknown; fields: Record<string, string | number> }[] = [];
  const requests = countRequests(table.client);
  const signer = signerHere();
  const ports: ApiPorts = {
    store: dynamoStore(table),
    queue: { send: async (message) => void sent.push(message) },
    clock,
    ids: randomIds(clock),
    unprintable: printableCheck(),
    tokens: oidcTokenCheck({ issuer: issuer.issuer, audience, clock }),
    signIn: oidcSignIn({ issuer: issuer.issuer, clientId: audience }),
    files: staticFiles(process.cwd()),
    access: dynamoAccess({ ...table, clock }),
    idempotency: dynamoIdempotency({ ...table, clock, claimSeconds: 60 }),
    links: s3DocumentLinks({
      client: new S3Client(localClientConfig('http://127.0.0.1:9')),
      bucket: 'documents',
      clock,
    }),
    isCredentialSignature: kmsSignatureCheck(signer),
    exports: dynamoExports(table),
    // No bundle lies anywhere here: nobody has made one.
    exportLinks: { link: async () => undefined },
    failed: (error, fields) => void failures.push({ error, fields }),
  };
  for (const id of ['harbor', 'harbor-annex'])
    await ports.store.putProgram({ ...smallProgram(), id }, classicTemplate, smallFramework);
  const app = makeApp(ports, settings, routes);
  return {
    app,
    ports,
    origin,
    /** An enrollment of `harbor`, put into the table as enrolling leaves it. */
    async enroll(more: Partial<Enrollment> = {}): Promise<Enrollment> {
      const enrollment = newEnrollment(more);
      const fresh = { ...enrollment, chain: emptyChain(enrollment, enrollment.lastChangeAt) };
      await ports.store.createEnrollment(fresh, []);
      return fresh;
    },
    issuer,
    /** The table, for a hand behind the application's back. */
    table,
    /** Holds the key that certificates are signed with. */
    signer,
    sent,
    failures,
    requests,
    /** One request as somebody sends it; `token` goes into the header, `body` as JSON. */
    ask: (method: string, path: string, given: Asking = {}) => ask(app, method, path, given),
    async stop() {
      await Promise.all([table.stop(), issuer.stop()]);
    },
  };
}

export type Asking = { token?: string | undefined; headers?: Record<string, string>; body?: unknown };

function ask(app: Hono, method: string, path: string, { token, headers = {}, body }: Asking): Promise<Response> {
  return Promise.resolve(
    app.request(`${origin}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    }),
  );
}

/** An answer's JSON, whatever it is. */
export const readJson = async (answer: Response) => JSON.parse(await answer.text());

/** Counts what a client asks of the table from now on. */
function countRequests(client: DynamoDBClient): { count(): number } {
  let count = 0;
  client.middlewareStack.add(
    (next) => (given) => {
      count++;
      return next(given);
    },
    { step: 'finalizeRequest', name: 'countRequests' },
  );
  return { count: () => count };
}
