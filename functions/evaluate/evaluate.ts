import { type AuditFact, chain, systemActor } from '../domain/audit.ts';
import type { Achievement } from '../domain/credential.ts';
import { type Delivery, deliveryIdOf, queuedAgain } from '../domain/delivery.ts';
import { type Enrollment, patched } from '../domain/enrollment.ts';
import { decideEvaluation, type EvaluationDecision, maxChangesPerCommit } from '../domain/evaluation.ts';
import { evidencePartition, parseEvidenceKeys, type RawItem } from '../domain/evidence.ts';
import { type Framework, requirementsOf } from '../domain/framework.ts';
import { documentHash } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { Change } from '../domain/messages.ts';
import { epochOf } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { Clock } from '../ports/clock.ts';
import type { Ids } from '../ports/ids.ts';
import type { Journal } from '../ports/journal.ts';
import { type MessageQueue, maxDelaySeconds } from '../ports/message-queue.ts';
import type { RecordStore } from '../ports/record-store.ts';

export type EvaluatePorts = {
  store: Pick<
    RecordStore,
    | 'readEnrollment'
    | 'readProgram'
    | 'readFramework'
    | 'readEvidence'
    | 'readAllEvidence'
    | 'readCredential'
    | 'readDelivery'
    | 'commit'
    | 'putAside'
    | 'clearAside'
  >;
  queue: MessageQueue;
  clock: Clock;
  ids: Pick<Ids, 'id' | 'code'>;
  journal: Journal;
};

export type EvaluationRequest = {
  ref: EnrollmentRef;
  changes: readonly Change[];
  /** Look at every requirement, not only at those that the changes name. */
  whole: boolean;
  /** Issue found the record other than we left it: if we find nothing new, the sweep counts the next try. */
  afterRefusal?: boolean;
};

/** Tries before a busy enrollment is left to the event source's own retry. */
const maxTries = 12;

/**
 * Reacts to changed evidence. Level-triggered: a change only says which requirement to look at, and what the table
 * holds now decides; repeats, replays and reordering change nothing. A repeat drives the next step again, since the
 * write may have happened and the send not.
 */
export async function evaluateEnrollment(ports: EvaluatePorts, request: EvaluationRequest): Promise<void> {
  let { changes } = request;
  do changes = await evaluateBatch(ports, { ...request, changes });
  while (changes.length > 0);
}

/** Evaluates as many of the changes as one transaction takes, and answers with the rest. */
async function evaluateBatch(ports: EvaluatePorts, whole: EvaluationRequest): Promise<readonly Change[]> {
  const knownCauses = new Set<string>();
  for (let tries = 0; tries < maxTries; tries++) {
    const enrollment = await ports.store.readEnrollment(whole.ref);
    // After the enrollment: an act that changes the program for its people then counts their versions up.
    const stored = enrollment && (await ports.store.readProgram(whole.ref.program));
    if (!stored) {
      await setAsideUnknown(ports, whole);
      return [];
    }
    const { program, hashes } = stored;
    const most = maxChangesPerCommit(program, enrollment);
    const request = { ...whole, changes: whole.changes.slice(0, most) };
    const framework = await readFramework(ports, enrollment);
    const readings = await read(ports, request, framework);
    const now = ports.clock.now();
    const newIds = () => ({ credentialId: ports.ids.id(), code: ports.ids.code() });
    const decision = decideEvaluation({
      enrollment,
      program,
      hashes,
      framework,
      readings,
      changes: request.changes,
      knownCauses,
      now,
      newIds,
    });
    let emails: Delivery[] = [];
    if (Object.keys(decision.patch).length > 0) {
      emails = await emailsToRenew(ports, enrollment, decision);
      const result = await write(ports, enrollment, decision, emails);
      if (result.outcome === 'conflict') continue;
      if (result.outcome === 'repeated') {
        for (const cause of result.causes) knownCauses.add(cause);
        continue;
      }
      for (const { cause } of decision.entries) knownCauses.add(cause);
    }
    await sortAsides(ports, request.ref, decision);
    tell(ports, request, decision);
    if (decision.changed || !request.afterRefusal) await drive(ports, patched(enrollment, decision.patch));
    for (const { deliveryId } of emails)
      await ports.queue.send({ type: 'delivery-requested', version: 1, ...request.ref, deliveryId });
    if (!decision.unfinished) return whole.changes.slice(most);
  }
  throw new AdapterError('evaluate.busy', 'the enrollment kept changing while it was evaluated', { retryable: true });
}

/** A reinstated credential whose email was cancelled while it was suspended is mailed after all. */
async function emailsToRenew(
  ports: EvaluatePorts,
  enrollment: Enrollment,
  decision: EvaluationDecision,
): Promise<Delivery[]> {
  const emails: Delivery[] = [];
  for (const { credentialId } of decision.transitions.filter((t) => t.to === 'issued')) {
    const credential = await ports.store.readCredential(enrollment, credentialId);
    const delivery = credential && (await ports.store.readDelivery(enrollment, credential.delivery));
    if (delivery?.state === 'cancelled')
      emails.push(queuedAgain(delivery, deliveryIdOf(credentialId, enrollment.version), ports.clock.now()));
  }
  return emails;
}

