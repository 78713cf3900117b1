import { fitsLedger } from '../domain/apprentice-seal.ts';
import { findChainFault } from '../domain/audit.ts';
import { decideCompletion, decideSkillSet, type Standing, stillHolds } from '../domain/completion.ts';
import type { Achievement, Pointer } from '../domain/credential.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { rulesOf, sameProgress } from '../domain/evaluation.ts';
import type { RawItem } from '../domain/evidence.ts';
import { type Framework, requirementsOf } from '../domain/framework.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { isLapseKept } from '../domain/needs.ts';
import type { Program } from '../domain/program.ts';
import { recomputeStanding } from '../domain/recompute.ts';
import { addSeconds, civilDateOf, type Instant } from '../domain/time.ts';
import type { InspectedRecord } from '../ports/inspection.ts';
import { examineMail } from './examine-mail.ts';
import { changedRemedy, type Finding, redriveRemedy, restoreRemedy } from './finding.ts';

/** What an enrollment is judged by; absent where the table does not hold it. */
export type Surroundings = { program?: Program | undefined; framework?: Framework | undefined };

/** The daily look and a bit: what time alone completes may wait for it. */
const dailyLookSeconds = 26 * 3600;

/**
 * Compares one enrollment's partition with what it should be: progress with the evidence, pointers with credentials,
 * emails with credentials, the chain with its head. Pure.
 */
export function examineRecord(
  ref: EnrollmentRef,
  record: InspectedRecord,
  { program, framework }: Surroundings,
  items: readonly RawItem[],
  now: Instant,
): Finding[] {
  const findings = record.unreadable.map(
    (sk): Finding => ({
      ...{ code: 'item.unreadable', ref, subject: kindOf(sk) },
      problem: 'an item is not of its form: no step can read it',
      remedy: restoreRemedy,
    }),
  );
  const { enrollment } = record;
  if (!enrollment) {
    if (record.unreadable.includes('ENROLLMENT')) return findings;
    const problem = 'its enrollment is gone, and other items of it are there';
    return [...findings, { code: 'enrollment.missing', ref, problem, remedy: restoreRemedy }];
  }
  findings.push(...examineChain(ref, record, enrollment), ...examineApprentice(ref, record, enrollment));
  findings.push(...examineIndexes(ref, record));
  findings.push(...examinePointers(ref, record, enrollment), ...examineMail(ref, record, enrollment, now));
  if (!program || !framework) {
    const problem = 'its program or framework version is not in the table';
    return [...findings, { code: 'program.missing', ref, problem, remedy: 'program load FILE' }];
  }
  const { progress, awaiting } = recomputeStanding(framework, items, rulesOf(enrollment, program));
  const standing: Standing = { framework, program, enrolledOn: enrollment.enrolledOn, progress };
  const moved = examineProgress(ref, enrollment, framework, progress);
  return [
    ...findings,
    // The same look mends both.
    ...(moved.length > 0 ? moved : examineAwaiting(ref, enrollment, awaiting)),
    ...examineLapse(ref, enrollment, program, now),
    ...examineBasis(ref, enrollment, standing, now),
  ];
}

/** A sort key's kind and id; a ledger entry's names an evidence item and its requirement. */
function kindOf(sk: string): string {
  return sk.startsWith('LEDGER#') ? 'a ledger entry' : sk.split('#').slice(0, 2).join(' ').toLowerCase();
}

function examineChain(ref: EnrollmentRef, { ledger }: InspectedRecord, enrollment: Enrollment): Finding[] {
  const fault = findChainFault(enrollment, ledger);
  if (!fault) return [];
  const words = {
    gap: 'an entry is missing',
    order: 'an entry is out of order',
    hash: 'an entry was changed',
    link: 'an entry does not follow from the one before it',
    head: 'its end is not the one that the enrollment names',
  };
  const problem = `the ledger's chain is broken at ${fault.seq}: ${words[fault.fault]}`;
  return [{ code: 'chain.broken', ref, subject: String(fault.seq), problem, remedy: restoreRemedy }];
}

/** A name that somebody has put into the table would stand on the next certificate, and an address would be sent it. */
function examineApprentice(ref: EnrollmentRef, { ledger }: InspectedRecord, enrollment: Enrollment): Finding[] {
  if (fitsLedger(enrollment, ledger)) return [];
  const problem = 'the name or the address is not the one that the ledger holds a hash of: it was changed by hand';
  return [{ code: 'apprentice.differs', ref, problem, remedy: changedRemedy }];
}

function examineIndexes(ref: EnrollmentRef, { misindexed }: InspectedRecord): Finding[] {
  return misindexed.map((sk) => ({
    ...{ code: 'index.differs', ref, subject: kindOf(sk) },
    problem: 'the indexes show it otherwise than it is: sweep may never find it',
    remedy: restoreRemedy,
  }));
}

