import type { Status } from '../acts/status.ts';
import { requirementsOf } from '../domain/framework.ts';
import type { Mask } from '../domain/masking.ts';

/** The same as the text, for programs. Never the salt, never what evidence says. */
export function statusJson(status: Status, mask: Mask, history: boolean) {
  const { enrollment, program, framework, at, standing: shown, explanation, ledger, chainFault } = status;
  const { apprentice } = enrollment;
  const standing = (kind: 'course' | 'certificate') =>
    [...requirementsOf(framework).values()]
      .filter((requirement) => requirement.kind === kind)
      .map(({ id, display }) => {
        const progress = shown.progress[id]?.status ?? 'missing';
        return { id: mask.ids(id), text: mask.textOf(id, display), status: progress };
      });
  return {
    outcome: 'found',
    program: { id: program.id, name: program.name, timeZone: program.timeZone },
    enrollment: enrollment.enrollment,
    apprentice: { ...apprentice, email: mask.email(apprentice.email) },
    ...(at && { at }),
    status: shown.status,
    ...(shown.left && { left: { at: shown.left.at, code: shown.left.code } }),
    enrolledOn: enrollment.enrolledOn,
    framework: shown.framework ?? enrollment.framework,
    ...(shown.completion && { completion: shown.completion }),
    lastChangeAt: enrollment.lastChangeAt,
    met: explanation.met,
    of: explanation.of,
    skillSets: explanation.skillSets.map((set) => ({
      ...set,
      id: mask.ids(set.id),
      text: mask.textOf(set.id, set.text),
    })),
    courses: standing('course'),
    certificates: standing('certificate'),
    missing: mask.json(explanation.missing),
    credential: explanation.credential,
    ...(at === undefined && presentJson(status, mask)),
    ledger: {
      entries: ledger.length,
      unbroken: chainFault === undefined,
      ...(chainFault && { fault: chainFault }),
      head: enrollment.chain,
    },
    ...(history && { history: mask.json(ledger) }),
  };
}

/** What is told of the present alone: a past view leaves it out. */
function presentJson({ credentials, deliveries, aside, lapses }: Status, mask: Mask) {
  return {
    ...(lapses.length > 0 && { lapsedSince: mask.json(lapses) }),
    credentials: credentials.map((credential) => credentialJson(credential, mask)),
    deliveries: deliveries.map(({ program: _, enrollment: __, to, ...delivery }) => ({
      ...delivery,
      ...(to !== undefined && { to: mask.email(to) }),
    })),
    refused: mask.json(aside.map(({ sk, code, reason, at }) => ({ item: sk, code, reason, at }))),
  };
}

/** What people may know of a credential; the document's key and the signature stay in the record. */
export function credentialJson(credential: Status['credentials'][number], mask: Mask) {
  const { credentialId, achievement, state, requestedAt, issuedAt, facts, document, code } = credential;
  const { replaces, supersededBy, suspendedAt, supersededAt, revokedAt, revocation, delivery } = credential;
  return {
    credentialId,
    achievement: mask.ids(achievement),
    state,
    name: facts.name,
    completedOn: facts.completedOn,
    requestedAt,
    issuedAt,
    code,
    document: { hash: document.hash, bytes: document.bytes },
    delivery,
    ...(replaces && { replaces }),
    ...(supersededBy && { supersededBy }),
    ...(suspendedAt && { suspendedAt }),
    ...(supersededAt && { supersededAt }),
    ...(revokedAt && { revokedAt }),
    ...(revocation && { revocation }),
  };
}
