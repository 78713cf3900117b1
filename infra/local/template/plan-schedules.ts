import * as z from 'zod';
import { parseSchedule, type ScheduleExpression } from '../runtime/schedule-expression.ts';
import { Unresolved } from './intrinsics.ts';
import type { Planned } from './plan.ts';
import { findFunction } from './plan-functions.ts';
import { findDestination } from './plan-mappings.ts';
import { readProperties } from './read-properties.ts';

export interface SchedulePlan {
  name: string;
  expression: ScheduleExpression;
  functionName: string;
  /** The event, as JSON. */
  input: string;
  /** Tries after the first, when the function fails. */
  maxRetries: number;
  /** Queue that gets what was given up. */
  onFailureQueueUrl?: string;
}

export interface RetriesPlan {
  functionName: string;
  maxRetries: number;
  onFailureQueueUrl?: string;
}

/** What Lambda does by itself with a failed asynchronous call. */
const defaultRetries = 2;

const scheduleSchema = z.strictObject({
  Name: z.string().optional(),
  ScheduleExpression: z.string(),
  ScheduleExpressionTimezone: z.literal('UTC', 'only UTC is known here').optional(),
  State: z.literal('ENABLED', 'a disabled schedule is not known here').optional(),
  Target: z.strictObject({
    Arn: z.string(),
    Input: z.string().default('{}'),
    // The scheduler itself always reaches a local function; what counts is the function's own retries.
    RoleArn: z.unknown(),
    RetryPolicy: z.unknown().optional(),
    DeadLetterConfig: z.unknown().optional(),
  }),
});

export function planSchedule({ ref, properties }: Planned, resources: Planned[], retries: RetriesPlan[]): SchedulePlan {
  const { ScheduleExpression, Target } = readProperties(scheduleSchema, properties);
  const functionName = findFunction(Target.Arn, resources);
  const own = retries.find((each) => each.functionName === functionName);
  const expression = parseSchedule(ScheduleExpression);
  if (!expression) throw new Unresolved(`ScheduleExpression "${ScheduleExpression}" is not known here`);
  return { name: ref, expression, functionName, input: Target.Input, ...(own ?? { maxRetries: defaultRetries }) };
}

const invokeSchema = z.strictObject({
  FunctionName: z.string(),
  Qualifier: z.literal('$LATEST', 'only $LATEST is known here'),
  MaximumRetryAttempts: z.number().default(defaultRetries),
  DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: z.string() }) }).optional(),
});

export function planRetries({ properties }: Planned, resources: Planned[]): RetriesPlan {
  const config = readProperties(invokeSchema, properties);
  const destination =
    config.DestinationConfig && findDestination(config.DestinationConfig.OnFailure.Destination, resources);
  if (destination?.kind === 'bucket') throw new Unresolved('DestinationConfig: only a queue is known here');
  return {
    functionName: findFunction(config.FunctionName, resources),
    maxRetries: config.MaximumRetryAttempts,
    ...(destination && { onFailureQueueUrl: destination.ref }),
  };
}
