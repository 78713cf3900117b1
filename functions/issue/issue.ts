import type { Credential } from '../domain/credential.ts';
import type { IssueRequested } from '../domain/messages.ts';
import type { Program } from '../domain/program.ts';
import { keptUntil } from '../domain/retention.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import { frozenProgram, isIssuable, readBasis } from './basis.ts';
import { commitIssued, commitParked } from './commit-issue.ts';
import type { IssuePorts } from './issue-ports.ts';
import { makeCredential, parkable } from './make-credential.ts';

export type IssueOutcome = 'issued' | 'repeated' | 'stale' | 'held' | 'refused' | 'parked';

const maxTries = 6;

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
    if (pending.parked !== undefined) {
      // Only a person takes it up again, by clearing the mark; a repeat of the request must not.
      ports.journal('issue.waiting', where);
      return 'parked';
    }
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
    const made = await makeCredential(ports, message, enrollment, pending, basis).catch(parkable);
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
    await follow(ports, made, basis.frozenProgram);
    return 'issued';
  }
  throw new AdapterError('issue.busy', 'the enrollment kept changing while its credential was issued', {
    retryable: true,
  });
}

/** What follows a commit: the lock and the email. May be repeated. */
async function follow(ports: IssuePorts, credential: Credential, frozen: Program): Promise<void> {
  await ports.documents.keep(credential.document.key, keptUntil(credential, frozen.policy));
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
  await follow(ports, credential, await frozenProgram(ports, credential));
  return 'repeated';
}
