import { explainAt } from '../../functions/domain/as-of.ts';
import { findChainFault } from '../../functions/domain/audit.ts';
import { asideOf, causeOf } from '../../functions/domain/changes.ts';
import { decideCompletion, decideSkillSet, type Standing, stillHolds } from '../../functions/domain/completion.ts';
import type { Achievement, Pointer } from '../../functions/domain/credential.ts';
import { maxDeliveryRedrives } from '../../functions/domain/delivery.ts';
import { rulesOf, sameProgress } from '../../functions/domain/evaluation.ts';
import { evidencePartition, parseEvidenceKeys, parseItem } from '../../functions/domain/evidence.ts';
import { explain } from '../../functions/domain/explanation.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import { canonicalJson, documentHash } from '../../functions/domain/hash.ts';
import { addSeconds, clockToleranceSeconds, later } from '../../functions/domain/time.ts';
import type { SimulatedDocuments } from './papers.ts';
import type { ProgramSetting } from './programs.ts';
import type { Scheduler } from './scheduler.ts';
import { type StepJudges, standingOf } from './step-judges.ts';
import type { SimulatedStream, StreamRecord } from './stream.ts';
import { type EnrollmentRow, refKey, type SimulatedTable } from './table.ts';

export type QuietWorld = {
  scheduler: Scheduler;
  table: SimulatedTable;
  setting: ProgramSetting;
  stream: SimulatedStream;
  documents: SimulatedDocuments;
  steps: StepJudges;
  /** What lies in dead-letter queues: each message's failures, and whom it is about. */
  dead: readonly { queue: string; failures: readonly string[]; about: string }[];
};

/** Judged when faults are off and the world has come to rest. */
export function judgeQuiet(world: QuietWorld): void {
  for (const { queue, failures, about } of world.dead) {
    const own = failures.find(
      (failure) => failure !== 'crashed' && failure !== 'injected' && !failure.includes('kept changing'),
    );
    if (own !== undefined) world.scheduler.fail('nothing lies dead unexplained', `${queue}: ${about}: ${own}`);
  }
  for (const row of world.table.rows.values()) {
    const standing = standingOf(row.enrollment, itemsOf(world, row), world.setting);
    judgeProgress(world, row, standing);
    judgeLedger(world, row);
    judgeReplay(world, row);
    judgeAsides(world, row);
    judgeRefused(world, row);
    judgeCredentials(world, row, standing);
    judgeDeliveries(world, row);
  }
}

const itemsOf = ({ table }: QuietWorld, row: EnrollmentRow) =>
  [...(table.evidence.get(evidencePartition(row.enrollment)) ?? [])].map(([sk, { attributes }]) => ({
    sk,
    attributes,
  }));

function judgeProgress(world: QuietWorld, row: EnrollmentRow, { progress }: ReturnType<typeof standingOf>): void {
  const { enrollment } = row;
  const fail = (message: string) =>
    world.scheduler.fail('stored progress is the evidence recomputed', `${enrollment.enrollment}: ${message}`);
  for (const id of new Set([...Object.keys(progress), ...Object.keys(enrollment.progress)])) {
    if (!sameProgress(progress[id], enrollment.progress[id]))
      fail(`${id}: stored ${JSON.stringify(enrollment.progress[id])}, recomputed ${JSON.stringify(progress[id])}`);
  }
  const met = Object.values(progress).filter((p) => p.status === 'met').length;
  if (met !== enrollment.met) fail(`${enrollment.met} counted as met, ${met} are`);
}

/** Every record of the stream since the enrollment exists has its one entry; edits and deletions leave their marks. */
/** The ledger alone explains the enrollment as the enrollment itself does; it may date a request a little later. */
function judgeReplay(world: QuietWorld, { enrollment, ledger }: EnrollmentRow): void {
  const { framework, stored } = world.setting;
  // A step's clock may run ahead of the world's.
  const now = later(new Date(world.scheduler.now).toISOString(), enrollment.chain.at);
  const told = explainAt([...ledger.values()], enrollment, stored.program, framework, now);
  if (!told) return;
  const own = explain(enrollment, stored.program, framework, now);
  const plain = ({ credential, ...rest }: typeof own) => canonicalJson({ ...rest, state: credential.state });
  if (plain(told) !== plain(own))
    world.scheduler.fail('the ledger explains', `${enrollment.enrollment}: ${plain(told)}, and not ${plain(own)}`);
}

function judgeLedger(world: QuietWorld, row: EnrollmentRow): void {
  const { enrollment, ledger } = row;
  const fault = findChainFault(enrollment, [...ledger.values()], enrollment.chain);
  if (fault) world.scheduler.fail('the chain is unbroken', `${enrollment.enrollment}: ${fault.fault} at ${fault.seq}`);
  const createdAt = new Date(row.createdAt).toISOString();
  for (const { pk, change } of world.stream.all) {
    if (pk !== evidencePartition(enrollment) || change.kind === 'touched' || change.at <= createdAt) continue;
    if (!ledger.has(causeOf(change)))
      world.scheduler.fail('every change is in the ledger', `${change.kind} ${change.sk}@${change.sequence}`);
    const place = parseEvidenceKeys(pk, change.sk);
    if (!place || place.part === 'evidence' || change.kind === 'put') continue;
    const mark = enrollment.marks[place.requirement];
    if (mark === undefined || mark < change.at)
      world.scheduler.fail('an edited or deleted assessment leaves its mark', `${change.sk}: ${mark}`);
  }
}

