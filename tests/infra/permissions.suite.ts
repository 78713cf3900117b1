import { describe, expect, test } from 'vitest';
import { evidencePartition, submissionSchema } from '../../functions/domain/evidence.ts';
import { type Statement, statementsOf } from './statements.ts';
import { deployedStack, flat, synthesise } from './synthesised.ts';

const statements = statementsOf(deployedStack());
const allowing = (action: string, of = statements) => of.filter((s) => s.allow && s.actions.includes(action));
const rolesThatMay = (action: string) => [...new Set(allowing(action).flatMap((s) => s.roles))].sort();
const leadingKeys = (s: Statement | undefined) => s?.condition['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
const mayTouch = (role: string, action: string) =>
  allowing(action)
    .filter((s) => s.roles.includes(role) && s.resources.includes('Records.Arn'))
    .flatMap((s) => leadingKeys(s) as string[]);

/** What the API may do beside the table, its log and the queues. */
const s3AndKey = new Set([
  's3:GetObject',
  's3:ListBucket',
  'kms:Decrypt',
  'kms:DescribeKey',
  'kms:Encrypt',
  'kms:GenerateDataKey',
  // Of the key that certificates are signed with: its public half alone.
  'kms:GetPublicKey',
]);

describe('wildcards', () => {
  /** The only ones, as policy and what is wide, each with its reason. */
  const explained = new Map([
    ['DataKey kms:*', "the account's administrators: what a key's policy says when it leaves the rest to IAM"],
    ['NotificationKey kms:*', 'the same'],
    ['EvaluateRoleDefaultPolicy *', 'dynamodb:ListStreams knows no narrower resource and tells only names'],
    ['EvaluateRoleDefaultPolicy FailedBatches.Arn/aws/lambda/*', 'Lambda names the objects'],
    ['SweepRoleDefaultPolicy FailedBatches.Arn/aws/lambda/*', 'Lambda named the objects'],
    ['SweepRoleDefaultPolicy Checkpoints.Arn/*', 'a checkpoint is named by its program and number'],
    ['ExportRoleDefaultPolicy Checkpoints.Arn/*', 'the same, of the one taken for a bundle'],
    ['ExportRoleDefaultPolicy Documents.Arn/*', 'a document is named by its content'],
    ['ExportRoleDefaultPolicy Exports.Arn/*', 'a bundle is named by its program and job'],
    ['ApiRoleDefaultPolicy Exports.Arn/*', 'the same'],
    ['IssueRoleDefaultPolicy Documents.Arn/*', 'a document is named by its content'],
    ['DeliverRoleDefaultPolicy Documents.Arn/*', 'a document is named by its content'],
    ['DeliverRoleDefaultPolicy arn:Partition:ses:Region:AccountId:identity/*', 'programs verify their own senders'],
    ['ApiRoleDefaultPolicy Documents.Arn/*', 'a document is named by its content'],
    ['AccessLogsPolicy AccessLogs.Arn/documents/*', 'S3 names the logs'],
    ['AccessLogsPolicy AccessLogs.Arn/failed-batches/*', 'S3 names the logs'],
    ['AccessLogsPolicy AccessLogs.Arn/checkpoints/*', 'S3 names the logs'],
    ['AccessLogsPolicy AccessLogs.Arn/exports/*', 'S3 names the logs'],
  ]);

  test('no statement allows an action or a resource by wildcard, but those with a reason', () => {
    const wide = statements
      .filter((s) => s.allow)
      .flatMap((s) => {
        // In a key's own policy "*" is the key.
        const resources = s.type === 'AWS::KMS::Key' ? [] : s.resources;
        return [...s.actions, ...resources].filter((text) => text.includes('*')).map((text) => `${s.policy} ${text}`);
      });
    expect([...new Set(wide)].sort()).toEqual([...explained.keys()].sort());
  });

  test('the one statement on every resource lists streams and does nothing else', () => {
    const everywhere = statements.filter((s) => s.allow && s.type === 'AWS::IAM::Policy' && s.resources.includes('*'));
    expect(everywhere.map((s) => s.actions)).toEqual([['dynamodb:ListStreams']]);
  });

  test('nobody outside the account is let in anywhere', () => {
    const strangers = statements.filter((s) => s.allow && JSON.stringify(s.principal ?? '').includes('"*"'));
    expect(strangers).toEqual([]);
  });
});

describe('each step may do its own work only', () => {
  test('issue signs credentials, sweep and export checkpoints and bundles, with keys of their own, by the word of key and role', () => {
    expect(rolesThatMay('kms:Sign')).toEqual(['ExportRole', 'IssueRole', 'SweepRole']);
    const byKey = allowing('kms:Sign').filter((s) => s.type === 'AWS::KMS::Key');
    expect(byKey.map((s) => [s.policy, flat((s.principal as { AWS: unknown }).AWS)])).toEqual([
      ['SigningKey', 'IssueRole.Arn'],
      ['LedgerKey', 'ExportRole.Arn'],
      ['LedgerKey', 'SweepRole.Arn'],
    ]);
    const byRole = allowing('kms:Sign').filter((s) => s.type !== 'AWS::KMS::Key');
    expect(byRole.map((s) => [s.roles, s.resources])).toEqual([
      [['IssueRole'], ['SigningKey.Arn']],
      [['ExportRole'], ['LedgerKey.Arn']],
      [['SweepRole'], ['LedgerKey.Arn']],
    ]);
    for (const s of allowing('kms:Sign')) {
      expect(s.condition).toEqual({ StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } });
    }
    expect(statements.filter((s) => /^(Signing|Ledger)Key$/.test(s.policy) && s.actions.includes('kms:*'))).toEqual([]);
  });

  test('who signs reads the public half of its own key; export both, for its bundles; the API that of certificates, to verify', () => {
    const reading = allowing('kms:GetPublicKey').filter((s) => s.type !== 'AWS::KMS::Key');
    expect(reading.map((s) => [s.roles, s.actions, s.resources])).toEqual([
      [['IssueRole'], ['kms:GetPublicKey'], ['SigningKey.Arn']],
      [['ExportRole'], ['kms:GetPublicKey'], ['LedgerKey.Arn']],
      [['ExportRole'], ['kms:GetPublicKey'], ['SigningKey.Arn']],
      [['SweepRole'], ['kms:GetPublicKey'], ['LedgerKey.Arn']],
      [['ApiRole'], ['kms:GetPublicKey'], ['SigningKey.Arn']],
    ]);
  });

  test('whoever asks for its certificate may sign with the key only while the deployment names them', () => {
    const requester = 'arn:aws:iam::123456789012:role/Certificates';
    const named = allowing('kms:Sign', statementsOf(synthesise({ certificateRequester: requester })));
    const byKey = named
      .filter((s) => s.type === 'AWS::KMS::Key' && s.policy === 'SigningKey')
      .map((s) => flat((s.principal as { AWS: unknown }).AWS));
    expect(byKey.sort()).toEqual(['IssueRole.Arn', requester].sort());
    for (const s of named) expect(s.condition).toEqual({ StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } });
    expect(() => synthesise({ certificateRequester: '*' })).toThrow(/certificateRequester.*the ARN of a role or user/);
  });

  test('whoever makes audit bundles by the command line may sign with the ledger key only while they are named', () => {
    const signer = 'arn:aws:iam::123456789012:user/auditor';
    const named = allowing('kms:Sign', statementsOf(synthesise({ bundleSigner: signer })));
    const principals = (policy: string) =>
      named.filter((s) => s.policy === policy).map((s) => flat((s.principal as { AWS: unknown }).AWS));
    expect(principals('LedgerKey').sort()).toEqual(['ExportRole.Arn', 'SweepRole.Arn', signer].sort());
    expect(principals('SigningKey')).toEqual(['IssueRole.Arn']);
    for (const s of named) expect(s.condition).toEqual({ StringEquals: { 'kms:SigningAlgorithm': 'ECDSA_SHA_256' } });
    expect(() => synthesise({ bundleSigner: '*' })).toThrow(/bundleSigner.*the ARN of a role or user/);
  });

  test('who read what is entered by the API and by export, and read by them and by sweep, which folds it into checkpoints', () => {
    const readers = statements.filter((s) => (leadingKeys(s) as string[] | undefined)?.includes('*#ACCESS'));
    expect(readers.map((s) => [s.roles, s.actions])).toEqual([
      [['ExportRole'], ['dynamodb:GetItem']],
      [['ExportRole'], ['dynamodb:Query']],
      [['ExportRole'], ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem']],
      [['SweepRole'], ['dynamodb:Query']],
      [['ApiRole'], ['dynamodb:GetItem']],
      [['ApiRole'], ['dynamodb:Query']],
      [['ApiRole'], ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:ConditionCheckItem']],
    ]);
  });

  test("the API writes records and evidence, and no program, framework or mail pace; it removes its own answers' alone", () => {
    expect(mayTouch('ApiRole', 'dynamodb:PutItem')).toEqual([
      '*#ENROLLMENT#*',
      '*#EVIDENCE#*',
      '*#ACCESS',
      '*#IDEMPOTENCY',
      '*#EXPORT',
    ]);
    expect(mayTouch('ApiRole', 'dynamodb:DeleteItem')).toEqual(['*#IDEMPOTENCY']);
    const touching = statements.filter((s) => (leadingKeys(s) as string[] | undefined)?.includes('*#IDEMPOTENCY'));
    expect([...new Set(touching.flatMap((s) => s.roles))]).toEqual(['ApiRole']);
  });

  test('the API sends to the queues of the steps that it asks, reads documents and stores none, and signs nothing', () => {
    const sending = allowing('sqs:SendMessage').filter((s) => s.roles.includes('ApiRole'));
    expect(sending.flatMap((s) => s.resources)).toEqual([
      ...['EvaluationQueue.Arn', 'IssueQueue.Arn', 'DeliveryQueue.Arn', 'ExportQueue.Arn'],
    ]);
    const others = statements
      .filter((s) => s.allow && s.roles.includes('ApiRole'))
      .flatMap((s) => s.actions)
      .filter((action) => !/^(dynamodb|logs|sqs):/.test(action) && !s3AndKey.has(action));
    expect(others).toEqual([]);
  });

  test('only deliver may send mail, raw, under our configuration set', () => {
    const sending = statements.filter((s) => s.allow && s.actions.some((action) => action.startsWith('ses:')));
    expect(sending.map((s) => [s.roles, s.actions])).toEqual([[['DeliverRole'], ['ses:SendRawEmail']]]);
    expect(sending[0]?.resources).toContain(
      'arn:Partition:ses:Region:AccountId:configuration-set/MailConfigurationSet',
    );
  });

  test('senders that are named are the only ones', () => {
    const named = statementsOf(synthesise({ mailIdentities: 'mail.example.org' }));
    expect(allowing('ses:SendRawEmail', named)[0]?.resources).toEqual([
      'arn:Partition:ses:Region:AccountId:identity/mail.example.org',
      'arn:Partition:ses:Region:AccountId:configuration-set/MailConfigurationSet',
    ]);
  });

  test('no step writes or removes evidence, and the API removes none', () => {
    for (const action of ['dynamodb:PutItem', 'dynamodb:UpdateItem', 'dynamodb:DeleteItem']) {
      const mayBeApi = action !== 'dynamodb:DeleteItem';
      const ofSteps = allowing(action).filter(
        (s) => s.type === 'AWS::IAM::Policy' && !(mayBeApi && s.roles.includes('ApiRole')),
      );
      expect(ofSteps.length).toBeGreaterThan(0);
      for (const s of ofSteps) {
        expect(leadingKeys(s)).toBeDefined();
        expect(leadingKeys(s)).not.toContain('*#EVIDENCE#*');
      }
    }
    expect(rolesThatMay('dynamodb:BatchWriteItem')).toEqual([]);
    expect(rolesThatMay('dynamodb:Scan')).toEqual([]);
  });

  test('what handles email cannot read evidence', () => {
    const readers = statements
      .filter((s) => (leadingKeys(s) as string[] | undefined)?.includes('*#EVIDENCE#*'))
      .flatMap((s) => s.roles);
    expect([...new Set(readers)].sort()).toEqual(['ApiRole', 'EvaluateRole', 'ExportRole', 'IssueRole']);
    expect(mayTouch('DeliverRole', 'dynamodb:GetItem')).toEqual(['*#ENROLLMENT#*', '*#PROGRAM', '*#EXPORT']);
    expect(mayTouch('FeedbackRole', 'dynamodb:GetItem')).toEqual(['*#ENROLLMENT#*']);
  });

  test('only issue stores and locks documents, and nobody deletes or unlocks one', () => {
    const lockingDocuments = allowing('s3:PutObjectRetention').filter((s) => s.resources.includes('Documents.Arn/*'));
    expect(lockingDocuments.flatMap((s) => s.roles)).toEqual(['IssueRole']);
    expect(
      allowing('s3:PutObject')
        .filter((s) => s.resources.includes('Documents.Arn/*'))
        .flatMap((s) => s.roles),
    ).toEqual(['IssueRole']);
    expect(rolesThatMay('s3:DeleteObject')).toEqual(['SweepRole']);
    expect(allowing('s3:DeleteObject').flatMap((s) => s.resources)).toEqual(['FailedBatches.Arn/aws/lambda/*']);
    expect(rolesThatMay('s3:BypassGovernanceRetention')).toEqual([]);
    expect(rolesThatMay('s3:DeleteObjectVersion')).toEqual([]);
  });

  test('the data key opens only through the services that hold what it closes', () => {
    const uses = statements.filter((s) => s.allow && s.type !== 'AWS::KMS::Key' && s.resources.includes('DataKey.Arn'));
    expect(uses.length).toBeGreaterThan(0);
    for (const s of uses) expect(s.condition.StringEquals?.['kms:ViaService']).toBeDefined();
  });
});

test('export changes nothing of the records, and nobody but it writes bundles; the API reads them, and it does not', () => {
  expect(mayTouch('ExportRole', 'dynamodb:PutItem')).toEqual(['*#ACCESS', '*#EXPORT']);
  expect(mayTouch('ExportRole', 'dynamodb:DeleteItem')).toEqual([]);
  const onBucket = statements.filter((s) => s.allow && s.resources.some((r) => r.startsWith('Exports.Arn')));
  expect(onBucket.map((s) => [s.roles, s.actions])).toEqual([
    [['ExportRole'], ['s3:PutObject', 's3:AbortMultipartUpload']],
    [['ApiRole'], ['s3:GetObject']],
    [['ApiRole'], ['s3:ListBucket']],
  ]);
});

test('only sweep and export store checkpoints, and nobody removes, unlocks or replaces one', () => {
  const onBucket = statements.filter((s) => s.allow && s.resources.some((r) => r.startsWith('Checkpoints.Arn')));
  expect(onBucket.map((s) => [s.roles, s.actions])).toEqual([
    [['ExportRole'], ['s3:GetObject', 's3:PutObject', 's3:PutObjectRetention']],
    [['ExportRole'], ['s3:ListBucket']],
    [['SweepRole'], ['s3:GetObject', 's3:PutObject', 's3:PutObjectRetention']],
    [['SweepRole'], ['s3:ListBucket']],
  ]);
});

describe('the policy for another system that submits evidence', () => {
  const own = statements.filter((s) => s.policy === 'EvidenceWriterRecoverySupportSpecialist');
  const put = own.find((s) => s.actions.includes('dynamodb:PutItem'));

  test('puts items into the table, and does nothing else with it', () => {
    expect(own.flatMap((s) => s.actions).filter((action) => !action.startsWith('kms:'))).toEqual(['dynamodb:PutItem']);
    expect(put?.resources).toEqual(['Records.Arn']);
    expect(put?.condition.StringEqualsIfExists).toEqual({ 'dynamodb:ReturnValues': 'NONE' });
  });

  test("reaches its own program's evidence and no other partition", () => {
    const [pattern = ''] = leadingKeys(put) as string[];
    const covers = (pk: string) => new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(pk);
    const program = 'recovery-support-specialist';
    expect(covers(evidencePartition({ program, enrollment: 'e1' }))).toBe(true);
    expect(covers(evidencePartition({ program: 'staten-island-peer-specialist', enrollment: 'e1' }))).toBe(false);
    for (const pk of [`${program}#ENROLLMENT#e1`, `${program}#PROGRAM`, `${program}#ASIDE`, 'FRAMEWORK#f']) {
      expect(covers(pk)).toBe(false);
    }
    expect(put?.condition.Null).toEqual({ 'dynamodb:LeadingKeys': 'false', 'dynamodb:Attributes': 'false' });
  });

  test("writes a submission's fields and no assessment's, withdrawal's or index's", () => {
    const attributes = put?.condition['ForAllValues:StringEquals']?.['dynamodb:Attributes'] as string[];
    expect(attributes).toEqual(['pk', 'sk', ...Object.keys(submissionSchema.shape)].sort());
    for (const other of ['assessor', 'outcome', 'evidenceHash', 'withdrawnBy', 'duePk', 'listPk', 'code', 'fence']) {
      expect(attributes).not.toContain(other);
    }
  });
});
