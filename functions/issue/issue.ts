import { type AuditFact, chain, systemActor } from '../domain/audit.ts';
import { decideCompletion, decideSkillSet, type Standing, stillHolds } from '../domain/completion.ts';
import {
  type Credential,
  type CredentialRequest,
  type Pointer,
  signedStatement,
  statesBefore,
} from '../domain/credential.ts';
import { newDelivery, parkedDelivery } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { rulesOf, sameProgress } from '../domain/evaluation.ts';
import { type Framework, requirementsOf } from '../domain/framework.ts';
import { canonicalJson, documentHash, saltedHash, sha256 } from '../domain/hash.ts';
import type { IssueRequested } from '../domain/messages.ts';
import type { CertificateTemplate, Program } from '../domain/program.ts';
import type { RequirementProgress } from '../domain/progress.ts';
import { recomputeProgress } from '../domain/recompute.ts';
import { addMonths, civilDateOf } from '../domain/time.ts';
import { transcriptOf } from '../domain/transcript.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { CertificateEngine } from '../ports/certificate-engine.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { Journal } from '../ports/journal.ts';
import type { MessageQueue } from '../ports/message-queue.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { Signer } from '../ports/signer.ts';

export type IssuePorts = {
  store: Pick<
    RecordStore,
    | 'readEnrollment'
    | 'readProgram'
    | 'readProgramVersion'
    | 'readTemplate'
    | 'readFramework'
    | 'readAllEvidence'
    | 'readCredential'
    | 'readDelivery'
    | 'commit'
  >;
  engine: CertificateEngine;
  signer: Signer;
  documents: DocumentStore;
  queue: MessageQueue;
  clock: Clock;
  journal: Journal;
};

export type IssueOutcome = 'issued' | 'repeated' | 'stale' | 'held' | 'refused' | 'parked';

const maxTries = 6;
/** Documents are locked for as long as an audit may ask for them. */
export const retentionMonths = 60;

/**
 * Issues one pending credential, once. Reads the pointer and the fence, then all the evidence again; refuses where
 * anything is missing or differs from what evaluate recorded; commits only if pointer, fence and chain are unchanged.
 * Id and times were fixed by evaluate, so a rerun prints the same bytes and adopts what an earlier run stored.
 */
export async function issueCredential(ports: IssuePorts, message: IssueRequested): Promise<IssueOutcome> {
  const ref = { program: message.program, enrollment: message.enrollment };
  const where = { program: ref.program, enrollment: ref.enrollment, credential: message.credentialId };
  for (let tries = 0; tries < maxTries; tries++) {
    const enrollment = await ports.store.readEnrollment(ref);
    if (!enrollment)
      throw new AdapterError('enrollment.unknown', 'a credential was asked for an enrollment that is not there', {
        retryable: false,
      });
    const pointer = enrollment.pointers[message.achievement] ?? {};
    const { pending } = pointer;
    if (pending?.credentialId !== message.credentialId) return settleRepeat(ports, message);
    if (pending.releaseAt > ports.clock.now()) {
      ports.journal('issue.held', where);
      return 'held';
    }
    const basis = await readBasis(ports, enrollment, pending);
    if (!isIssuable(message, enrollment, pending, basis, ports.clock.now())) {
      ports.journal('issue.refused', where);
      await ports.queue.send({
        type: 'evaluation-requested',
        version: 1,
        ...ref,
        changes: [],
        whole: true,
        reason: 'issue-refused',
      });
      return 'refused';
    }
    const made = await makeCredential(ports, message, enrollment, pending, basis).catch((error: unknown) =>
      parkable(error),
    );
    const outcome =
      'parked' in made
        ? await commitParked(ports, message, enrollment, pointer, made.parked)
        : await commitIssued(ports, enrollment, pointer, made);
    if (outcome.outcome !== 'committed') continue;
    if ('parked' in made) {
      // The code alone: the words may name the characters of a name.
      ports.journal('issue.parked', { ...where, code: made.parked.split(':')[0] ?? '' });
      return 'parked';
    }
    ports.journal('issue.issued', where);
    await follow(ports, made);
    return 'issued';
  }
  throw new AdapterError('issue.busy', 'the enrollment kept changing while its credential was issued', {
    retryable: true,
  });
}

/** What follows a commit: the lock and the email. May be repeated. */
async function follow(ports: IssuePorts, credential: Credential): Promise<void> {
  await ports.documents.keep(credential.document.key, addMonths(credential.requestedAt.slice(0, 10), retentionMonths));
  const { program, enrollment, delivery } = credential;
  await ports.queue.send({ type: 'delivery-requested', version: 1, program, enrollment, deliveryId: delivery });
}

async function settleRepeat(ports: IssuePorts, message: IssueRequested): Promise<IssueOutcome> {
  const where = { program: message.program, enrollment: message.enrollment, credential: message.credentialId };
  const credential = await ports.store.readCredential(message, message.credentialId);
  if (!credential) {
    ports.journal('issue.stale', where);
    return 'stale';
  }
  ports.journal('issue.repeated', where);
  await follow(ports, credential);
  return 'repeated';
}

type Basis = {
  framework: Framework;
  /** In force now: its roster and policy judge the evidence. */
  program: Program;
  /** As frozen: its branding and words are printed. */
  frozenProgram: Program;
  template: CertificateTemplate;
  progress: Record<string, RequirementProgress>;
};

