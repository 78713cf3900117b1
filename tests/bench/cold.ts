import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import type { ApiEnv } from '../../functions/api/env.ts';
import type { DeliverEnv } from '../../functions/deliver/env.ts';
import type { EvaluateEnv } from '../../functions/evaluate/env.ts';
import type { ExportEnv } from '../../functions/export/env.ts';
import type { FeedbackEnv } from '../../functions/feedback/env.ts';
import type { IssueEnv } from '../../functions/issue/env.ts';
import type { SweepEnv } from '../../functions/sweep/env.ts';
import { bundleStep, type StepName, stepNames } from '../../infra/bundle.ts';
import { type Group, median, type Row, row } from './row.ts';

const root = join(import.meta.dirname, '../..');
const rounds = 15;

/** What each step's adapters take from the SDK: the clients made, and the commands that they send. */
const sdkOf: Record<StepName, string[]> = {
  evaluate: ['dynamodb', 'sqs'],
  issue: ['dynamodb', 'sqs', 's3', 'kms'],
  deliver: ['dynamodb', 'sqs', 's3', 'ses'],
  feedback: ['dynamodb'],
  export: ['dynamodb', 'sqs', 's3', 'kms'],
  sweep: ['dynamodb', 'sqs', 's3'],
  api: ['dynamodb', 'sqs', 's3', 'kms'],
};
const commands: Record<string, { client: string; commands: string[] }> = {
  dynamodb: {
    client: 'DynamoDBClient',
    commands: ['GetItemCommand', 'PutItemCommand', 'DeleteItemCommand', 'QueryCommand', 'TransactWriteItemsCommand'],
  },
  sqs: { client: 'SQSClient', commands: ['SendMessageCommand'] },
  s3: { client: 'S3Client', commands: ['PutObjectCommand', 'GetObjectCommand'] },
  kms: { client: 'KMSClient', commands: ['SignCommand'] },
  ses: { client: 'SESClient', commands: ['SendRawEmailCommand'] },
};

/** Bundle size and import CPU of every handler, beside an empty one and one that makes only its SDK clients. */
export const cold: Group = async (tell) => {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-cold-'));
  try {
    const bundles = new Map<string, string>([
      ['empty', bundleText(folder, 'empty', 'export const handler = () => {};')],
    ]);
    for (const step of stepNames) {
      tell(`bundling ${step}`);
      bundles.set(step, join(bundleStep(step, folder), 'index.js'));
      bundles.set(`${step}.sdk-only`, bundleText(folder, `${step}-sdk`, sdkOnly(sdkOf[step])));
    }
    const times = new Map<string, number[]>([...bundles.keys()].map((name) => [name, []]));
    // Rounds go around the bundles, so that a slow spell of the machine touches all of them.
    for (let round = 0; round < rounds; round++) {
      tell(`round ${round + 1} of ${rounds}`);
      for (const [name, path] of bundles) times.get(name)?.push(importMilliseconds(path));
    }
    const cpu = (name: string) => median(times.get(name) ?? []);
    const rows: Row[] = [row('cold.empty.cpu-ms', cpu('empty'), 'ms')];
    for (const step of stepNames) {
      rows.push(row(`cold.${step}.kb`, statSync(bundles.get(step) ?? '').size / 1024, 'KB'));
      rows.push(row(`cold.${step}.cpu-ms`, cpu(step), 'ms'));
      rows.push(row(`cold.${step}.sdk-only.cpu-ms`, cpu(`${step}.sdk-only`), 'ms'));
      rows.push(
        row(
          `cold.${step}.ratio`,
          cpu(step) / cpu(`${step}.sdk-only`),
          'x',
          step === 'evaluate' ? { atMost: 1.5 } : undefined,
        ),
      );
    }
    return rows;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

function sdkOnly(names: readonly string[]): string {
  const lines = names.flatMap((name) => {
    const { client = '', commands: used = [] } = commands[name] ?? {};
    return [
      `import { ${[client, ...used].join(', ')} } from '@aws-sdk/client-${name}';`,
      `const ${name} = [new ${client}({}), ${used.join(', ')}];`,
    ];
  });
  return `${lines.join('\n')}\nexport const handler = () => [${names.join(', ')}];`;
}

export function bundleText(folder: string, name: string, contents: string, more: readonly string[] = []): string {
  const source = join(folder, `${name}.ts`);
  const outfile = join(folder, `${name}.js`);
  writeFileSync(source, contents);
  const options = {
    bundle: true,
    minify: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    legalComments: 'none',
  } as const;
  buildSync({
    ...options,
    entryPoints: [source],
    outfile,
    mainFields: ['module', 'main'],
    nodePaths: [...more, join(root, 'node_modules')],
    logLevel: 'error',
  });
  return outfile;
}

/** Every setting of every function: one that is missing here does not compile. */
type SettingName = keyof (ApiEnv & DeliverEnv & EvaluateEnv & ExportEnv & FeedbackEnv & IssueEnv & SweepEnv);

/** CPU of this process while it loads a bundle, in a process of its own, with settings that no client ever uses. */
export function importMilliseconds(path: string): number {
  const code = `const start = process.cpuUsage(); require(${JSON.stringify(path)}); const used = process.cpuUsage(start); console.log((used.user + used.system) / 1000);`;
  const url = 'http://127.0.0.1:9/queue';
  const settings: Record<SettingName, string> = {
    TABLE_NAME: 'none',
    EVALUATION_QUEUE_URL: url,
    ISSUE_QUEUE_URL: url,
    DELIVERY_QUEUE_URL: url,
    EXPORT_QUEUE_URL: url,
    DOCUMENTS_BUCKET: 'none',
    EXPORTS_BUCKET: 'none',
    FAILED_BATCHES_BUCKET: 'none',
    CHECKPOINTS_BUCKET: 'none',
    SIGNING_KEY_ID: 'none',
    LEDGER_KEY_ID: 'none',
    CONFIGURATION_SET: 'none',
    MAIL_RATE_PER_SECOND: '14',
    OIDC_ISSUER: 'http://127.0.0.1:9',
    OIDC_AUDIENCE: 'none',
    OIDC_GROUPS_CLAIM: 'cognito:groups',
    OIDC_ACTOR_CLAIM: 'cognito:username',
    PUBLIC_URL: 'http://127.0.0.1:9',
  };
  const env = {
    ...settings,
    PATH: process.env.PATH,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'none',
    AWS_SECRET_ACCESS_KEY: 'none',
    LAMBDA_TASK_ROOT: join(path, '..'),
  };
  return Number(execFileSync(process.execPath, ['-e', code], { env, encoding: 'utf8' }).trim().split('\n').at(-1));
}
