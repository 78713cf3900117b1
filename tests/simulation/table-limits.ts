import { ledgerKey } from '../../functions/adapters/aws/record-keys.ts';
import type { Commit } from '../../functions/domain/commit.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';

const maxTransactionItems = 100;
const maxSortKeyBytes = 1024;

/** Refuses what DynamoDB refuses before it looks at any condition. */
export function checkTransaction(commit: Commit): void {
  const { entries, newCredential, credentialChanges = [], newDeliveries = [], deliveryChanges = [] } = commit;
  const credentials = [...(newCredential ? [newCredential] : []), ...credentialChanges];
  const deliveries = [...newDeliveries, ...deliveryChanges.map((change) => change.delivery)];
  const keys = [
    'enrollment',
    ...entries.map((entry) => `entry ${entry.cause}`),
    ...credentials.map((c) => `credential ${c.credentialId}`),
    ...deliveries.map((d) => `delivery ${d.deliveryId}`),
  ];
  if (keys.length > maxTransactionItems) {
    throw invalid(`a transaction of ${keys.length} items: at most ${maxTransactionItems}`);
  }
  if (new Set(keys).size < keys.length) throw invalid('a transaction names one item twice');
  for (const entry of entries) checkSortKey(ledgerKey(commit.enrollment, entry.cause).sk);
}

export function checkSortKey(sk: string): void {
  if (Buffer.byteLength(sk) > maxSortKeyBytes) throw invalid(`a sort key of more than ${maxSortKeyBytes} bytes`);
}

export function invalid(what: string): AdapterError {
  return new AdapterError('table.invalid', `the table refuses ${what}`, { retryable: false });
}
