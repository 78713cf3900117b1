import type { TransactWriteItem } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import type { AuditEntry } from '../../domain/audit.ts';
import type { Commit } from '../../domain/commit.ts';
import type { Credential } from '../../domain/credential.ts';
import type { Delivery } from '../../domain/delivery.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import { deliveryTroubleSince } from '../../domain/needs.ts';
import { updateParts } from './enrollment-codec.ts';
import {
  credentialKey,
  credentialPartition,
  deliveryKey,
  duePartition,
  enrollmentKey,
  issuedPartition,
  ledgerKey,
  own,
  troublePartition,
} from './record-keys.ts';

/** One item of a transaction; an entry remembers its cause, so that a failed condition can be named. */
export type CommitItem = { write: TransactWriteItem; cause?: string };

export const toItem = (value: Record<string, unknown>) => marshall(value, { removeUndefinedValues: true });

/** A commit as a DynamoDB transaction: the enrollment first, then what hangs on it. */
export function commitItems(commit: Commit, tableName: string): CommitItem[] {
  const { enrollment } = commit;
  const put = (item: Record<string, unknown>): TransactWriteItem => ({
    Put: { TableName: tableName, Item: toItem(item), ConditionExpression: 'attribute_not_exists(pk)' },
  });
  return [
    { write: updateEnrollment(commit, tableName) },
    ...commit.entries.map((entry) => ({ write: put(ledgerItem(enrollment, entry)), cause: entry.cause })),
    ...(commit.newCredential ? [{ write: put(credentialItem(commit.newCredential)) }] : []),
    ...(commit.credentialChanges ?? []).map((change) => ({ write: updateCredential(enrollment, change, tableName) })),
    ...(commit.newDeliveries ?? []).map((delivery) => ({ write: put(deliveryItem(delivery)) })),
    ...(commit.deliveryChanges ?? []).map((change) => ({ write: putDelivery(change, tableName) })),
  ];
}

export const ledgerItem = (ref: EnrollmentRef, entry: AuditEntry) => ({
  ...ledgerKey(ref, entry.cause),
  ...own,
  ...entry,
});
export const credentialItem = (credential: Credential) => ({
  ...credentialKey(credential, credential.credentialId),
  ...own,
  ...credential,
  issuedPk: issuedPartition(credential.program),
  credentialPk: credentialPartition(credential.program, credential.credentialId),
});

export function deliveryItem(delivery: Delivery): Record<string, unknown> {
  const due = delivery.dueAt === undefined ? {} : { duePk: duePartition };
  const since = deliveryTroubleSince(delivery);
  const trouble = since === undefined ? {} : { troublePk: troublePartition(delivery.program), troubleAt: since };
  return { ...deliveryKey(delivery, delivery.deliveryId), ...own, ...delivery, ...due, ...trouble, kind: 'delivery' };
}

function updateEnrollment({ enrollment, guard, patch, bumpFence }: Commit, tableName: string): TransactWriteItem {
  const { expression, names, values } = updateParts(enrollment, patch);
  const conditions = ['attribute_exists(pk)'];
  if (guard.version !== undefined) {
    conditions.push('#version = :guardVersion');
    Object.assign(names, { '#version': 'version' });
    values[':guardVersion'] = guard.version;
  }
  if (guard.fence !== undefined) {
    conditions.push('fence = :guardFence');
    values[':guardFence'] = guard.fence;
  }
  if (guard.chainSeq !== undefined) {
    conditions.push('#chain.seq = :guardSeq');
    Object.assign(names, { '#chain': 'chain' });
    values[':guardSeq'] = guard.chainSeq;
  }
  if (guard.pending) {
    conditions.push('#pointers.#achievement.pending.credentialId = :guardPending');
    Object.assign(names, { '#pointers': 'pointers', '#achievement': guard.pending.achievement });
    values[':guardPending'] = guard.pending.credentialId;
  }
  if (bumpFence) values[':fenceStep'] = 1;
  return {
    Update: {
      TableName: tableName,
      Key: toItem(enrollmentKey(enrollment)),
      UpdateExpression: bumpFence ? `${expression} ADD fence :fenceStep` : expression,
      ConditionExpression: conditions.join(' AND '),
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: toItem(values),
    },
  };
}

function updateCredential(
  ref: EnrollmentRef,
  change: NonNullable<Commit['credentialChanges']>[number],
  tableName: string,
): TransactWriteItem {
  const names: Record<string, string> = { '#state': 'state' };
  const values: Record<string, unknown> = {};
  const sets = Object.entries(change.set).map(([attribute, value], i) => {
    names[`#s${i}`] = attribute;
    values[`:s${i}`] = value;
    return `#s${i} = :s${i}`;
  });
  const from = change.from.map((state, i) => {
    values[`:from${i}`] = state;
    return `:from${i}`;
  });
  // A credential back in force has no date of suspension any more.
  const remove = change.set.state === 'issued' ? ' REMOVE suspendedAt' : '';
  return {
    Update: {
      TableName: tableName,
      Key: toItem(credentialKey(ref, change.credentialId)),
      UpdateExpression: `SET ${sets.join(', ')}${remove}`,
      ConditionExpression: `#state IN (${from.join(', ')})`,
      ExpressionAttributeNames: names,
      ExpressionAttributeValues: toItem(values),
    },
  };
}

function putDelivery(change: NonNullable<Commit['deliveryChanges']>[number], tableName: string): TransactWriteItem {
  const values: Record<string, unknown> = { ':attempt': change.attempt };
  const from = change.from.map((state, i) => {
    values[`:from${i}`] = state;
    return `:from${i}`;
  });
  return {
    Put: {
      TableName: tableName,
      Item: toItem(deliveryItem(change.delivery)),
      // No allowed prior state: a condition that never holds, so that the commit is refused as a conflict.
      ConditionExpression:
        from.length > 0
          ? `#state IN (${from.join(', ')}) AND attempt = :attempt`
          : 'attribute_not_exists(pk) AND attempt = :attempt',
      ...(from.length > 0 && { ExpressionAttributeNames: { '#state': 'state' } }),
      ExpressionAttributeValues: toItem(values),
    },
  };
}
