import { asideKey } from '../../functions/adapters/aws/record-keys.ts';
import { groupChanges } from '../../functions/adapters/aws/stream-records.ts';
import { explainAt } from '../../functions/domain/as-of.ts';
import { asideOf, causeOf } from '../../functions/domain/changes.ts';
import { decideCompletion, decideSkillSet, type Standing, stillHolds } from '../../functions/domain/completion.ts';
import type { Achievement, Pointer } from '../../functions/domain/credential.ts';
import { type Delivery, maxDeliveryRedrives } from '../../functions/domain/delivery.ts';
import { rulesOf, sameProgress } from '../../functions/domain/evaluation.ts';
import {
  evidencePartition,
  parseEvidenceKeys,
  parseEvidencePartition,
  parseItem,
} from '../../functions/domain/evidence.ts';
import { explain } from '../../functions/domain/explanation.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import { canonicalJson, documentHash } from '../../functions/domain/hash.ts';
import { isLapseKept } from '../../functions/domain/needs.ts';
import { voidedBy } from '../../functions/domain/program.ts';
import { addSeconds, civilDateOf, clockToleranceSeconds, later } from '../../functions/domain/time.ts';
import type { History } from './history.ts';
import type { SimulatedDocuments } from './papers.ts';
import type { Scheduler } from './scheduler.ts';
import { type StepJudges, standingOf } from './step-judges.ts';
import type { SimulatedStream, StreamRecord } from './stream.ts';
import { type EnrollmentRow, refKey, type SimulatedTable } from './table.ts';

export type QuietWorld = {
  scheduler: Scheduler;
  table: SimulatedTable;
  history: History;
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
    // Others may come between now and then; not every time, for as long as a message is tried.
    const isAlwaysBusy = failures.length > 0 && failures.every((failure) => failure.includes('kept changing'));
    if (isAlwaysBusy)
      world.scheduler.fail('nothing lies dead unexplained', `${queue}: ${about}: each time ${failures[0]}`);
    if (own !== undefined) world.scheduler.fail('nothing lies dead unexplained', `${queue}: ${about}: ${own}`);
  }
  for (const row of world.table.rows.values()) {
    judgeProgress(world, row);
    judgeLedger(world, row);
    judgeReplay(world, row);
    judgeAsides(world, row);
    judgeRefused(world, row);
    judgeCredentials(world, row);
    judgeDeliveries(world, row);
  }
  judgeUnclaimed(world);
}

/** The program as it is, and every one that it has been. */
const programNow = ({ table, history }: QuietWorld) =>
  (table.programs.get(history.setting.stored.program.id) ?? history.setting.stored).program;
const programsEver = ({ table }: QuietWorld) => [...table.versions.values()];
/** Those that a record may still go by which is not looked at daily: voiding has every one looked at. */
const programsSinceVoided = (world: QuietWorld) => {
  const now = programNow(world);
  const answered = now.assessors.filter(({ id }) => world.steps.isVoided(id));
  return programsEver(world).filter((program) => answered.every(({ id }) => voidedBy(program, id)));
};

const itemsOf = ({ table }: QuietWorld, row: EnrollmentRow) =>
  [...(table.evidence.get(evidencePartition(row.enrollment)) ?? [])].map(([sk, { attributes }]) => ({
    sk,
    attributes,
  }));

/**
 * An open record follows the roster and the policy as they are; one that is complete, or whose apprentice has left, is
 * looked at again only where its evidence changes, so that each requirement stands by some version of the program.
 */
