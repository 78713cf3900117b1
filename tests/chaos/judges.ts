import { createPublicKey, verify } from 'node:crypto';
import { certificateSealer } from '../../functions/adapters/pdf/signing/sealer.ts';
import { decideCompletion, decideSkillSet, type Standing, stillHolds } from '../../functions/domain/completion.ts';
import { type Achievement, type Credential, signedStatement } from '../../functions/domain/credential.ts';
import { sameProgress } from '../../functions/domain/evaluation.ts';
import { canonicalJson } from '../../functions/domain/hash.ts';
import type { CertificateSealer } from '../../functions/ports/certificate-sealer.ts';
import type { EnrollmentRecord } from '../../functions/ports/record-store.ts';
import type { Signer } from '../../functions/ports/signer.ts';
import type { ProgramSetting } from '../simulation/programs.ts';
import { standingOf } from '../simulation/step-judges.ts';
import type { Aftermath } from './aftermath.ts';
import { type BundleCounts, judgeBundle } from './bundle-judges.ts';
import type { Apprentice } from './histories.ts';
import { judgeLedger } from './ledger-judges.ts';
import { judgeEmails } from './mail-judges.ts';
import { judgeOnce } from './once-judges.ts';
import { judgeApart, judgePrinted } from './privacy-judges.ts';

/** A promise that does not hold, and for whom. Ids and codes only. */
export type Broken = { promise: string; enrollment: string; what: string };

export type JudgeOptions = {
  apprentices: readonly Apprentice[];
  settings: ReadonlyMap<string, ProgramSetting>;
  /** Enrollments that were made such that nobody can evaluate them. */
  poisoned: ReadonlySet<string>;
  /** The stack's own time. */
  now: string;
};

export type Verdict = {
  broken: Broken[];
  counts: Record<'inForce' | 'sent' | 'parked' | 'cancelled' | 'emails' | 'duplicates' | 'deadLetters', number>;
  bundles: BundleCounts;
};

/** Holds a world at rest to every promise of the design. */
export async function judge(aftermath: Aftermath, options: JudgeOptions): Promise<Verdict> {
  const broken: Broken[] = [];
  const counts = { inForce: 0, sent: 0, parked: 0, cancelled: 0, emails: 0, duplicates: 0, deadLetters: 0 };
  const sealer = certificateSealer({ signer: onlyVerifies(aftermath.publicKey) });
  const emailsOf = Map.groupBy(aftermath.emails, (email) => email.enrollment);
  for (const apprentice of options.apprentices) {
    const { enrollment } = apprentice.ref;
    const fail = (promise: string, what: string) => broken.push({ promise, enrollment, what });
    const found = aftermath.records.get(enrollment);
    const setting = options.settings.get(apprentice.ref.program);
    if (!found || !setting) {
      fail('nothing is lost', 'the enrollment is not in the table');
      continue;
    }
    const standing = standingOf(found.record.enrollment, found.evidence, setting.framework, setting.stored.program);
    judgeProgress(found.record, standing.progress, fail);
    judgeLedger(found.record, setting, options.now, fail);
    judgeCredentials(found.record, standing, setting, options.now, fail);
    judgeEnding(apprentice, found.record, fail);
    judgeOnce(apprentice, found, fail);
    for (const credential of found.record.credentials)
      await judgeDocument(credential, found.record, aftermath, sealer, fail);
    judgeEmails(found.record, emailsOf.get(enrollment) ?? [], counts, fail);
    counts.inForce += Number(found.record.enrollment.pointers.completion?.active?.suspended === false);
  }
  const bundles = { asked: 0, verified: 0, failed: 0, expired: 0, emails: 0, twice: 0 };
  for (const bundle of aftermath.bundles) {
    const own = aftermath.emails.filter((email) => email.bundle === bundle.exportId);
    const fail = (promise: string, what: string) => broken.push({ promise, enrollment: bundle.exportId, what });
    judgeBundle(bundle, own, options.now, bundles, fail);
  }
  judgeStrays(aftermath, options, broken);
  const failAbout = (promise: string, enrollment: string, what: string) => broken.push({ promise, enrollment, what });
  judgePrinted(aftermath, failAbout);
  judgeApart(aftermath, options, failAbout);
  counts.emails = aftermath.emails.length;
  counts.deadLetters = aftermath.deadLetters.length;
  return { broken, counts, bundles };
}

export type Fail = (promise: string, what: string) => void;

function judgeProgress({ enrollment }: EnrollmentRecord, progress: Standing['progress'], fail: Fail): void {
  for (const id of new Set([...Object.keys(progress), ...Object.keys(enrollment.progress)])) {
    const stored = enrollment.progress[id];
    if (!sameProgress(progress[id] as typeof stored, stored))
      fail('stored progress is the evidence recomputed', `${id}: stored ${stored?.status ?? 'nothing'}`);
  }
}

