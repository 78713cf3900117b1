import type { Commit } from '../../functions/domain/commit.ts';
import { decideCompletion, decideSkillSet, type Standing, stillHolds } from '../../functions/domain/completion.ts';
import type { Achievement, Credential } from '../../functions/domain/credential.ts';
import type { Delivery, MailEvent } from '../../functions/domain/delivery.ts';
import { leaseSeconds } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { rulesOf } from '../../functions/domain/evaluation.ts';
import { evidencePartition, parseEvidenceKeys, type RawItem } from '../../functions/domain/evidence.ts';
import { type Framework, requirementsOf } from '../../functions/domain/framework.ts';
import { type Program, withVoided } from '../../functions/domain/program.ts';
import { type RequirementProgress, standingOf as standingOfOne } from '../../functions/domain/progress.ts';
import type { Instant } from '../../functions/domain/time.ts';
import { createChainJudge } from './chain-judge.ts';
import type { ProgramSetting } from './programs.ts';
import type { Scheduler, Task } from './scheduler.ts';
import { type EnrollmentRow, refKey, type SimulatedTable } from './table.ts';

export type StepJudgesOptions = {
  scheduler: Scheduler;
  table: () => SimulatedTable;
  setting: ProgramSetting;
  task: () => Task | undefined;
  /** Clocks differ by this much at most, either way. */
  maxSkewMs: number;
};

/** What became of one email, as the judges saw it. */
type Mailing = {
  begun: { attempt: number; at: number }[];
  accepted: number[];
  sent: Set<number>;
  /** Attempts that some step has recorded as sent. */
  recorded: Set<number>;
  /** Attempts up to a bounce that was recorded: the email may be sent again. */
  reopened: Set<number>;
  /** Attempts that came back. */
  bounced: Set<number>;
  /** How often a person had it sent after all. */
  replays: number;
  /** A person has said that nothing will be sent. */
  isSetAside: boolean;
};