function judgeProgress(world: QuietWorld, row: EnrollmentRow): void {
  const { enrollment } = row;
  const { framework } = world.history.setting;
  const programs = enrollment.status === 'open' ? [programNow(world)] : programsSinceVoided(world);
  const standings = programs.map((program) => standingOf(enrollment, itemsOf(world, row), framework, program));
  const recomputed = standings.map(({ progress }) => progress);
  const fail = (message: string) =>
    world.scheduler.fail('stored progress is the evidence recomputed', `${enrollment.enrollment}: ${message}`);
  for (const id of new Set([...recomputed, enrollment.progress].flatMap((progress) => Object.keys(progress)))) {
    if (!recomputed.some((progress) => sameProgress(progress[id], enrollment.progress[id]))) {
      const others = recomputed.map((progress) => JSON.stringify(progress[id])).join(' or ');
      fail(`${id}: stored ${JSON.stringify(enrollment.progress[id])}, recomputed ${others}`);
    }
  }
  const { awaiting = {} } = enrollment;
  for (const id of new Set([...standings.map((s) => s.awaiting), awaiting].flatMap((waits) => Object.keys(waits))))
    if (!standings.some((standing) => standing.awaiting[id] === awaiting[id]))
      fail(
        `${id}: evidence waits for an assessor since ${standings.map((s) => s.awaiting[id])}, stored ${awaiting[id]}`,
      );
  const met = Object.values(enrollment.progress).filter((p) => p.status === 'met').length;
  if (met !== enrollment.met) fail(`${enrollment.met} counted as met, ${met} are`);
  const today = civilDateOf(new Date(world.scheduler.now).toISOString(), programNow(world).timeZone);
  if (!isLapseKept(enrollment, today)) fail(`its next lapse is stored as ${enrollment.lapseOn}, on ${today}`);
}

/** The ledger alone explains the enrollment as the enrollment itself does; it may date a request a little later. */
function judgeReplay(world: QuietWorld, { enrollment, ledger }: EnrollmentRow): void {
  const { framework } = world.history.setting;
  const program = programNow(world);
  // A step's clock may run ahead of the world's.
  const now = later(new Date(world.scheduler.now).toISOString(), enrollment.chain.at);
  const told = explainAt([...ledger.values()], enrollment, program, framework, now);
  if (!told) return;
  const own = explain(enrollment, program, framework, now);
  // Equal as they are spelt, and so in whatever form.
  if (JSON.stringify(told) === JSON.stringify(own)) return;
  const plain = ({ credential, ...rest }: typeof own) => canonicalJson({ ...rest, state: credential.state });
  if (plain(told) !== plain(own))
    world.scheduler.fail('the ledger explains', `${enrollment.enrollment}: ${plain(told)}, and not ${plain(own)}`);
}

/** Every record of the stream since the enrollment exists has its one entry; edits and deletions leave their marks. */
function judgeLedger(world: QuietWorld, row: EnrollmentRow): void {
  const { enrollment, ledger } = row;
  const fault = world.steps.chains.findFault(enrollment, ledger);
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
  // An item set aside under one roster waits for a replay under the next.
  const rules = programsEver(world).map((program) => rulesOf(enrollment, program));
  const requirements = requirementsOf(world.history.setting.framework);
  const aside = new Map(
    [...world.table.asides.values()].filter((a) => refKey(a) === refKey(enrollment)).map((a) => [a.sk, a.code]),
  );
  for (const item of itemsOf(world, row)) {
    const codes = rules.map((each) => asideOf(item, requirements, each, { at: '', sequence: '' })?.code);
    if (!codes.includes(aside.get(item.sk)))
      world.scheduler.fail(
        'what does not count is set aside',
        `${item.sk}: is ${aside.get(item.sk)}, must be ${codes}`,
      );
    aside.delete(item.sk);
  }
  for (const [sk, code] of aside) {
    if (parseEvidenceKeys(evidencePartition(enrollment), sk))
      world.scheduler.fail('what does not count is set aside', `${sk} is gone and still aside: ${code}`);
  }
}

/** What lies where no enrollment is, or under no partition of evidence at all, is set aside too. */
function judgeUnclaimed({ table, scheduler }: QuietWorld): void {
  for (const [pk, items] of table.evidence) {
    const ref = parseEvidencePartition(pk);
    if (ref && table.row(ref)) continue;
    for (const [sk, { attributes }] of items) {
      const change = { sk, kind: 'put' as const, sequence: '1', at: '', image: attributes };
      const [stray] = groupChanges([{ pk, change }]).strays;
      const key = stray ? asideKey({ program: 'unknown', enrollment: 'unknown' }, stray.sk) : ref && asideKey(ref, sk);
      if (!key || !table.asides.has(`${key.pk} ${key.sk}`))
        scheduler.fail('what nobody can evaluate is set aside', `${pk} ${sk} is not`);
    }
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
    const isAhead = dated > own.change.at && dated > addSeconds(own.change.at, clockToleranceSeconds);
    const refused = row.enrollment.refused[sk];
    const isRefused = refused !== undefined && refused === documentHash(attributes);
    if (isAhead !== isRefused)
      world.scheduler.fail(
        'what is dated ahead never counts, and nothing else is refused',
        `${sk}: dated ${dated}, record of ${own.change.at}, ${isRefused ? '' : 'not '}refused`,
      );
  }
}

