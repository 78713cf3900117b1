import { LocalError } from './local-error.ts';
import { localCredentials, localRegion } from './services/loopback.ts';
import type { ServiceName } from './services/process.ts';
import { resolve, type Scope, type Template } from './template/intrinsics.ts';
import { type NamedPorts, namePhysicals } from './template/physical.ts';
import type { StackPlan } from './template/plan.ts';

/** How to reach a running stack: `stack.json` in its data folder. */
export interface StackDescription {
  stackName: string;
  region: string;
  credentials: { accessKeyId: string; secretAccessKey: string };
  /** Of the services, and `http`: where the app is, for a browser or a program. */
  endpoints: Record<ServiceName, string> & { http: string };
  /** Who the app's people sign in with: an issuer of this machine's own, and the app's client id there. */
  issuer: string;
  clientId: string;
  tableName: string;
  /** `evaluation`, `issue`, `delivery`, `feedback`, `export`, and the dead letters of each: `evaluationDeadLetters` … */
  queueUrls: Record<string, string>;
  documentsBucket: string;
  failedBatchesBucket: string;
  signingKeyId: string;
  checkpointsBucket: string;
  ledgerKeyId: string;
  exportsBucket: string;
  configurationSet: string;
  /** Where a person reads the mail. */
  inbox: string;
  /** Where the stack takes orders: run a schedule, drain, kill, stop. */
  admin: string;
  dataFolder: string;
  pid: number;
}

/** What the template's outputs say of the deployment, with this machine's values. */
export function describeStack(
  plan: StackPlan,
  template: Template,
  ports: NamedPorts,
  rest: Pick<StackDescription, 'endpoints' | 'inbox' | 'admin' | 'dataFolder' | 'pid'>,
): StackDescription {
  const physicals = namePhysicals(template, plan.stackName, ports);
  const scope: Scope = { stackName: plan.stackName, template, physical: (logicalId) => physicals.get(logicalId) };
  const output = (name: string) => {
    const value = resolve(template.Outputs?.[name]?.Value, scope);
    if (typeof value === 'string') return value;
    throw new LocalError(
      'template-unknown',
      `The template has no output "${name}", which says where to find a part of it.`,
    );
  };
  return {
    stackName: plan.stackName,
    region: localRegion,
    credentials: localCredentials,
    tableName: output('RecordsTableName'),
    queueUrls: queueUrls(plan),
    documentsBucket: output('DocumentsBucketName'),
    failedBatchesBucket: output('FailedBatchesBucketName'),
    signingKeyId: output('SigningKeyId'),
    checkpointsBucket: output('CheckpointsBucketName'),
    ledgerKeyId: output('LedgerKeyId'),
    exportsBucket: output('ExportsBucketName'),
    configurationSet: output('ConfigurationSetName'),
    issuer: output('OidcIssuer'),
    clientId: output('OidcClientId'),
    ...rest,
  };
}

/** `EvaluationQueue` is `evaluation`, `EvaluationQueueDeadLetters` is `evaluationDeadLetters`. */
function queueUrls({ queues }: StackPlan): Record<string, string> {
  const short = (logicalId: string) => {
    const name = logicalId.replace(/Queue(DeadLetters)?$/, '$1');
    return `${name.charAt(0).toLowerCase()}${name.slice(1)}`;
  };
  return Object.fromEntries(queues.map(({ logicalId, url }) => [short(logicalId), url]));
}