/** Judged at every step: what must hold at every instant, whatever has gone wrong. */
export function createStepJudges({ scheduler, table, setting, task, maxSkewMs }: StepJudgesOptions) {
  const chains = createChainJudge();
  const mailings = new Map<string, Mailing>();
  const issued = new Map<string, Pick<Credential, 'facts' | 'transcript' | 'document' | 'signature' | 'code'>>();
  /** Whose voiding has answered. */
  const voided = new Set<string>();
  const stats = { issued: 0, superseded: 0, revoked: 0, suspended: 0, duplicates: 0, resent: 0 };
  const mailing = (id: string): Mailing => {
    const known = mailings.get(id) ?? {
      begun: [],
      accepted: [],
      sent: new Set(),
      recorded: new Set(),
      reopened: new Set(),
      bounced: new Set(),
      replays: 0,
      isSetAside: false,
    };
    mailings.set(id, known);
    return known;
  };

  function committed(row: EnrollmentRow, before: Enrollment, commit: Commit): void {
    judgeChain(before, row.enrollment, commit);
    if (commit.newCredential) judgeIssue(row, before, commit, commit.newCredential);
    if (commit.newCredential || commit.credentialChanges || commit.patch.pointers) judgeInForce(row);
    for (const { set } of commit.credentialChanges ?? []) {
      if (set.state === 'superseded' || set.state === 'revoked' || set.state === 'suspended') stats[set.state]++;
    }
    stats.resent += (commit.newDeliveries ?? []).filter(({ resendOf }) => resendOf !== undefined).length;
    for (const { delivery, from } of commit.deliveryChanges ?? []) {
      const id = `${refKey(before)}#${delivery.deliveryId}`;
      judgeSetAside(id, delivery, from.includes('parked') && delivery.state === 'queued');
      if (delivery.state === 'sending') judgeLease(id, delivery.attempt);
      if (delivery.state === 'sent' || delivery.state === 'delivered') mailing(id).recorded.add(delivery.attempt);
      if (delivery.state === 'bounced') for (let n = 1; n <= delivery.attempt; n++) mailing(id).reopened.add(n);
    }
  }

  function judgeChain(before: Enrollment, after: Enrollment, { entries }: Commit): void {
    const fault = chains.findFaultAppended(before, after, entries);
    if (fault !== undefined) scheduler.fail('the chain is unbroken', fault);
  }

  function judgeInForce(row: EnrollmentRow): void {
    const inForce = new Map<string, Credential>();
    for (const credential of row.credentials.values()) {
      const frozen = issued.get(credential.credentialId);
      if (
        frozen &&
        (['facts', 'transcript', 'document', 'signature', 'code'] as const).some(
          (field) => frozen[field] !== credential[field],
        )
      ) {
        scheduler.fail('what was issued never changes', `${credential.credentialId} has changed`);
      }
      if (credential.state !== 'issued' && credential.state !== 'suspended') continue;
      if (inForce.has(credential.achievement))
        scheduler.fail('at most one credential is in force', `two for ${credential.achievement}`);
      inForce.set(credential.achievement, credential);
    }
    for (const achievement of new Set([...inForce.keys(), ...Object.keys(row.enrollment.pointers)])) {
      const active = row.enrollment.pointers[achievement]?.active;
      const credential = inForce.get(achievement);
      if (
        active?.credentialId !== credential?.credentialId ||
        (active && active.suspended !== (credential?.state === 'suspended'))
      ) {
        scheduler.fail(
          'pointer and credentials agree',
          `${achievement}: pointer ${JSON.stringify(active)}, credential ${credential?.credentialId} ${credential?.state}`,
        );
      }
    }
  }

  /** What a person has set aside stays where it is until a person takes it up again: whatever went before is void. */
  function judgeSetAside(id: string, { state, attempt, setAside }: Delivery, isReplay: boolean): void {
    const known = mailing(id);
    if (isReplay) {
      known.replays++;
      for (let n = 1; n <= attempt; n++) known.reopened.add(n);
    } else if (known.isSetAside && state !== 'parked' && (state === 'queued' || state === 'sending')) {
      scheduler.fail('what is set aside stays so', `${id}: ${state}, and nobody replayed it`);
    }
    known.isSetAside = setAside !== undefined;
  }

  /** By what issue read, plus every withdrawal and rejection that the API has committed since. */
  function judgeIssue(row: EnrollmentRow, before: Enrollment, commit: Commit, credential: Credential): void {
    const { facts, transcript, document, signature, code, achievement } = credential;
    issued.set(credential.credentialId, { facts, transcript, document, signature, code });
    stats.issued++;
    const pending = before.pointers[achievement]?.pending;
    if (pending?.credentialId !== credential.credentialId)
      scheduler.fail('only what is pending is issued', `${credential.credentialId} is not pending`);
    if (pending?.setAside)
      scheduler.fail('what is set aside stays so', `${credential.credentialId} is issued, and nobody replayed it`);
    const now = scheduler.now + maxSkewMs;
    if (pending && Date.parse(pending.releaseAt) > now)
      scheduler.fail('nothing is issued before its release', `held until ${pending.releaseAt}`);
    const read = task()?.memo.evidence as readonly RawItem[] | undefined;
    if (!read) {
      scheduler.fail('issue reads the evidence again', 'it committed without having read');
      return;
    }
    const items = new Map(read.map((item) => [item.sk, item]));
    for (const [sk, { attributes, byApi }] of table().evidence.get(evidencePartition(commit.enrollment)) ?? []) {
      if (byApi && (sk.endsWith('#WITHDRAWAL') || attributes.outcome === 'not-met')) items.set(sk, { sk, attributes });
    }
    if (before.status === 'withdrawn')
      scheduler.fail('nothing is issued to who has left', `${credential.credentialId} is`);
    // By the roster and policy that issue read: no act of an apprentice's, they are not guarded.
    const program = task()?.memo.program as Program;
    const standing = standingOf(row.enrollment, [...items.values()], setting.framework, program);
    const without = [...voided].reduce((of, id) => withVoided(of, id, { at: '', by: '', reason: '' }), program);
    const sound = standingOf(row.enrollment, [...items.values()], setting.framework, without);
    if (voided.size > 0 && !isComplete(sound, achievement, credential, now))
      scheduler.fail('nothing is issued on the word of who was voided', `${achievement} ${credential.credentialId} is`);
    if (!isComplete(standing, achievement, credential, now)) {
      const unmet = [...requirementsOf(setting.framework).keys()].filter(
        (id) => standing.progress[id]?.status !== 'met',
      );
      scheduler.fail(
        'none is issued while incomplete',
        `${achievement} ${credential.credentialId}: not met ${unmet.join(', ') || '(dates)'}`,
      );
    }
  }

  /** A lease is taken while nobody else's runs, and never once the Send event of an email has been seen to. */
  function judgeLease(id: string, attempt: number): void {
    const { sent, recorded, reopened } = mailing(id);
    // So that a duplicate has but one way to come about: a send whose worker could not record it.
    if ([...recorded].some((other) => !reopened.has(other)))
      scheduler.fail('no send begins once one is recorded', `${id}: attempt ${attempt}`);
    if ([...sent].some((other) => !reopened.has(other)))
      scheduler.fail('no send begins after its Send event was processed', `${id}: attempt ${attempt}`);
  }

  return {
    stats,
    chains,
    mailings,
    committed,
    isVoided: (assessor: string) => voided.has(assessor),
    voided: (assessor: string): void => void voided.add(assessor),
    sendBegun(tags: Record<string, string>): void {
      const id = `${tags.program}#${tags.enrollment}#${tags.delivery}`;
      const { begun, accepted, reopened } = mailing(id);
      const last = begun.at(-1);
      const apart = last === undefined ? Number.POSITIVE_INFINITY : scheduler.now - last.at;
      // The function's own time comes between the lease and the send.
      const isOpen = last !== undefined && accepted.includes(last.attempt) && !reopened.has(last.attempt);
      if (isOpen && apart < (leaseSeconds - 90) * 1000 - 2 * maxSkewMs) {
        scheduler.fail(
          'one lease, one send',
          `${id}: attempt ${tags.attempt} ${Math.round(apart / 1000)} s after the last`,
        );
      }
      begun.push({ attempt: Number(tags.attempt), at: scheduler.now });
    },
    sendAccepted(tags: Record<string, string>): void {
      const { accepted, bounced, reopened } = mailing(`${tags.program}#${tags.enrollment}#${tags.delivery}`);
      // What came back may be sent again.
      if (accepted.some((other) => !bounced.has(other) && !reopened.has(other))) stats.duplicates++;
      accepted.push(Number(tags.attempt));
    },
    sendBounced(tags: Record<string, string>): void {
      mailing(`${tags.program}#${tags.enrollment}#${tags.delivery}`).bounced.add(Number(tags.attempt));
    },
    /** Feedback has finished with an event. */
    eventProcessed({ ref, deliveryId, event }: MailEvent): void {
      const known = mailing(`${refKey(ref)}#${deliveryId}`);
      if (event.type === 'send') known.sent.add(event.attempt);
    },
  };
}
export type StepJudges = ReturnType<typeof createStepJudges>;