async function readBasis(ports: IssuePorts, enrollment: Enrollment, pending: CredentialRequest): Promise<Basis> {
  const { store } = ports;
  const { hashes } = pending.facts;
  const stored = await store.readProgram(enrollment.program);
  const framework = await store.readFramework(enrollment.framework);
  const frozenProgram = await store.readProgramVersion(enrollment.program, hashes.program);
  const template = await store.readTemplate(enrollment.program, hashes.template);
  if (!stored || !framework || !frozenProgram || !template) {
    throw new AdapterError(
      'issue.basis-missing',
      'the program, template or framework version that the request froze is not in the table',
      {
        retryable: false,
      },
    );
  }
  const items = await store.readAllEvidence(enrollment);
  const progress = recomputeProgress(framework, items, rulesOf(enrollment, stored.program));
  return { framework, program: stored.program, frozenProgram, template, progress };
}

/** Everything met, by evidence read just now, exactly as evaluate recorded it. */
function isIssuable(
  message: IssueRequested,
  enrollment: Enrollment,
  pending: CredentialRequest,
  basis: Basis,
  now: string,
): boolean {
  if (enrollment.status === 'withdrawn') return false;
  const requirements = [...requirementsOf(basis.framework).values()];
  const relevant = requirements.filter(
    (r) => message.achievement === 'completion' || message.achievement === `skill-set:${r.set}`,
  );
  if (relevant.some((r) => !sameProgress(enrollment.progress[r.id], basis.progress[r.id]))) return false;
  const standing: Standing = {
    framework: basis.framework,
    program: basis.program,
    enrolledOn: enrollment.enrolledOn,
    progress: basis.progress,
  };
  const { completedOn } = pending.facts;
  if (message.achievement !== 'completion') {
    const completion = decideSkillSet(standing, message.achievement.slice('skill-set:'.length));
    return completion !== undefined && (pending.replaces !== undefined || completion.on === completedOn);
  }
  if (pending.replaces !== undefined) return stillHolds(standing, completedOn);
  const decision = decideCompletion(standing, now);
  return decision.complete && decision.completion.on === completedOn;
}

async function makeCredential(
  ports: IssuePorts,
  message: IssueRequested,
  enrollment: Enrollment,
  pending: CredentialRequest,
  basis: Basis,
): Promise<Credential> {
  const { achievement, credentialId } = message;
  const set = basis.framework.skillSets.find((s) => `skill-set:${s.id}` === achievement);
  const transcript = transcriptOf(achievement, basis.framework, basis.progress, basis.frozenProgram.timeZone);
  const { bytes, engine } = await ports.engine.render({
    credentialId,
    code: pending.code,
    achievement,
    achievementText: set ? (set.display ?? set.text) : basis.frozenProgram.achievement,
    facts: pending.facts,
    issuedOn: civilDateOf(pending.requestedAt, basis.frozenProgram.timeZone),
    program: basis.frozenProgram,
    template: basis.template,
    transcript,
  });
  const hash = sha256(bytes);
  const key = `${enrollment.program}/${credentialId}/${hash}.pdf`;
  if ((await ports.documents.put(key, bytes)) === 'exists') {
    const stored = await ports.documents.get(key);
    if (!stored || sha256(stored) !== hash) {
      throw new AdapterError('document.altered', `the stored document ${credentialId} does not match its own hash`, {
        retryable: false,
      });
    }
  }
  const credential = {
    credentialId,
    program: enrollment.program,
    enrollment: enrollment.enrollment,
    achievement,
    code: pending.code,
    requestedAt: pending.requestedAt,
    issuedAt: ports.clock.now(),
    facts: pending.facts,
    transcript,
    basisHash: documentHash(basis.progress),
    document: { key, hash, bytes: bytes.length, engine },
    state: 'issued' as const,
    ...(pending.replaces !== undefined && { replaces: pending.replaces }),
    delivery: `dlv-${credentialId}`,
  };
  const { keyId, signature } = await ports.signer.sign(
    new TextEncoder().encode(canonicalJson(signedStatement(credential))),
  );
  return { ...credential, signature: { keyId, value: signature } };
}

function commitIssued(ports: IssuePorts, enrollment: Enrollment, pointer: Pointer, credential: Credential) {
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
  const chained = chain(enrollment.chain, facts, issuedAt);
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

function commitParked(
  ports: IssuePorts,
  message: IssueRequested,
  enrollment: Enrollment,
  pointer: Pointer,
  reason: string,
) {
  const { achievement, credentialId } = message;
  const pending = { ...(pointer.pending as CredentialRequest), parked: reason };
  const cause = `issue#${credentialId}#parked#${enrollment.chain.seq}`;
  const parked: AuditFact = {
    actor: systemActor('issue'),
    action: 'credential-parked',
    subject: credentialId,
    facts: { achievement, reason },
    cause,
  };
  const chained = chain(enrollment.chain, [parked], ports.clock.now());
  return ports.store.commit({
    enrollment,
    guard: { version: enrollment.version },
    patch: { pointers: { [achievement]: { ...pointer, pending } }, chain: chained.head },
    entries: chained.entries,
  });
}

/** What no retry can mend waits for a person; everything else is thrown on, and the message comes again. */
function parkable(error: unknown): { parked: string } {
  if (error instanceof AdapterError && !error.retryable)
    return { parked: `${error.code}: ${error.message}`.slice(0, 300) };
  throw error;
}

function fact(
  action: AuditFact['action'],
  subject: string,
  credential: { credentialId: string },
  facts: AuditFact['facts'],
): AuditFact {
  return { actor: systemActor('issue'), action, subject, facts, cause: `issue#${credential.credentialId}#${action}` };
}
