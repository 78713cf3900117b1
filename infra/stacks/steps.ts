import type { Table } from 'aws-cdk-lib/aws-dynamodb';
import type { Key } from 'aws-cdk-lib/aws-kms';
import type { Code } from 'aws-cdk-lib/aws-lambda';
import type { Bucket } from 'aws-cdk-lib/aws-s3';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import type { ApiEnv } from '../../functions/api/env.ts';
import type { DeliverEnv } from '../../functions/deliver/env.ts';
import type { EvaluateEnv } from '../../functions/evaluate/env.ts';
import type { ExportEnv } from '../../functions/export/env.ts';
import type { FeedbackEnv } from '../../functions/feedback/env.ts';
import type { IssueEnv } from '../../functions/issue/env.ts';
import type { SweepEnv } from '../../functions/sweep/env.ts';
import type { StepName } from '../bundle.ts';
import type { Issuer } from '../constructs/sign-in.ts';
import { Step, type StepProps } from '../constructs/step.ts';
import { memoryMb, timeoutSeconds } from './limits.ts';
import type { Queues } from './queues.ts';

export type Resources = {
  table: Table;
  queues: Queues;
  documents: Bucket;
  failedBatches: Bucket;
  checkpoints: Bucket;
  exports: Bucket;
  dataKey: Key;
  signingKey: Key;
  ledgerKey: Key;
  alarmTopic: ITopic;
  configurationSetName: string;
  mailRatePerSecond: number;
  /** Where people reach the app, and who vouches for them. */
  publicUrl: string;
  issuer: Issuer;
  code: (step: StepName) => Code;
};

/** All settings as text: one that a step's `env.ts` asks for and that is missing here does not compile. */
type Text<Env> = { [Name in keyof Env]: string };
type Settings = {
  evaluate: Text<EvaluateEnv>;
  issue: Text<IssueEnv>;
  deliver: Text<DeliverEnv>;
  feedback: Text<FeedbackEnv>;
  export: Text<ExportEnv>;
  sweep: Text<SweepEnv>;
  api: Text<ApiEnv>;
};

function settingsOf(r: Resources): Settings {
  const TABLE_NAME = r.table.tableName;
  const EVALUATION_QUEUE_URL = r.queues.evaluation.queue.queueUrl;
  const ISSUE_QUEUE_URL = r.queues.issue.queue.queueUrl;
  const DELIVERY_QUEUE_URL = r.queues.delivery.queue.queueUrl;
  const EXPORT_QUEUE_URL = r.queues.export.queue.queueUrl;
  const DOCUMENTS_BUCKET = r.documents.bucketName;
  return {
    evaluate: { TABLE_NAME, ISSUE_QUEUE_URL, DELIVERY_QUEUE_URL },
    issue: {
      TABLE_NAME,
      EVALUATION_QUEUE_URL,
      DELIVERY_QUEUE_URL,
      DOCUMENTS_BUCKET,
      SIGNING_KEY_ID: r.signingKey.keyId,
    },
    deliver: {
      TABLE_NAME,
      DELIVERY_QUEUE_URL,
      DOCUMENTS_BUCKET,
      CONFIGURATION_SET: r.configurationSetName,
      MAIL_RATE_PER_SECOND: String(r.mailRatePerSecond),
    },
    feedback: { TABLE_NAME },
    export: {
      TABLE_NAME,
      EXPORT_QUEUE_URL,
      DELIVERY_QUEUE_URL,
      DOCUMENTS_BUCKET,
      CHECKPOINTS_BUCKET: r.checkpoints.bucketName,
      EXPORTS_BUCKET: r.exports.bucketName,
      LEDGER_KEY_ID: r.ledgerKey.keyId,
      SIGNING_KEY_ID: r.signingKey.keyId,
    },
    sweep: {
      TABLE_NAME,
      EVALUATION_QUEUE_URL,
      ISSUE_QUEUE_URL,
      DELIVERY_QUEUE_URL,
      EXPORT_QUEUE_URL,
      FAILED_BATCHES_BUCKET: r.failedBatches.bucketName,
      CHECKPOINTS_BUCKET: r.checkpoints.bucketName,
      LEDGER_KEY_ID: r.ledgerKey.keyId,
    },
    api: {
      TABLE_NAME,
      EXPORT_QUEUE_URL,
      EXPORTS_BUCKET: r.exports.bucketName,
      EVALUATION_QUEUE_URL,
      ISSUE_QUEUE_URL,
      DELIVERY_QUEUE_URL,
      DOCUMENTS_BUCKET,
      SIGNING_KEY_ID: r.signingKey.keyId,
      OIDC_ISSUER: r.issuer.issuer,
      OIDC_AUDIENCE: r.issuer.audience,
      OIDC_GROUPS_CLAIM: r.issuer.groupsClaim,
      OIDC_ACTOR_CLAIM: r.issuer.actorClaim,
      PUBLIC_URL: r.publicUrl,
    },
  };
}

const about: Record<StepName, Pick<StepProps, 'description' | 'fails'>> = {
  evaluate: {
    description: 'Evidence in, decision out: what is met, complete, suspended or reinstated',
    fails: {
      meaning: 'Evidence is not decided: no progress is counted and no certificate is asked for.',
      runbook: 'evaluate-fails',
    },
  },
  issue: {
    description: 'Reads the record again, prints, signs and commits one credential',
    fails: {
      meaning: 'Apprentices who have completed get no certificate for now.',
      runbook: 'issue-fails',
    },
  },
  deliver: {
    description: 'Sends one email, under a lease',
    fails: {
      meaning: 'Certificates are issued and valid, and their holders get no email for now.',
      runbook: 'deliver-fails',
    },
  },
  feedback: {
    description: 'Records what became of an email',
    fails: {
      meaning: 'Bounces go unseen, and an apprentice may get the same email twice.',
      runbook: 'feedback-fails',
    },
  },
  export: {
    description: 'Makes one audit bundle that somebody asked for',
    fails: {
      meaning: 'Auditors get no bundles for now; nothing of the records is lost.',
      runbook: 'export-fails',
    },
  },
  sweep: {
    description: 'Drives again what a lost message left behind, and looks at every open enrollment once a day',
    fails: {
      meaning: 'What a lost message left behind stays behind: some apprentices wait until this is mended.',
      runbook: 'sweep-fails',
    },
  },
  api: {
    description: 'The API and the pages: what programs, assessors, apprentices, auditors and employers touch',
    fails: {
      meaning: 'Nobody can look, sign off or verify for now; certificates go on being issued by themselves.',
      runbook: 'the-api-fails',
    },
  },
};

/** The functions, with their settings; what each may do is in `permissions.ts`. */
export function makeSteps(scope: Construct, r: Resources): Record<StepName, Step> {
  const settings = settingsOf(r);
  const make = (id: string, name: StepName) =>
    new Step(scope, id, {
      ...about[name],
      name,
      code: r.code(name),
      environment: settings[name],
      timeoutSeconds: timeoutSeconds[name],
      memoryMb: memoryMb[name],
      dataKey: r.dataKey,
      alarmTopic: r.alarmTopic,
    });
  return {
    evaluate: make('Evaluate', 'evaluate'),
    issue: make('Issue', 'issue'),
    deliver: make('Deliver', 'deliver'),
    feedback: make('Feedback', 'feedback'),
    export: make('Export', 'export'),
    sweep: make('Sweep', 'sweep'),
    api: make('Api', 'api'),
  };
}
