import { type AuditFact, systemActor } from './audit.ts';
import type { Achievement, CredentialRequest, FrozenFacts, Pointer } from './credential.ts';
import type { Completion } from './enrollment.ts';
import { addSeconds, type Instant, later } from './time.ts';

/** How long after its release a pending credential may take before the sweep drives it again. */
export const issueGraceSeconds = 120;

export type NewIds = () => { credentialId: string; code: string };

export type PointerChange = {
  pointer: Pointer;
  facts: Omit<AuditFact, 'cause'>[];
  /** A change of the active credential's own record. */
  transition?: { credentialId: string; to: 'suspended' | 'issued' };
};

/** What one achievement's pointer is judged on. */
export type PointerInput = {
  achievement: Achievement;
  pointer: Pointer | undefined;
  /** Where nothing is active: the completion that the record carries now. */
  completion: Completion | undefined;
  /** Where something is active: whether its basis stands. */
  stands: boolean;
  facts: (completedOn: string) => FrozenFacts;
  holdHours: number;
  now: Instant;
  newIds: NewIds;
};

/**
 * Moves one pointer as the record moves: requests what is complete, cancels a request whose basis fell, suspends and
 * reinstates what is in force. Never revokes and never reissues: those are people's acts. Undefined where it stays.
 */
export function movePointer(input: PointerInput): PointerChange | undefined {
  const { pointer = {} } = input;
  return pointer.active ? moveActive(input, pointer.active, pointer) : moveInactive(input, pointer);
}

function moveActive(
  input: PointerInput,
  active: NonNullable<Pointer['active']>,
  pointer: Pointer,
): PointerChange | undefined {
  const facts: PointerChange['facts'] = [];
  const { stands } = input;
  const next = stands ? { ...pointer } : withoutPending(pointer);
  if (!stands && pointer.pending)
    facts.push(fact('credential-request-cancelled', pointer.pending.credentialId, { achievement: input.achievement }));
  if (stands === !active.suspended) return facts.length > 0 ? { pointer: next, facts } : undefined;
  const to = stands ? 'issued' : 'suspended';
  facts.push(
    fact(stands ? 'credential-reinstated' : 'credential-suspended', active.credentialId, {
      achievement: input.achievement,
    }),
  );
  const { suspendedAt: _, ...kept } = active;
  next.active = { ...kept, suspended: !stands, ...(!stands && { suspendedAt: input.now }) };
  return { pointer: next, facts, transition: { credentialId: active.credentialId, to } };
}

function moveInactive(input: PointerInput, pointer: Pointer): PointerChange | undefined {
  const { completion, achievement } = input;
  const { pending } = pointer;
  if (pending && pending.facts.completedOn === completion?.on) return undefined;
  const facts: PointerChange['facts'] = [];
  if (pending) facts.push(fact('credential-request-cancelled', pending.credentialId, { achievement }));
  if (!completion || pointer.revoked) return pending ? { pointer: withoutPending(pointer), facts } : undefined;
  const request = requestCredential(input, completion);
  const { credentialId, releaseAt } = request;
  // What is held says until when: the ledger alone tells why nothing was issued meanwhile.
  const held = releaseAt > input.now && { releaseAt };
  facts.push(fact('credential-requested', credentialId, { achievement, completedOn: completion.on, ...held }));
  return { pointer: withPending(pointer, request), facts };
}

/** A new pending credential. Its id and times are fixed here and travel on, so that every rerun prints the same paper. */
export function requestCredential(
  input: Pick<PointerInput, 'now' | 'newIds' | 'holdHours' | 'facts'>,
  completion: Completion,
  replaces?: string,
): CredentialRequest {
  const releaseAt = later(input.now, addSeconds(completion.at, input.holdHours * 3600));
  return {
    ...input.newIds(),
    requestedAt: input.now,
    releaseAt,
    facts: input.facts(completion.on),
    redrives: 0,
    dueAt: addSeconds(releaseAt, issueGraceSeconds),
    ...(replaces !== undefined && { replaces }),
  };
}

/**
 * The pointer with a new request. What replaces one whose email may be out already is as much in doubt: its email waits
 * for a person too.
 */
export function withPending(pointer: Pointer, request: CredentialRequest): Pointer {
  const { emailMayBeOut, ...rest } = withoutPending(pointer);
  return { ...rest, pending: emailMayBeOut === undefined ? request : { ...request, emailMayBeOut } };
}

/** The pointer without its request. That the request's email may be out stays true, however long the next one takes. */
export function withoutPending({ pending, ...rest }: Pointer): Pointer {
  const emailMayBeOut = pending?.emailMayBeOut;
  return emailMayBeOut === undefined ? rest : { ...rest, emailMayBeOut };
}

/**
 * A pending credential under a corrected name: a request of its own, since what was frozen never changes. It is tried
 * afresh, but what a person has set aside stays set aside.
 */
export function requestUnderName(
  pending: CredentialRequest,
  name: string,
  ids: ReturnType<NewIds>,
  now: Instant,
): CredentialRequest {
  const { facts, replaces, emailMayBeOut, setAside, parked, parkedAt } = pending;
  const releaseAt = later(now, pending.releaseAt);
  return {
    ...ids,
    requestedAt: now,
    releaseAt,
    facts: { ...facts, name },
    redrives: 0,
    dueAt: addSeconds(releaseAt, issueGraceSeconds),
    ...(replaces !== undefined && { replaces }),
    ...(emailMayBeOut !== undefined && { emailMayBeOut }),
    ...(setAside && parked !== undefined && { setAside, parked, ...(parkedAt !== undefined && { parkedAt }) }),
  };
}

function fact(action: AuditFact['action'], subject: string, facts: AuditFact['facts']): Omit<AuditFact, 'cause'> {
  return { actor: systemActor('evaluate'), action, subject, facts };
}