/** The record's standing from its items alone, every requirement recomputed. */
export function standingOf(
  enrollment: Enrollment,
  items: readonly RawItem[],
  framework: Framework,
  program: Program,
): Standing & { progress: Record<string, RequirementProgress>; awaiting: Record<string, Instant> } {
  const rules = rulesOf(enrollment, program);
  const byRequirement = new Map<string, RawItem[]>();
  for (const item of items) {
    const id = parseEvidenceKeys(evidencePartition(enrollment), item.sk)?.requirement;
    if (id !== undefined) byRequirement.set(id, [...(byRequirement.get(id) ?? []), item]);
  }
  const progress: Record<string, RequirementProgress> = {};
  const awaiting: Record<string, Instant> = {};
  for (const [id, requirement] of requirementsOf(framework)) {
    const now = standingOfOne(requirement, byRequirement.get(id) ?? [], rules);
    if (now.progress) progress[id] = now.progress;
    if (now.awaiting !== undefined) awaiting[id] = now.awaiting;
  }
  return { framework, program, enrolledOn: enrollment.enrolledOn, progress, awaiting };
}

function isComplete(standing: Standing, achievement: Achievement, credential: Credential, now: number): boolean {
  if (achievement !== 'completion')
    return decideSkillSet(standing, achievement.slice('skill-set:'.length)) !== undefined;
  if (credential.replaces !== undefined) return stillHolds(standing, credential.facts.completedOn);
  const decision = decideCompletion(standing, new Date(now).toISOString());
  return decision.complete && decision.completion.on === credential.facts.completedOn;
}
