import { join } from 'node:path';
import * as z from 'zod';
import { Unresolved } from './intrinsics.ts';
import type { Planned } from './plan.ts';
import { readProperties } from './read-properties.ts';

export interface FunctionPlan {
  /** What people call it, after its logical id: `evaluate` for `EvaluateFunction`. */
  name: string;
  functionName: string;
  arn: string;
  /** Folder of the bundle: Lambda's `LAMBDA_TASK_ROOT`. */
  codeFolder: string;
  /** `index.handler`: a file of the folder without its extension, and what it exports. */
  handler: string;
  environment: Record<string, string>;
  timeoutSeconds: number;
  memoryMb: number;
  /** Invocations at one time; none: the account's limit. */
  reservedConcurrency?: number;
}

const functionSchema = z.strictObject({
  FunctionName: z.string().optional(),
  Code: z.strictObject({ S3Bucket: z.string().optional(), S3Key: z.string().optional() }),
  Handler: z.string(),
  Runtime: z.string().regex(/^nodejs\d+\.x$/, 'only Node.js runtimes are known here'),
  Timeout: z.number().default(3),
  MemorySize: z.number().default(128),
  Environment: z.strictObject({ Variables: z.record(z.string(), z.coerce.string()) }).optional(),
  ReservedConcurrentExecutions: z.number().optional(),
});

/** The folder comes from the asset that the CDK names in the resource's metadata. */
export function planFunction(
  { logicalId, ref, attributes, properties, metadata }: Planned,
  assets: string,
): FunctionPlan {
  const lambda = readProperties(functionSchema, properties);
  const asset = metadata['aws:asset:path'];
  if (typeof asset !== 'string')
    throw new Unresolved('its code is no asset of the app (Metadata "aws:asset:path" is missing)');
  const environment = lambda.Environment?.Variables ?? {};
  return {
    name: logicalId.replace(/Function$/, '').toLowerCase(),
    functionName: ref,
    arn: attributes.Arn ?? '',
    codeFolder: join(assets, asset),
    handler: lambda.Handler,
    environment,
    timeoutSeconds: lambda.Timeout,
    memoryMb: lambda.MemorySize,
    ...(lambda.ReservedConcurrentExecutions !== undefined && {
      reservedConcurrency: lambda.ReservedConcurrentExecutions,
    }),
  };
}

/** The function that a mapping, a schedule or a configuration names, by name or ARN. */
export function findFunction(named: string, resources: Planned[]): string {
  const found = resources.find(
    ({ type, ref, attributes }) => type === 'AWS::Lambda::Function' && (ref === named || attributes.Arn === named),
  );
  if (!found) throw new Unresolved(`function ${named} is not in the template`);
  return found.ref;
}
