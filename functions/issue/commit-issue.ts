import { type AuditFact, chain, systemActor } from '../domain/audit.ts';
import { type Credential, type CredentialRequest, type Pointer, statesBefore } from '../domain/credential.ts';
import { newDelivery, parkedDelivery } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { saltedHash } from '../domain/hash.ts';
import type { IssueRequested } from '../domain/messages.ts';
import type { IssuePorts } from './issue-ports.ts';

/** *Issued*, with its ledger entries and its delivery, if pointer, fence and chain are as they were read. */
export function commitIssued(
  ports: Pick<IssuePorts, 'store'>,
  enrollment: Enrollment,
  pointer: Pointer,
  credential: Credential,
) {
  const { credentialId, achievement, issuedAt } = credential;
  const about = { kind: 'credential' as const, credentialId };
  const { emailMayBeOut } = pointer.pending ?? {};
  const email = {
    program: enrollment.program,
    enrollment: enrollment.enrollment,
    deliveryId: credential.delivery,
    about,
  };
  const delivery =
    emailMayBeOut === undefined ? newDelivery(email, issuedAt) : parkedDelivery(email, issuedAt, emailMayBeOut);
  const facts: AuditFact[] = [
    fact('credential-issued', credentialId, credential, {
      achievement,
      completedOn: credential.facts.completedOn,
      documentHash: credential.document.hash,
      unsignedHash: credential.document.unsignedHash,
      engine: credential.document.engine,
      basisHash: credential.basisHash,
      factsHash: saltedHash(enrollment.salt, credentialId, credential.facts),
    }),
    ...(credential.replaces === undefined
      ? []
      : [fact('credential-superseded', credential.replaces, credential, { by: credentialId })]),
    fact(`delivery-${delivery.state}`, credential.delivery, credential, {
      credential: credentialId,
      ...(emailMayBeOut !== undefined && { reason: emailMayBeOut }),
    }),
  ];
  const chained = chain(enrollment, facts, issuedAt);
  const { pending: _, revoked: __, ...rest } = pointer;
  const next: Pointer = {
    ...rest,
    active: { credentialId, suspended: false, completedOn: credential.facts.completedOn },
  };
  return ports.store.commit({
    enrollment,
    guard: { fence: enrollment.fence, chainSeq: enrollment.chain.seq, pending: { achievement, credentialId } },
    patch: { pointers: { [achievement]: next }, chain: chained.head, lastChangeAt: issuedAt },
    entries: chained.entries,
    newCredential: credential,
    ...(credential.replaces !== undefined && {
      credentialChanges: [
        {
          credentialId: credential.replaces,
          from: statesBefore('superseded'),
          set: { state: 'superseded' as const, supersededAt: issuedAt, supersededBy: credentialId },
        },
      ],
    }),
    newDeliveries: [delivery],
  });
}

/** The pending credential, marked with why it waits for a person. */
export function commitParked(
  ports: Pick<IssuePorts, 'store' | 'clock'>,
  message: IssueRequested,
  enrollment: Enrollment,
  pointer: Pointer,
  reason: string,
) {
  const { achievement, credentialId } = message;
  const now = ports.clock.now();
  const pending = { ...(pointer.pending as CredentialRequest), parked: reason, parkedAt: now };
  const cause = `issue#${credentialId}#parked#${enrollment.chain.seq}`;
  const parked: AuditFact = {
    actor: systemActor('issue'),
    action: 'credential-parked',
    subject: credentialId,
    facts: { achievement, reason },
    cause,
  };
  const chained = chain(enrollment, [parked], now);
  return ports.store.commit({
    enrollment,
    guard: { version: enrollment.version },
    patch: { pointers: { [achievement]: { ...pointer, pending } }, chain: chained.head },
    entries: chained.entries,
  });
}

function fact(
  action: AuditFact['action'],
  subject: string,
  credential: { credentialId: string },
  facts: AuditFact['facts'],
): AuditFact {
  return { actor: systemActor('issue'), action, subject, facts, cause: `issue#${credential.credentialId}#${action}` };
}
