import * as z from 'zod';
import { type FilterPattern, parseFilter } from '../mappings/filter.ts';
import { Unresolved } from './intrinsics.ts';
import type { Planned } from './plan.ts';
import { findFunction } from './plan-functions.ts';
import { readProperties } from './read-properties.ts';

interface Common {
  id: string;
  functionName: string;
  batchSize: number;
  batchWindowSeconds: number;
  filters: FilterPattern[];
  reportsItemFailures: boolean;
}

export interface StreamMappingPlan extends Common {
  source: 'stream';
  tableName: string;
  /** Retries after the first try; undefined: until the record is too old. */
  maxRetries?: number;
  maxAgeSeconds?: number;
  bisects: boolean;
  parallelism: number;
  /** Bucket or queue that gets what was given up. */
  onFailure?: { kind: 'bucket' | 'queue'; ref: string };
}

export interface QueueMappingPlan extends Common {
  source: 'queue';
  queueUrl: string;
  queueArn: string;
  maxConcurrency?: number;
}

export type MappingPlan = StreamMappingPlan | QueueMappingPlan;

const commonShape = {
  EventSourceArn: z.string(),
  FunctionName: z.string(),
  Enabled: z.literal(true, 'a disabled mapping is not known here').optional(),
  MaximumBatchingWindowInSeconds: z.number().default(0),
  FilterCriteria: z.strictObject({ Filters: z.array(z.strictObject({ Pattern: z.string() })) }).optional(),
  FunctionResponseTypes: z.array(z.literal('ReportBatchItemFailures')).default([]),
};
/** -1: no limit. */
const limit = z.number().min(-1).default(-1);

const streamSchema = z.strictObject({
  ...commonShape,
  BatchSize: z.number().min(1).max(10_000).default(100),
  // Nothing is written before the mapping exists: both begin with the first record.
  StartingPosition: z.enum(['TRIM_HORIZON', 'LATEST']),
  MaximumRetryAttempts: limit,
  MaximumRecordAgeInSeconds: limit,
  BisectBatchOnFunctionError: z.boolean().default(false),
  ParallelizationFactor: z.number().min(1).max(10).default(1),
  DestinationConfig: z.strictObject({ OnFailure: z.strictObject({ Destination: z.string() }) }).optional(),
});

const queueSchema = z.strictObject({
  ...commonShape,
  BatchSize: z.number().min(1).max(10_000).default(10),
  ScalingConfig: z.strictObject({ MaximumConcurrency: z.number().min(2).max(1000) }).optional(),
});

export function planMapping({ logicalId, properties }: Planned, resources: Planned[]): MappingPlan {
  const arn = String(properties.EventSourceArn);
  const table = resources.find((each) => each.attributes.StreamArn === arn);
  if (table) return planStreamMapping(logicalId, properties, table, resources);
  const queue = resources.find((each) => each.type === 'AWS::SQS::Queue' && each.attributes.Arn === arn);
  if (queue) return planQueueMapping(logicalId, properties, queue, resources);
  throw new Unresolved(`EventSourceArn ${arn} is neither a queue nor a table's stream of this template`);
}

function planStreamMapping(id: string, properties: unknown, table: Planned, resources: Planned[]): StreamMappingPlan {
  const mapping = readProperties(streamSchema, properties);
  const destination = mapping.DestinationConfig?.OnFailure.Destination;
  return {
    source: 'stream',
    ...common(id, mapping, 'stream', resources),
    tableName: table.ref,
    bisects: mapping.BisectBatchOnFunctionError,
    parallelism: mapping.ParallelizationFactor,
    ...(mapping.MaximumRetryAttempts >= 0 && { maxRetries: mapping.MaximumRetryAttempts }),
    ...(mapping.MaximumRecordAgeInSeconds >= 0 && { maxAgeSeconds: mapping.MaximumRecordAgeInSeconds }),
    ...(destination !== undefined && { onFailure: findDestination(destination, resources) }),
  };
}

function planQueueMapping(id: string, properties: unknown, queue: Planned, resources: Planned[]): QueueMappingPlan {
  const mapping = readProperties(queueSchema, properties);
  if (mapping.BatchSize > 10 && mapping.MaximumBatchingWindowInSeconds === 0) {
    throw new Unresolved('BatchSize above 10 needs a MaximumBatchingWindowInSeconds, as on AWS');
  }
  return {
    source: 'queue',
    ...common(id, mapping, 'queue', resources),
    queueUrl: queue.ref,
    queueArn: queue.attributes.Arn ?? '',
    ...(mapping.ScalingConfig && { maxConcurrency: mapping.ScalingConfig.MaximumConcurrency }),
  };
}

function common(
  id: string,
  mapping: z.output<typeof streamSchema> | z.output<typeof queueSchema>,
  source: 'stream' | 'queue',
  resources: Planned[],
): Common {
  return {
    id,
    functionName: findFunction(mapping.FunctionName, resources),
    batchSize: mapping.BatchSize,
    batchWindowSeconds: mapping.MaximumBatchingWindowInSeconds,
    filters: (mapping.FilterCriteria?.Filters ?? []).map(({ Pattern }) => parseFilter(Pattern, source)),
    reportsItemFailures: mapping.FunctionResponseTypes.includes('ReportBatchItemFailures'),
  };
}

export function findDestination(arn: string, resources: Planned[]): { kind: 'bucket' | 'queue'; ref: string } {
  const found = resources.find((each) => each.attributes.Arn === arn);
  if (found?.type === 'AWS::S3::Bucket') return { kind: 'bucket', ref: found.ref };
  if (found?.type === 'AWS::SQS::Queue') return { kind: 'queue', ref: found.ref };
  throw new Unresolved(`on-failure destination ${arn} is neither a bucket nor a queue of this template`);
}