function judgeCredentials(
  { enrollment, credentials, deliveries }: EnrollmentRecord,
  standing: Standing & { progress: EnrollmentRecord['enrollment']['progress'] },
  { stored, framework }: ProgramSetting,
  now: string,
  fail: Fail,
): void {
  const promise = 'complete means exactly one in force, incomplete none';
  const check = (achievement: Achievement, isComplete: boolean, stands: boolean) => {
    const { active, pending, revoked } = enrollment.pointers[achievement] ?? {};
    const inForce = credentials.filter((c) => c.achievement === achievement && c.state === 'issued');
    if (inForce.length > 1) fail('never two in force', `${achievement}: ${inForce.length}`);
    const isInForce = active !== undefined && !active.suspended;
    if (isInForce !== (inForce[0]?.credentialId === active?.credentialId && inForce.length === 1))
      fail('pointer and credentials agree', `${achievement}: ${active?.credentialId ?? 'none active'}`);
    if (isInForce && !stands) fail('nothing incomplete is in force', achievement);
    if (active && stands && active.suspended) fail(promise, `${achievement}: it stands and is suspended`);
    if (!active && isComplete && !revoked && !pending?.parked) fail(promise, `${achievement}: complete, none in force`);
    if (pending && !pending.parked) fail(promise, `${achievement}: ${pending.credentialId} is pending still`);
    const own = credentials.find((c) => c.credentialId === active?.credentialId);
    if (isInForce && !deliveries.some((d) => d.deliveryId === own?.delivery))
      fail(promise, 'issued without a delivery');
  };
  const on = enrollment.pointers.completion?.active?.completedOn;
  check('completion', decideCompletion(standing, now).complete, on !== undefined && stillHolds(standing, on));
  for (const set of framework.skillSets) {
    const achievement: Achievement = `skill-set:${set.id}`;
    if (!enrollment.pointers[achievement] && !stored.program.policy.interimCredentials) continue;
    const reached = decideSkillSet(standing, set.id) !== undefined;
    check(achievement, reached, reached);
  }
}

/** What the history alone says must have become of it. */
function judgeEnding({ ending, kind }: Apprentice, { enrollment, credentials }: EnrollmentRecord, fail: Fail): void {
  const { active, revoked } = enrollment.pointers.completion ?? {};
  const isInForce = active?.suspended === false;
  const ever = credentials.some((c) => c.achievement === 'completion');
  const holds = {
    'in-force': isInForce,
    'not-in-force': !isInForce,
    'never-issued': !ever,
    revoked: revoked === true && !active && ever,
  }[ending];
  if (!holds) fail('each history ends as it must', `"${kind}" must end ${ending}`);
}

async function judgeDocument(
  credential: Credential,
  record: EnrollmentRecord,
  aftermath: Aftermath,
  sealer: Pick<CertificateSealer, 'isSealOf'>,
  fail: Fail,
): Promise<void> {
  const { credentialId, document, signature } = credential;
  const stored = aftermath.documents.get(document.key);
  if (!stored) {
    fail('every document is there', `${credentialId}: no document`);
    return;
  }
  if (stored.hash !== document.hash) fail('a document is what its record says', `${credentialId}: another hash`);
  if (!(await sealer.isSealOf(stored.bytes, document.unsignedHash)))
    fail("every PDF bears the key's own signature", credentialId);
  const isActive = Object.values(record.enrollment.pointers).some((p) => p.active?.credentialId === credentialId);
  if (isActive && stored.keptUntil === undefined) fail('every document in force is locked', credentialId);
  const key = createPublicKey({ key: Buffer.from(aftermath.publicKey), format: 'der', type: 'spki' });
  const words = Buffer.from(canonicalJson(signedStatement(credential)));
  if (!verify('sha256', words, key, Buffer.from(signature.value, 'base64')))
    fail('every signature holds', credentialId);
}

/** The key's public half. */
const onlyVerifies = (publicKey: Uint8Array): Signer => ({
  publicKey: async () => publicKey,
  sign: () => Promise.reject(new Error('a judge signs nothing')),
});

/** What belongs to nobody, or waits for nobody. */
function judgeStrays(aftermath: Aftermath, { apprentices, poisoned }: JudgeOptions, broken: Broken[]): void {
  const known = new Set([
    ...apprentices.map(({ ref }) => ref.enrollment),
    ...aftermath.bundles.map(({ exportId }) => exportId),
  ]);
  const suffering = new Set(broken.map(({ enrollment }) => enrollment));
  const fail = (promise: string, enrollment: string, what: string) => broken.push({ promise, enrollment, what });
  for (const { id, ...email } of aftermath.emails) {
    const about = email.bundle ?? email.enrollment;
    if (!known.has(about)) fail('every email is accounted for', about, `email ${id} is nobody's`);
  }
  for (const { queue, ...letter } of aftermath.deadLetters) {
    const enrollment = letter.bundle ?? letter.enrollment;
    // Of a sweep's task, which its schedule asked for again: what it left undone would be due still.
    if (poisoned.has(enrollment) || queue === 'sweepSchedulesDeadLetters') continue;
    // Given up in the storm, and driven again by the sweep: all that it asked for has been done.
    if (!known.has(enrollment)) fail('dead letters are explained', enrollment, `${queue}: of nobody`);
    else if (suffering.has(enrollment)) fail('dead letters are explained', enrollment, `${queue}: never made up for`);
  }
  for (const [queue, messages] of Object.entries(aftermath.waiting)) {
    if (messages > 0) fail('the world comes to rest', queue, `${messages} messages wait`);
  }
  if (aftermath.due > 0) fail('the world comes to rest', 'due', `${aftermath.due} items are due still`);
  for (const enrollment of poisoned) {
    const isSeen =
      aftermath.deadLetters.some((letter) => letter.enrollment === enrollment) ||
      aftermath.failedBatches.some(({ text }) => text.includes(enrollment)) ||
      aftermath.asides.some((aside) => aside.enrollment === enrollment);
    if (!isSeen) fail('bad input is visible', enrollment, 'in no dead letter, no failed batch, and not set aside');
  }
}
