import { handle } from 'hono/aws-lambda';
import { systemClock } from '../adapters/aws/clock.ts';
import { dynamoAccess } from '../adapters/aws/dynamo-access.ts';
import { dynamoClient } from '../adapters/aws/dynamo-client.ts';
import { dynamoExports } from '../adapters/aws/dynamo-exports.ts';
import { dynamoIdempotency } from '../adapters/aws/dynamo-idempotency.ts';
import { dynamoStore } from '../adapters/aws/dynamo-store.ts';
import { randomIds } from '../adapters/aws/ids.ts';
import { readEnv } from '../adapters/aws/read-env.ts';
import { sqsClient, sqsQueue } from '../adapters/aws/sqs-queue.ts';
import { stepJournal } from '../adapters/aws/step-journal.ts';
import { warmUp } from '../adapters/aws/warm-up.ts';
import { oidcSignIn } from '../adapters/oidc/sign-in.ts';
import { oidcTokenCheck } from '../adapters/oidc/token-check.ts';
import { printableCheck } from '../adapters/pdf/printable.ts';
import { staticFiles } from '../adapters/web/static-files.ts';
import type { DocumentLink, DocumentLinks } from '../ports/document-links.ts';
import type { ExportLinks } from '../ports/export-store.ts';
import type { ApiPorts } from './api-ports.ts';
import { makeApp } from './app.ts';
import { apiEnv, maxRequestSeconds } from './env.ts';

const env = readEnv(apiEnv, process.env);
const table = { client: dynamoClient(), tableName: env.TABLE_NAME };

let links: DocumentLinks | undefined;
/** The client of S3 is the largest of all, and few requests ask for a document: no cold start pays for it. */
async function link(key: string, filename: string): Promise<DocumentLink> {
  if (!links) {
    const [{ s3Client }, { s3DocumentLinks }] = await Promise.all([
      import('../adapters/aws/s3-client.ts'),
      import('../adapters/aws/s3-document-links.ts'),
    ]);
    links = s3DocumentLinks({ client: s3Client(), bucket: env.DOCUMENTS_BUCKET, clock: systemClock });
  }
  return links.link(key, filename);
}

let exportLinks: ExportLinks | undefined;
async function exportLink(...given: Parameters<ExportLinks['link']>): Promise<string | undefined> {
  if (!exportLinks) {
    const [{ s3Client }, { s3ExportLinks }] = await Promise.all([
      import('../adapters/aws/s3-client.ts'),
      import('../adapters/aws/s3-export-links.ts'),
    ]);
    exportLinks = s3ExportLinks({ client: s3Client(), bucket: env.EXPORTS_BUCKET });
  }
  return exportLinks.link(...given);
}

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
  links: { link },
  exports: dynamoExports(table),
  exportLinks: { link: exportLink },
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