/** What does not count is visible with its reason, and nothing else is. */
function judgeAsides(world: QuietWorld, row: EnrollmentRow): void {
  const { enrollment } = row;
  const rules = rulesOf(enrollment, world.setting.stored.program);
  const aside = new Map(
    [...world.table.asides.values()].filter((a) => refKey(a) === refKey(enrollment)).map((a) => [a.sk, a.code]),
  );
  for (const item of itemsOf(world, row)) {
    const code = asideOf(item, requirementsOf(world.setting.framework), rules, { at: '', sequence: '' })?.code;
    if (aside.get(item.sk) !== code)
      world.scheduler.fail('what does not count is set aside', `${item.sk}: is ${aside.get(item.sk)}, must be ${code}`);
    aside.delete(item.sk);
  }
  for (const [sk, code] of aside) {
    if (parseEvidenceKeys(evidencePartition(enrollment), sk))
      world.scheduler.fail('what does not count is set aside', `${sk} is gone and still aside: ${code}`);
  }
}

/** Refused as dated ahead is exactly the content whose own record says so. */
function judgeRefused(world: QuietWorld, row: EnrollmentRow): void {
  const pk = evidencePartition(row.enrollment);
  const last = new Map<string, StreamRecord>();
  for (const record of world.stream.all) {
    if (record.pk === pk && record.change.kind !== 'touched') last.set(record.change.sk, record);
  }
  for (const { sk, attributes } of itemsOf(world, row)) {
    const place = parseEvidenceKeys(pk, sk);
    const own = last.get(sk);
    if (!place || !own || !parseItem(place, attributes).ok) continue;
    const dated = String(attributes.submittedAt ?? attributes.assessedAt ?? attributes.withdrawnAt);
    const isAhead = dated > addSeconds(own.change.at, clockToleranceSeconds);
    const isRefused = row.enrollment.refused[sk] === documentHash(attributes);
    if (isAhead !== isRefused)
      world.scheduler.fail(
        'what is dated ahead never counts, and nothing else is refused',
        `${sk}: dated ${dated}, record of ${own.change.at}, ${isRefused ? '' : 'not '}refused`,
      );
  }
}

function judgeCredentials(world: QuietWorld, row: EnrollmentRow, standing: Standing): void {
  const { enrollment } = row;
  const { policy } = world.setting.stored.program;
  const now = new Date(world.scheduler.now).toISOString();
  const judge = (achievement: Achievement, isComplete: boolean, stands: boolean) => {
    const pointer: Pointer = enrollment.pointers[achievement] ?? {};
    const { active, pending, revoked } = pointer;
    const fail = (message: string) =>
      world.scheduler.fail(
        'complete means one in force, incomplete none',
        `${enrollment.enrollment} ${achievement}: ${message}`,
      );
    const credential = active && row.credentials.get(active.credentialId);
    if (active && stands === active.suspended)
      fail(`it ${stands ? 'stands and is suspended' : 'does not stand and is in force'}`);
    if (pending && !pending.parked) fail(`${pending.credentialId} is pending still`);
    if (!active && isComplete && !revoked && !pending) fail('complete, and nothing issued');
    if (!active && !isComplete && pending) fail('incomplete, and something pending');
    const isDead = world.dead.some((d) => d.queue === 'issue' && d.about.includes(credential?.credentialId ?? '-'));
    if (credential && !isDead && !world.documents.get(credential.document.key)?.keptUntil)
      fail(`the document of ${credential.credentialId} was never kept`);
    const delivery = credential && row.deliveries.get(credential.delivery);
    if (credential && !delivery) fail('issued without a delivery');
    if (credential?.state === 'issued' && delivery?.state === 'cancelled')
      fail(`in force, and its email ${delivery.deliveryId} cancelled`);
  };
  const decision = decideCompletion(standing, now);
  const on = enrollment.pointers.completion?.active?.completedOn;
  judge('completion', decision.complete, on !== undefined && stillHolds(standing, on));
  for (const set of world.setting.framework.skillSets) {
    const achievement: Achievement = `skill-set:${set.id}`;
    if (!enrollment.pointers[achievement] && (!policy.interimCredentials || set.sensitive)) continue;
    const completion = decideSkillSet(standing, set.id);
    judge(achievement, completion !== undefined, completion !== undefined);
  }
}

function judgeDeliveries(world: QuietWorld, row: EnrollmentRow): void {
  for (const delivery of row.deliveries.values()) {
    const { state, deliveryId, dueAt } = delivery;
    const fail = (message: string) =>
      world.scheduler.fail('every email is sent, parked or cancelled', `${deliveryId}: ${message}`);
    if (state === 'queued' || state === 'sending' || state === 'bounced') fail(`still ${state}`);
    if (dueAt !== undefined) fail(`${state}, and due still`);
    const mailing = world.steps.mailings.get(`${refKey(row.enrollment)}#${deliveryId}`);
    const accepted = mailing?.accepted.length ?? 0;
    const isUntold = world.dead.some((d) => d.queue === 'mail' && d.about.includes(`"${deliveryId}"`));
    const isOut = isUntold || (mailing?.accepted.some((attempt) => !mailing.bounced.has(attempt)) ?? false);
    if ((state === 'sent' || state === 'delivered' || state === 'complained') && !isOut)
      fail(`${state}, and ${accepted === 0 ? 'never sent' : 'every one of them bounced'}`);
    if (accepted > 1 + maxDeliveryRedrives) fail(`sent ${accepted} times`);
  }
}
