import { handle } from 'hono/aws-lambda';
import { systemClock } from '../adapters/aws/clock.ts';
import { dynamoAccess } from '../adapters/aws/dynamo-access.ts';
import { dynamoClient } from '../adapters/aws/dynamo-client.ts';
import { dynamoExports } from '../adapters/aws/dynamo-exports.ts';
import { dynamoIdempotency } from '../adapters/aws/dynamo-idempotency.ts';
import { dynamoStore } from '../adapters/aws/dynamo-store.ts';
import { randomIds } from '../adapters/aws/ids.ts';
import { lateLinks } from '../adapters/aws/late-links.ts';
import { lateSignatureCheck } from '../adapters/aws/late-signature-check.ts';
import { readEnv } from '../adapters/aws/read-env.ts';
import { sqsClient, sqsQueue } from '../adapters/aws/sqs-queue.ts';
import { stepJournal } from '../adapters/aws/step-journal.ts';
import { warmUp } from '../adapters/aws/warm-up.ts';
import { oidcSignIn } from '../adapters/oidc/sign-in.ts';
import { oidcTokenCheck } from '../adapters/oidc/token-check.ts';
import { printableCheck } from '../adapters/pdf/printable.ts';
import { staticFiles } from '../adapters/web/static-files.ts';
import type { ApiPorts } from './api-ports.ts';
import { makeApp } from './app.ts';
import { apiEnv, maxRequestSeconds } from './env.ts';

const env = readEnv(apiEnv, process.env);
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };

const ports: ApiPorts = {
  store: dynamoStore(table),
  queue: sqsQueue({
    client: sqsClient(),
    urls: {
      evaluation: env.EVALUATION_QUEUE_URL,
      issue: env.ISSUE_QUEUE_URL,
      delivery: env.DELIVERY_QUEUE_URL,
      export: env.EXPORT_QUEUE_URL,
    },
  }),
  clock: systemClock,
  ids: randomIds(systemClock),
  unprintable: printableCheck(),
  tokens: oidcTokenCheck({ issuer: env.OIDC_ISSUER, audience: env.OIDC_AUDIENCE, clock: systemClock }),
  signIn: oidcSignIn({ issuer: env.OIDC_ISSUER, clientId: env.OIDC_AUDIENCE }),
  files: staticFiles(process.env.LAMBDA_TASK_ROOT ?? process.cwd()),
  access: dynamoAccess({ ...table, clock: systemClock }),
  idempotency: dynamoIdempotency({ ...table, clock: systemClock, claimSeconds: 2 * maxRequestSeconds }),
  exports: dynamoExports(table),
  isCredentialSignature: lateSignatureCheck(env.SIGNING_KEY_ID),
  ...lateLinks({ documents: env.DOCUMENTS_BUCKET, exports: env.EXPORTS_BUCKET }, systemClock),
  failed: stepJournal('api').failed,
};
warmUp(ports.store);

/** API Gateway's edge of the application: the whole request arrives at once, and the answer leaves at once. */
export const handler = handle(
  makeApp(ports, {
    groupsClaim: env.OIDC_GROUPS_CLAIM,
    actorClaim: env.OIDC_ACTOR_CLAIM,
    publicOrigin: env.PUBLIC_URL === '' ? undefined : new URL(env.PUBLIC_URL).origin,
  }),
);