function examinePointers(ref: EnrollmentRef, { credentials }: InspectedRecord, enrollment: Enrollment): Finding[] {
  const findings: Finding[] = [];
  const named = new Set<string>();
  for (const { active } of Object.values(enrollment.pointers)) {
    if (!active) continue;
    const subject = active.credentialId;
    named.add(subject);
    const found = credentials.find(({ credentialId }) => credentialId === subject);
    const should = active.suspended ? 'suspended' : 'issued';
    if (!found) {
      const problem = 'the enrollment names it as in force, and it is not there';
      findings.push({ code: 'credential.missing', ref, subject, problem, remedy: restoreRemedy });
    } else if (found.state !== should) {
      const problem = `it is ${found.state}, and the enrollment says ${should}: verification tells the wrong thing`;
      findings.push({ code: 'credential.state-differs', ref, subject, problem, remedy: restoreRemedy });
    }
  }
  for (const { credentialId: subject, state } of credentials) {
    if ((state !== 'issued' && state !== 'suspended') || named.has(subject)) continue;
    const problem = `it is ${state}, and the enrollment does not name it: two may be in force`;
    findings.push({ code: 'credential.outside-pointer', ref, subject, problem, remedy: restoreRemedy });
  }
  return findings;
}

function examineProgress(
  ref: EnrollmentRef,
  enrollment: Enrollment,
  framework: Framework,
  progress: Enrollment['progress'],
): Finding[] {
  const ids = [...requirementsOf(framework).keys()];
  const differing = ids.filter((id) => !sameProgress(enrollment.progress[id], progress[id])).length;
  const remedy = redriveRemedy(ref);
  if (differing > 0) {
    const problem = `${differing} of ${ids.length} requirements stand otherwise than the evidence says`;
    return [{ code: 'progress.differs', ref, problem, remedy }];
  }
  const met = ids.filter((id) => progress[id]?.status === 'met').length;
  if (met === enrollment.met) return [];
  return [{ code: 'progress.miscounted', ref, problem: `it counts ${enrollment.met} met, and ${met} are`, remedy }];
}

/** What assessors are shown to look at: evidence that is not among it is assessed by nobody. */
function examineAwaiting(
  ref: EnrollmentRef,
  { awaiting: stored = {} }: Enrollment,
  awaiting: Readonly<Record<string, Instant>>,
): Finding[] {
  const ids = [...new Set([...Object.keys(stored), ...Object.keys(awaiting)])];
  const differing = ids.filter((id) => stored[id] !== awaiting[id]).length;
  if (differing === 0) return [];
  const problem = `what waits for an assessor is told otherwise than the evidence says it, of ${differing} requirements`;
  return [{ code: 'awaiting.differs', ref, problem, remedy: redriveRemedy(ref) }];
}

/** When the next certificate lapses: what is told wrongly is missing from what the program is shown. */
function examineLapse(ref: EnrollmentRef, enrollment: Enrollment, { timeZone }: Program, now: Instant): Finding[] {
  if (isLapseKept(enrollment, civilDateOf(now, timeZone))) return [];
  const problem = 'the day of its next lapsing certificate is told otherwise than its certificates say it';
  return [{ code: 'lapse.differs', ref, problem, remedy: redriveRemedy(ref) }];
}

/** What the pointers should be, by the evidence as it stands. */
function examineBasis(ref: EnrollmentRef, enrollment: Enrollment, standing: Standing, now: Instant): Finding[] {
  if (enrollment.status === 'withdrawn') return [];
  const findings: Finding[] = [];
  const remedy = redriveRemedy(ref);
  for (const achievement of achievementsOf(enrollment, standing)) {
    const pointer: Pointer = enrollment.pointers[achievement] ?? {};
    const { active, pending, revoked } = pointer;
    if (active) {
      const stands = holds(achievement, standing, active.completedOn);
      if (stands !== active.suspended) continue;
      const [code, problem] = stands
        ? ['credential.wrongly-suspended', 'it is suspended, and its evidence stands']
        : ['credential.unfounded', 'it is in force, and the evidence that it stood on no longer stands'];
      findings.push({ code, ref, subject: active.credentialId, problem, remedy });
    } else if (!pending && !revoked && wasComplete(achievement, enrollment, standing, now)) {
      const problem = 'the record is complete, and no certificate was asked for';
      const subject = isSensitive(achievement, standing) ? 'a sensitive skill set' : achievement;
      findings.push({ code: 'credential.not-requested', ref, subject, problem, remedy });
    }
  }
  return findings;
}

function achievementsOf({ pointers }: Enrollment, { framework, program }: Standing): Achievement[] {
  const wanted = program.policy.interimCredentials ? framework.skillSets.filter((set) => !set.sensitive) : [];
  const all = ['completion', ...wanted.map(({ id }) => `skill-set:${id}`), ...Object.keys(pointers)];
  return [...new Set(all)] as Achievement[];
}

/** A finding is printed and logged: it names no set that says something about its holder's health. */
const isSensitive = (achievement: Achievement, { framework }: Standing) =>
  framework.skillSets.some(({ id, sensitive }) => sensitive && id === setOf(achievement));

const setOf = (achievement: Achievement) => achievement.slice('skill-set:'.length);

function holds(achievement: Achievement, standing: Standing, completedOn: string): boolean {
  if (achievement === 'completion') return stillHolds(standing, completedOn);
  return decideSkillSet(standing, setOf(achievement)) !== undefined;
}

/** Complete when evaluate last looked, or for longer than the daily look takes to come round. */
function wasComplete(
  achievement: Achievement,
  { lastChangeAt }: Enrollment,
  standing: Standing,
  now: Instant,
): boolean {
  if (achievement !== 'completion') return decideSkillSet(standing, setOf(achievement)) !== undefined;
  const looked = [lastChangeAt, addSeconds(now, -dailyLookSeconds)];
  return looked.some((at) => decideCompletion(standing, at).complete);
}
