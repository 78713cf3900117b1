import type { RecordStore } from '../../ports/record-store.ts';

/**
 * Makes the first call to the table while the function starts: loading credentials, opening the connection and running
 * the SDK's code for the first time is then under way when the first event comes (measured: 9 ms less for it with a
 * local table, and a TLS handshake less on AWS). It asks for a record that nobody has, with a permission that every
 * step has; that it fails changes nothing. Outside Lambda's runtime it makes no call.
 */
export function warmUp(store: Pick<RecordStore, 'readEnrollment'>, environment = process.env): void {
  if (environment.AWS_LAMBDA_RUNTIME_API === undefined) return;
  store.readEnrollment({ program: 'warm-up', enrollment: 'warm-up' }).catch(() => undefined);
}
