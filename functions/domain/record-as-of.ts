import type { AuditAction, AuditEntry } from './audit.ts';
import type { Credential, CredentialState } from './credential.ts';
import type { DeliveryState } from './delivery.ts';

const credentialStates: Partial<Record<AuditAction, CredentialState>> = {
  'credential-issued': 'issued',
  'credential-reinstated': 'issued',
  'credential-suspended': 'suspended',
  'credential-superseded': 'superseded',
  'credential-revoked': 'revoked',
};

/**
 * A credential as its ledger tells that it was after the last of these entries; undefined where it had not been issued.
 * What came later is left out: the record of a moment must not know its future.
 */
export function credentialAsOf(credential: Credential, ledger: readonly AuditEntry[]): Credential | undefined {
  const own = ledger.filter((entry) => entry.subject === credential.credentialId && credentialStates[entry.action]);
  const last = own.at(-1);
  const state = last && credentialStates[last.action];
  if (!state) return undefined;
  const { suspendedAt, supersededAt, supersededBy, revokedAt, revocation, ...kept } = credential;
  return {
    ...kept,
    state,
    ...(state === 'suspended' && suspendedAt !== undefined && { suspendedAt }),
    ...(state === 'superseded' && {
      ...(supersededAt !== undefined && { supersededAt }),
      ...(supersededBy !== undefined && { supersededBy }),
    }),
    ...(state === 'revoked' && { ...(revokedAt !== undefined && { revokedAt }), ...(revocation && { revocation }) }),
  };
}

const deliveryStates: Partial<Record<AuditAction, DeliveryState>> = {
  'delivery-queued': 'queued',
  'delivery-deferred': 'queued',
  'delivery-sending': 'sending',
  'delivery-sent': 'sent',
  'delivery-delivered': 'delivered',
  'delivery-bounced': 'bounced',
  'delivery-complained': 'complained',
  'delivery-parked': 'parked',
  'delivery-cancelled': 'cancelled',
};

/** The state of an email after the last of these entries; undefined where it had not been queued. */
export function deliveryStateAsOf(deliveryId: string, ledger: readonly AuditEntry[]): DeliveryState | undefined {
  const last = ledger.findLast((entry) => entry.subject === deliveryId && deliveryStates[entry.action]);
  return last && deliveryStates[last.action];
}
