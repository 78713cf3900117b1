import { LocalError } from '../local-error.ts';
import type { KeyDeclaration } from '../services/kms-keys.ts';
import { holds, type Resource, resolve, type Scope, type Template, Unresolved } from './intrinsics.ts';
import { type NamedPorts, namePhysicals } from './physical.ts';
import { type FunctionPlan, planFunction } from './plan-functions.ts';
import { type HttpPlan, planHttp } from './plan-http.ts';
import { type MailPlan, planMail } from './plan-mail.ts';
import { type MappingPlan, planMapping } from './plan-mappings.ts';
import { planRetries, planSchedule, type SchedulePlan } from './plan-schedules.ts';
import { planSignIn, type SignInPlan } from './plan-sign-in.ts';
import {
  type BucketPlan,
  planBucket,
  planKey,
  planQueue,
  planTable,
  type QueuePlan,
  type TablePlan,
} from './plan-stores.ts';
import { leftOutTypes, realisedTypes } from './resource-types.ts';

/** Everything that the local realisation makes of a template: plain data, resolved. */
export interface StackPlan {
  stackName: string;
  tables: TablePlan[];
  queues: QueuePlan[];
  buckets: BucketPlan[];
  keys: KeyDeclaration[];
  mail: MailPlan;
  functions: FunctionPlan[];
  mappings: MappingPlan[];
  schedules: SchedulePlan[];
  /** The HTTP API, and who its people sign in with, where the template has them. */
  http?: HttpPlan;
  signIn?: SignInPlan;
  /** What the template holds and nothing here stands for, by type, with the reason. */
  leftOut: { type: string; count: number; reason: string }[];
}

/** A resource of the template with its properties resolved. */
export interface Planned {
  logicalId: string;
  type: string;
  properties: Record<string, unknown>;
  metadata: Record<string, unknown>;
  /** What `Ref` and `Fn::GetAtt` give. */
  ref: string;
  attributes: Record<string, string>;
}

/**
 * Reads a synthesised template as a plan for this machine. It does all of it or none: one resource type, property or
 * function that is not known, and it says so.
 *
 * @param assets the folder that the template's asset paths are relative to
 * @throws LocalError `template-unknown` with a line for everything that it does not know.
 */
export function planStack(template: Template, stackName: string, ports: NamedPorts, assets: string): StackPlan {
  const physicals = namePhysicals(template, stackName, ports);
  const scope: Scope = { stackName, template, physical: (logicalId) => physicals.get(logicalId) };
  const problems: string[] = [];
  const resources: Planned[] = [];
  const leftOut = new Map<string, number>();
  for (const [logicalId, resource] of Object.entries(template.Resources)) {
    const { Type } = resource;
    try {
      if (!holds(resource.Condition, scope)) continue;
      if (Type in leftOutTypes) leftOut.set(Type, (leftOut.get(Type) ?? 0) + 1);
      else if (Type in realisedTypes) resources.push(planned(logicalId, resource, scope, problems));
      else problems.push(`${logicalId}: resource type ${Type} is not known here`);
    } catch (error) {
      problems.push(`${logicalId} (${Type}): ${reasonOf(error)}`);
    }
  }
  const of = <T>(type: string, plan: (resource: Planned) => T): T[] =>
    resources
      .filter((resource) => resource.type === type)
      .flatMap((resource) => {
        try {
          return [plan(resource)];
        } catch (error) {
          problems.push(`${resource.logicalId} (${type}): ${reasonOf(error)}`);
          return [];
        }
      });

  const functions = of('AWS::Lambda::Function', (resource) => planFunction(resource, assets));
  const queues = of('AWS::SQS::Queue', planQueue);
  const [mail = { configurationSets: [], eventQueues: {} }] = attempt(problems, () => planMail(resources, queues));
  const [http] = attempt(problems, () => planHttp(resources));
  const [signIn] = attempt(problems, () => planSignIn(resources));
  const plan: StackPlan = {
    stackName,
    tables: of('AWS::DynamoDB::Table', planTable),
    queues,
    buckets: of('AWS::S3::Bucket', planBucket),
    keys: of('AWS::KMS::Key', (resource) => planKey(resource, resources)),
    mail,
    functions,
    mappings: of('AWS::Lambda::EventSourceMapping', (resource) => planMapping(resource, resources)),
    schedules: of('AWS::Scheduler::Schedule', (resource) =>
      planSchedule(
        resource,
        resources,
        of('AWS::Lambda::EventInvokeConfig', (config) => planRetries(config, resources)),
      ),
    ),
    ...(http && { http }),
    ...(signIn && { signIn }),
    leftOut: [...leftOut]
      .map(([type, count]) => ({ type, count, reason: leftOutTypes[type] ?? '' }))
      .sort((a, b) => (a.type < b.type ? -1 : 1)),
  };
  if (problems.length > 0) throw new LocalError('template-unknown', explain(problems));
  return plan;
}

function planned(logicalId: string, resource: Resource, scope: Scope, problems: string[]): Planned {
  const treatments = realisedTypes[resource.Type] ?? {};
  const properties: Record<string, unknown> = {};
  for (const [property, value] of Object.entries(resource.Properties ?? {})) {
    const treatment = treatments[property];
    if (treatment === undefined)
      problems.push(`${logicalId} (${resource.Type}): property ${property} is not known here`);
    if (treatment !== 'honoured') continue;
    const resolved = resolve(value, scope);
    if (resolved !== undefined) properties[property] = resolved;
  }
  const physical = scope.physical(logicalId);
  return {
    logicalId,
    type: resource.Type,
    properties,
    metadata: resource.Metadata ?? {},
    ref: physical?.ref ?? logicalId,
    attributes: physical?.attributes ?? {},
  };
}

function attempt<T>(problems: string[], make: () => T): T[] {
  try {
    return [make()];
  } catch (error) {
    problems.push(reasonOf(error));
    return [];
  }
}

/** @throws whatever is neither unresolved nor unknown: a bug of ours must not pass for a strange template. */
function reasonOf(error: unknown): string {
  if (error instanceof Unresolved) return error.message;
  throw error;
}

function explain(problems: string[]): string {
  const lines = [...new Set(problems)].map((problem) => `  - ${problem}`);
  return [
    `The template uses ${lines.length === 1 ? 'something' : 'things'} that the local realisation does not know, so it would not be the same deployment:`,
    ...lines,
    'Teach infra/local/template/ about it, or list it in resource-types.ts with the reason why it is not needed here.',
  ].join('\n');
}
