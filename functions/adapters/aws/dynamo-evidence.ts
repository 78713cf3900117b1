import { setTimeout } from 'node:timers/promises';
import { TransactionCanceledException, type TransactWriteItem } from '@aws-sdk/client-dynamodb';
import {
  type EvidencePlace,
  evidencePartition,
  evidenceSortKey,
  evidenceSortPrefix,
  type RawItem,
  requirementPrefix,
} from '../../domain/evidence.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { RecordStore } from '../../ports/record-store.ts';
import { jsonAttributes } from './attribute-json.ts';
import { toItem } from './commit-items.ts';
import { isConditionFailure, readCancellation } from './dynamo-errors.ts';
import type { Item, RawAttributes, Table } from './dynamo-table.ts';
import { enrollmentKey } from './record-keys.ts';

type Evidence = Pick<
  RecordStore,
  'readEvidence' | 'readAllEvidence' | 'putSubmission' | 'putAssessment' | 'putWithdrawal' | 'putRaw'
>;

/** Evidence, in partitions of its own: another system's role may put submissions there and touch nothing else. */
export function evidence(t: Table): Evidence {
  const read = async (ref: EnrollmentRef, prefix: string): Promise<RawItem[]> => {
    const shape = { KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)', ConsistentRead: true };
    const items = await t.queryAllRaw('readEvidence', shape, { ':pk': evidencePartition(ref), ':prefix': prefix });
    return items.map(toRawItem);
  };
  return {
    readAllEvidence: (ref) => read(ref, evidenceSortPrefix),
    async readEvidence(ref, requirements) {
      const items = await Promise.all(planPrefixes(requirements).map((prefix) => read(ref, prefix)));
      const wanted = new Set(requirements.map(requirementPrefix));
      return items.flat().filter(({ sk }) => wanted.has(`${sk.split('#', 2).join('#')}#`));
    },
    putSubmission: (submission) => putOnce(t, { ...submission, part: 'evidence' }, submission, false),
    putAssessment: (assessment, { fence }) => putOnce(t, { ...assessment, part: 'assessment' }, assessment, fence),
    putWithdrawal: (withdrawal) => putOnce(t, { ...withdrawal, part: 'withdrawal' }, withdrawal, true),
    putRaw: (pk, sk, attributes) => t.put('putRaw', { ...attributes, pk, sk }),
  };
}

/**
 * The fewest consistent queries that read some requirements: skills of one set share the stem of their ids, and one
 * query for the stem is charged by the size read, where one query each is charged by the kilobytes rounded up.
 */
export function planPrefixes(requirements: readonly string[]): string[] {
  const byStem = new Map<string, string[]>();
  for (const id of new Set(requirements)) {
    const stem = id.replace(/-\d+$/, '-');
    byStem.set(stem, [...(byStem.get(stem) ?? []), id]);
  }
  return [...byStem].map(([stem, ids]) =>
    ids.length === 1 ? requirementPrefix(ids[0] as string) : `${evidenceSortPrefix}${stem}`,
  );
}

/** Tries of a write that keeps meeting another transaction on the same enrollment; the waits add up to about a second. */
const maxTries = 7;

async function putOnce(t: Table, place: EvidencePlace, value: Item, fence: boolean): Promise<'stored' | 'exists'> {
  const item = { ...value, pk: evidencePartition(place), sk: evidenceSortKey(place) };
  const name = `put-${place.part}`;
  const condition = 'attribute_not_exists(pk)';
  for (let tries = 1; ; tries++) {
    try {
      if (!fence) await t.put(name, item, condition);
      else {
        const put = { Put: { TableName: t.name, Item: toItem(item), ConditionExpression: condition } };
        await t.transact(name, [put, bumpFence(t, place)]);
      }
      return 'stored';
    } catch (error) {
      if (isConditionFailure(error)) return 'exists';
      if (!(error instanceof TransactionCanceledException)) throw error;
      const cancelled = readCancellation(error);
      if (cancelled.kind === 'failed-conditions' && cancelled.indexes.includes(0)) return 'exists';
      const retryable = cancelled.kind === 'conflict' || cancelled.kind === 'throttled';
      if (retryable && tries < maxTries) {
        await setTimeout(10 * 2 ** tries * Math.random());
        continue;
      }
      const message = `the table cancelled a transaction (${cancelled.kind})`;
      throw new AdapterError(`table.${name}`, message, { retryable, cause: error });
    }
  }
}

/** Stops an issue that has read the evidence already; see the fence in the decisions log. */
function bumpFence(t: Table, ref: EnrollmentRef): TransactWriteItem {
  return {
    Update: {
      TableName: t.name,
      Key: toItem(enrollmentKey(ref)),
      UpdateExpression: 'ADD fence :one',
      ConditionExpression: 'attribute_exists(pk)',
      ExpressionAttributeValues: toItem({ ':one': 1 }),
    },
  };
}

/** Any hand may have written it: what JSON cannot hold is told apart by type and fails the contract, never the read. */
function toRawItem(item: RawAttributes): RawItem {
  const { pk: _, sk, ...attributes } = jsonAttributes(item);
  return { sk: String(sk), attributes };
}