function judgeCredentials(world: QuietWorld, row: EnrollmentRow): void {
  const { enrollment } = row;
  const { framework } = world.history.setting;
  const program = programNow(world);
  // Judged by now: stored progress is the evidence recomputed.
  const standing: Standing = { framework, program, enrolledOn: enrollment.enrolledOn, progress: enrollment.progress };
  const hasLeft = enrollment.status === 'withdrawn';
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
    if (pending?.setAside && !pending.parked) fail(`${pending.credentialId} is set aside, and not parked`);
    if (!active && !hasLeft && isComplete && !revoked && !pending) fail('complete, and nothing issued');
    if (hasLeft && pending) fail('left, and something pending');
    if (!active && !isComplete && pending) fail('incomplete, and something pending');
    if (credential && !world.documents.get(credential.document.key)?.keptUntil)
      fail(`the document of ${credential.credentialId} was never kept`);
    const delivery = credential && row.deliveries.get(credential.delivery);
    if (credential && !delivery) fail('issued without a delivery');
    if (credential?.state === 'issued' && delivery?.state === 'cancelled')
      fail(`in force, and its email ${delivery.deliveryId} cancelled`);
  };
  // Where the policy came to want them after the completion, only what changes again gets one.
  const isWanted =
    enrollment.status === 'open'
      ? program.policy.interimCredentials
      : programsEver(world).every((p) => p.policy.interimCredentials);
  const decision = decideCompletion(standing, now);
  const on = enrollment.pointers.completion?.active?.completedOn;
  judge('completion', decision.complete, on !== undefined && stillHolds(standing, on));
  for (const set of framework.skillSets) {
    const achievement: Achievement = `skill-set:${set.id}`;
    if (!enrollment.pointers[achievement] && (!isWanted || set.sensitive)) continue;
    const completion = decideSkillSet(standing, set.id);
    judge(achievement, completion !== undefined, completion !== undefined);
  }
}

/** Of one certificate, every email is its issue's, owed since a reinstatement, or one that a person asked for. */
function judgeOrigin(world: QuietWorld, row: EnrollmentRow, { deliveryId, about, resendOf }: Delivery): void {
  if (about.kind !== 'credential') return;
  const queued = [...row.ledger.values()].find((e) => e.subject === deliveryId && e.action === 'delivery-queued');
  const isSystem = queued?.actor.role === 'system';
  const isAsked = resendOf !== undefined && !isSystem && queued?.facts.resendOf === resendOf;
  const isOwed = resendOf === undefined && isSystem;
  if (!isAsked && !isOwed)
    world.scheduler.fail('an email more is one that somebody asked for', `${deliveryId}: nobody did`);
}

function judgeDeliveries(world: QuietWorld, row: EnrollmentRow): void {
  for (const delivery of row.deliveries.values()) {
    judgeOrigin(world, row, delivery);
    const { state, deliveryId, dueAt } = delivery;
    const fail = (message: string) =>
      world.scheduler.fail('every email is sent, parked or cancelled', `${deliveryId}: ${message}`);
    if (state === 'queued' || state === 'sending' || state === 'bounced') fail(`still ${state}`);
    if (dueAt !== undefined) fail(`${state}, and due still`);
    if (delivery.setAside && state !== 'parked') fail(`set aside, and ${state}`);
    const mailing = world.steps.mailings.get(`${refKey(row.enrollment)}#${deliveryId}`);
    const accepted = mailing?.accepted.length ?? 0;
    const isUntold = world.dead.some((d) => d.queue === 'mail' && d.about.includes(`"${deliveryId}"`));
    const isOut = isUntold || (mailing?.accepted.some((attempt) => !mailing.bounced.has(attempt)) ?? false);
    if ((state === 'sent' || state === 'delivered' || state === 'complained') && !isOut)
      fail(`${state}, and ${accepted === 0 ? 'never sent' : 'every one of them bounced'}`);
    if (accepted > (1 + (mailing?.replays ?? 0)) * (1 + maxDeliveryRedrives)) fail(`sent ${accepted} times`);
  }
}
