import { type Actor, type AuditFact, chain } from '../domain/audit.ts';
import { revocationCodes } from '../domain/credential.ts';
import { saltedHash } from '../domain/hash.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { type Program, type Voided, voidedBy, withVoided } from '../domain/program.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { StoredProgram } from '../ports/record-store.ts';
import type { ActPorts } from './act-ports.ts';
import { askForLook } from './ask-for-look.ts';
import { type AssessorImpact, assessorImpact, impactOn } from './assessor-impact.ts';
import { type Refused, refused } from './refusal.ts';
import { revokeCredential } from './revoke-credential.ts';

export type VoidInput = {
  program: string;
  assessor: string;
  text: string;
  /** Revoke what falls, with this code; without it, evaluate suspends. */
  revoke?: (typeof revocationCodes)[number];
};

/** `enrollments`: those whose fence was counted up. `falling`: their credentials in force that no longer stand. */
export type VoidAnswer = {
  outcome: 'voided';
  voided: Voided;
  enrollments: number;
  falling: number;
  revoked: string[];
};

const maxTries = 12;

/**
 * Voids every assessment of an assessor, made or to come. First the program's roster says so, which evaluate and issue
 * judge by; then each enrollment that they ever assessed gets an entry with its fence counted up, so that no issue that
 * began before passes, and evaluate looks at all of it. After the answer nothing is issued on their word. To be
 * repeated after a failure until it answers: it goes on where it stopped, in the name of who began it.
 */
export async function voidAssessor(ports: ActPorts, actor: Actor, input: VoidInput): Promise<VoidAnswer | Refused> {
  const fault = refuseInput(actor, input);
  if (fault) return fault;
  const marked = await markProgram(ports, actor, input);
  if ('outcome' in marked) return marked;
  const { program, voided } = marked;
  const answer: VoidAnswer = { outcome: 'voided', voided, enrollments: 0, falling: 0, revoked: [] };
  for await (const { enrollment } of assessorImpact(ports, program, input.assessor)) {
    const ref = { program: program.id, enrollment };
    await fenceOff(ports, ref, input.assessor, marked);
    answer.enrollments++;
    // Read again behind the fence: what was issued while we came has its pointer by now.
    const after = await impactOn(ports, program, input.assessor, ref);
    const { falling, revoked } = await settle(ports, actor, ref, after, input);
    answer.falling += falling;
    answer.revoked.push(...revoked);
  }
  return answer;
}

function refuseInput(actor: Actor, { assessor, text, revoke }: VoidInput): Refused | undefined {
  if (actor.id === assessor)
    return refused('voiding.own', 'as: the assessor cannot confirm it; an administrator other than them does');
  const words = text.trim();
  if (words.length < 3 || words.length > 500 || /\p{Cc}/u.test(words))
    return refused('voiding.text', 'reason: one line of 3 to 500 characters that says why');
  if (revoke !== undefined && !revocationCodes.includes(revoke))
    return refused('revocation.code', `code: one of ${revocationCodes.join(', ')}`);
  return undefined;
}

type Marked = { program: Program; hash: string; voided: Voided };

/** The roster with the mark, stored; what is marked already stays as it is. */
async function markProgram(ports: ActPorts, actor: Actor, input: VoidInput): Promise<Marked | Refused> {
  const { store } = ports;
  for (let tries = 0; tries < maxTries; tries++) {
    const stored = await store.readProgram(input.program);
    if (!stored)
      return refused('program.unknown', `program: there is no "${input.program}"`, { next: 'list-programs' });
    const known = voidedBy(stored.program, input.assessor);
    if (known) return { program: stored.program, hash: stored.hashes.program, voided: known };
    if (!stored.program.assessors.some(({ id }) => id === input.assessor))
      return refused(
        'assessor.unknown',
        `assessor: "${input.assessor}" is not on the roster; add them to the program's assessors, load it, and void them`,
      );
    const voided = { at: ports.clock.now(), by: actor.id, reason: input.text.trim() };
    if (await replaceProgram(store, stored, withVoided(stored.program, input.assessor, voided))) continue;
  }
  return refused('program.busy', 'program: somebody else kept loading it meanwhile; try again');
}

/** True where it was stored: the next look finds it. */
async function replaceProgram(
  store: ActPorts['store'],
  { program: before, hashes, frameworkHash }: StoredProgram,
  program: Program,
): Promise<boolean> {
  const template = await store.readTemplate(before.id, hashes.template);
  const framework = await store.readFramework({ ...before.framework, hash: frameworkHash });
  if (!template || !framework)
    throw new AdapterError('program.incomplete', 'the template or the framework of the program is not in the table', {
      retryable: false,
    });
  return (await store.putProgram(program, template, framework, [], hashes.program)) === 'stored';
}

/** One entry, put once, with the fence counted up; then evaluate is asked to look. */
async function fenceOff(
  ports: ActPorts,
  ref: EnrollmentRef,
  assessor: string,
  { voided, hash }: Marked,
): Promise<void> {
  const { store, clock } = ports;
  for (let tries = 0; ; tries++) {
    if (tries === maxTries)
      throw new AdapterError('enrollment.busy', 'an enrollment kept changing while its assessor was voided', {
        retryable: true,
      });
    const enrollment = await store.readEnrollment(ref);
    if (!enrollment) return;
    const reasonHash = saltedHash(enrollment.salt, `assessor-voided ${assessor}`, voided.reason);
    const fact: AuditFact = {
      actor: { id: voided.by, role: 'administrator' },
      action: 'assessor-voided',
      subject: assessor,
      facts: { voidedAt: voided.at, rosterHash: hash, reasonHash },
      cause: `act#assessor-voided#${assessor}#${voided.at}`,
    };
    const now = clock.now();
    const { entries, head } = chain(enrollment, [fact], now);
    const { outcome } = await store.commit({
      enrollment,
      guard: { version: enrollment.version, fence: enrollment.fence },
      patch: { chain: head, lastChangeAt: now },
      bumpFence: true,
      entries,
    });
    if (outcome !== 'conflict') break;
  }
  await askForLook(ports, ref, 'assessor-voided');
}

async function settle(
  ports: ActPorts,
  actor: Actor,
  ref: EnrollmentRef,
  impact: AssessorImpact | undefined,
  { revoke, text }: VoidInput,
): Promise<{ falling: number; revoked: string[] }> {
  const falling = (impact?.credentials ?? []).filter(({ falls, state }) => falls && state !== 'pending');
  const revoked: string[] = [];
  for (const { credentialId } of revoke === undefined ? [] : falling) {
    const answer = await revokeCredential(ports, actor, ref, { credentialId, code: revoke as 'fraud', text });
    if (answer.outcome === 'revoked') revoked.push(credentialId);
  }
  return { falling: falling.length, revoked };
}