function write(
  ports: EvaluatePorts,
  enrollment: Enrollment,
  decision: EvaluationDecision,
  emails: readonly Delivery[],
) {
  const queued = emails.map((email): AuditFact => {
    const facts = { credential: email.about.kind === 'credential' ? email.about.credentialId : '' };
    return {
      actor: systemActor('evaluate'),
      action: 'delivery-queued',
      subject: email.deliveryId,
      facts,
      cause: `evaluate#${email.deliveryId}`,
    };
  });
  const more = chain({ ...enrollment, chain: decision.patch.chain ?? enrollment.chain }, queued, ports.clock.now());
  return ports.store.commit({
    enrollment,
    guard: { version: enrollment.version },
    patch: { ...decision.patch, chain: more.head },
    entries: [...decision.entries, ...more.entries],
    newDeliveries: emails,
    credentialChanges: decision.transitions.map((t) => {
      if (t.to === 'suspended')
        return { credentialId: t.credentialId, from: ['issued'], set: { state: 'suspended', suspendedAt: t.at } };
      const email = emails.find((e) => e.about.kind === 'credential' && e.about.credentialId === t.credentialId);
      return {
        credentialId: t.credentialId,
        from: ['suspended'],
        set: { state: 'issued', ...(email && { delivery: email.deliveryId }) },
      };
    }),
  });
}

/** Asks for whatever is pending, unless it waits for a person or for longer than a queue can hold a message back. */
async function drive(ports: EvaluatePorts, enrollment: Enrollment): Promise<void> {
  for (const [achievement, pointer] of Object.entries(enrollment.pointers)) {
    const { pending } = pointer;
    if (!pending || pending.parked) continue;
    const delaySeconds = Math.max(0, Math.ceil((epochOf(pending.releaseAt) - epochOf(ports.clock.now())) / 1000));
    if (delaySeconds > maxDelaySeconds) continue;
    await ports.queue.send(
      {
        type: 'issue-requested',
        version: 1,
        program: enrollment.program,
        enrollment: enrollment.enrollment,
        achievement: achievement as Achievement,
        credentialId: pending.credentialId,
        requestedAt: pending.requestedAt,
      },
      { delaySeconds },
    );
  }
}

/** The requirements to look at and their items, read consistently after the enrollment. */
async function read(
  ports: EvaluatePorts,
  request: EvaluationRequest,
  framework: Framework,
): Promise<Map<string, RawItem[]>> {
  const { ref } = request;
  const requirementOf = (sk: string) => parseEvidenceKeys(evidencePartition(ref), sk)?.requirement;
  const named = request.changes.flatMap((change) => requirementOf(change.sk) ?? []);
  const looked = new Set(request.whole ? [...requirementsOf(framework).keys(), ...named] : named);
  const readings = new Map<string, RawItem[]>([...looked].map((id) => [id, []]));
  const items = request.whole
    ? await ports.store.readAllEvidence(ref)
    : await ports.store.readEvidence(ref, [...looked]);
  for (const item of items) readings.get(requirementOf(item.sk) ?? '')?.push(item);
  return readings;
}

async function readFramework(ports: EvaluatePorts, enrollment: Enrollment): Promise<Framework> {
  const framework = await ports.store.readFramework(enrollment.framework);
  if (!framework) {
    const { id, version } = enrollment.framework;
    throw new AdapterError('framework.unknown', `framework ${id} ${version} is not in the table; load it again`, {
      retryable: false,
    });
  }
  return framework;
}

async function setAsideUnknown(ports: EvaluatePorts, { ref, changes }: EvaluationRequest): Promise<void> {
  ports.journal('evaluate.unknown-enrollment', {
    program: ref.program,
    enrollment: ref.enrollment,
    changes: changes.length,
  });
  for (const change of changes) {
    if (change.kind === 'deleted') await ports.store.clearAside(ref, change.sk);
    else
      await ports.store.putAside({
        ...ref,
        sk: change.sk,
        at: change.at,
        sequence: change.sequence,
        code: 'enrollment.unknown',
        reason: 'enrollment: does not exist; enroll first',
        ...(change.image && { imageHash: documentHash(change.image) }),
      });
  }
}

async function sortAsides(ports: EvaluatePorts, ref: EnrollmentRef, decision: EvaluationDecision): Promise<void> {
  for (const aside of decision.setAside) await ports.store.putAside({ ...ref, ...aside });
  for (const sk of decision.clearAside) await ports.store.clearAside(ref, sk);
}

function tell({ journal }: EvaluatePorts, { ref, changes }: EvaluationRequest, decision: EvaluationDecision): void {
  const where = { program: ref.program, enrollment: ref.enrollment };
  journal(decision.changed ? 'evaluate.committed' : 'evaluate.unchanged', {
    ...where,
    changes: changes.length,
    entries: decision.entries.length,
  });
  if (decision.patch.completion) journal('evaluate.completion', { ...where, on: decision.patch.completion.on });
  for (const t of decision.transitions) {
    journal(t.to === 'suspended' ? 'evaluate.suspended' : 'evaluate.reinstated', {
      ...where,
      credential: t.credentialId,
    });
  }
  // Never the item's key: its requirement may be a sensitive one.
  for (const aside of decision.setAside) journal('evaluate.set-aside', { ...where, code: aside.code });
}
