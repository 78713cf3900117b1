import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enrollmentItem, parseEnrollmentItem, updateParts } from '../../functions/adapters/aws/enrollment-codec.ts';
import { type AuditEntry, emptyChain, findChainFault } from '../../functions/domain/audit.ts';
import { awaitingSince, type Enrollment, type EnrollmentPatch, patched } from '../../functions/domain/enrollment.ts';
import { decideEvaluation } from '../../functions/domain/evaluation.ts';
import type { EvaluationInput } from '../../functions/domain/evaluation-input.ts';
import type { RawItem } from '../../functions/domain/evidence.ts';
import type { Change } from '../../functions/domain/messages.ts';
import type { Program } from '../../functions/domain/program.ts';
import { programHashes, templateSchema } from '../../functions/domain/program.ts';
import classic from '../../templates/certificate/classic.json' with { type: 'json' };
import {
  assessment,
  cprSubmission,
  item,
  newEnrollment,
  noon,
  ref,
  smallFramework,
  smallProgram,
  submission,
  withdrawal,
} from '../support/small-world.ts';

const template = templateSchema.parse(classic);

/** Everything that completes the small framework, one skill short of nothing. */
const pieces = [
  submission('engage-1', 'e1', '2026-02-01'),
  submission('engage-2', 'e2', '2026-02-02'),
  submission('course-ethics', 'e3', '2026-02-03'),
  cprSubmission('e4', '2026-02-04', '2026-01-20'),
];
const everything: RawItem[] = pieces.flatMap((s, i) => [item(s), item(assessment(s, `a${i}`, noon(`2026-02-1${i}`)))]);

/** A tiny table: evaluates as the step does, with the ledger beside it. */
function play(program: Program = smallProgram()) {
  let enrollment: Enrollment = newEnrollment();
  let ids = 0;
  const ledger: AuditEntry[] = [];
  const run = (items: readonly RawItem[], changes: readonly Change[], now = noon('2026-03-01')) => {
    const readings = new Map<string, RawItem[]>();
    for (const { sk } of [...items, ...changes]) readings.set(sk.split('#')[1] ?? '', []);
    for (const i of items) readings.get(i.sk.split('#')[1] ?? '')?.push(i);
    const input: EvaluationInput = {
      enrollment,
      program,
      hashes: programHashes(program, template),
      framework: smallFramework,
      readings,
      changes,
      knownCauses: new Set(ledger.map((e) => e.cause)),
      now,
      newIds: () => ({ credentialId: `crd-${++ids}`, code: '0'.repeat(26) }),
    };
    const decision = decideEvaluation(input);
    if (decision.changed) {
      enrollment = { ...patched(enrollment, decision.patch), version: enrollment.version + 1 };
      ledger.push(...decision.entries);
    }
    return decision;
  };
  const activate = () => {
    const pending = enrollment.pointers.completion?.pending;
    if (!pending) throw new Error('nothing is pending');
    const active = { credentialId: pending.credentialId, suspended: false, completedOn: pending.facts.completedOn };
    enrollment = { ...enrollment, pointers: { completion: { active } } };
  };
  return { run, activate, ledger, current: () => enrollment };
}

let sequence = 0;
const put = (i: RawItem, at = '2026-03-01T00:00:00.000Z'): Change => ({
  sk: i.sk,
  kind: 'put',
  sequence: String(++sequence),
  at,
  image: i.attributes,
});
const gone = (i: RawItem): Change => ({
  sk: i.sk,
  kind: 'deleted',
  sequence: String(++sequence),
  at: '2026-03-01T00:00:00.000Z',
});
const actions = (entries: readonly AuditEntry[]) => entries.map((e) => e.action);

describe('the last piece of evidence', () => {
  test('sets the completion, the pending pointer and its frozen facts in one decision', () => {
    const { run, current } = play();
    const decision = run(
      everything,
      everything.map((i) => put(i)),
    );
    expect(decision.patch.completion).toEqual({ on: '2026-02-13', at: noon('2026-02-13') });
    expect(current().pointers.completion?.pending).toMatchObject({
      credentialId: 'crd-1',
      requestedAt: noon('2026-03-01'),
      releaseAt: noon('2026-03-01'),
      facts: { name: 'Łukasz Żółć', completedOn: '2026-02-13' },
    });
    expect(current()).toMatchObject({ status: 'complete', met: 4 });
    expect(actions(decision.entries).slice(-2)).toEqual(['completion-reached', 'credential-requested']);
  });

  test('one requirement short asks for nothing', () => {
    const { run, current } = play();
    run(
      everything.slice(2),
      everything.slice(2).map((i) => put(i)),
    );
    expect(current().pointers).toEqual({});
  });

  test('a hold puts the release off from the completion', () => {
    const { run, current } = play(smallProgram({ holdHours: 24 * 30 }));
    run(
      everything,
      everything.map((i) => put(i)),
    );
    expect(current().pointers.completion?.pending?.releaseAt).toBe(noon('2026-03-15'));
  });
});

describe('a repeat', () => {
  test('adds nothing to the ledger and changes nothing', () => {
    const { run, ledger, current } = play();
    const changes = everything.map((i) => put(i));
    run(everything, changes);
    const before = current();
    expect(run(everything, changes).changed).toBe(false);
    expect(current()).toEqual(before);
    expect(ledger.filter((e) => e.action === 'credential-requested')).toHaveLength(1);
  });
});

describe('what falls away', () => {
  const verdict = everything[1] as RawItem;
  const withdrawn = item(withdrawal(pieces[0] as never, noon('2026-02-20')));

  test('before issue cancels the request and the completion; when it stands again, a new credential is asked for', () => {
    const { run, current } = play();
    run(
      everything,
      everything.map((i) => put(i)),
    );
    const decision = run([...everything, withdrawn], [put(withdrawn)]);
    expect(current().pointers.completion?.pending).toBeUndefined();
    expect(current()).toMatchObject({ status: 'open', met: 3 });
    expect(current().completion).toBeUndefined();
    expect(actions(decision.entries)).toEqual([
      'evidence-withdrawn',
      'completion-undone',
      'credential-request-cancelled',
    ]);
    const again = submission('engage-1', 'e9', '2026-02-21');
    const items = [item(again), item(assessment(again, 'a9', noon('2026-02-22')))];
    run(
      [...everything, withdrawn, ...items],
      items.map((i) => put(i)),
    );
    expect(current().pointers.completion?.pending).toMatchObject({
      credentialId: 'crd-2',
      facts: { completedOn: '2026-02-22' },
    });
  });

  test('after issue suspends the credential, and reinstates the same one when it stands again', () => {
    const { run, activate, current } = play();
    run(
      everything,
      everything.map((i) => put(i)),
    );
    activate();
    const decision = run([...everything, withdrawn], [put(withdrawn)]);
    expect(decision.transitions).toMatchObject([{ credentialId: 'crd-1', to: 'suspended' }]);
    expect(current().pointers.completion?.active).toMatchObject({ credentialId: 'crd-1', suspended: true });
    const again = submission('engage-1', 'e9', '2026-02-21');
    const items = [item(again), item(assessment(again, 'a9', noon('2026-02-22')))];
    const back = run(
      [...everything, withdrawn, ...items],
      items.map((i) => put(i)),
    );
    expect(back.transitions).toMatchObject([{ credentialId: 'crd-1', to: 'issued' }]);
    expect(current().pointers.completion).toEqual({
      active: { credentialId: 'crd-1', suspended: false, completedOn: '2026-02-13' },
    });
  });

  test('an assessment deleted behind our back leaves a mark that only a later assessment overcomes', () => {
    const { run, current } = play();
    run(
      everything,
      everything.map((i) => put(i)),
    );
    const rest = everything.filter((i) => i !== verdict);
    const decision = run(rest, [gone(verdict)]);
    expect(actions(decision.entries)).toContain('assessment-deleted');
    expect(current().marks).toEqual({ 'engage-1': '2026-03-01T00:00:00.000Z' });
    run([...rest, verdict], [put(verdict)]);
    expect(current().progress['engage-1']).toEqual({ status: 'unsettled', why: 'deleted' });
    const again = item(assessment(pieces[0] as never, 'a9', noon('2026-03-02')));
    run([...rest, verdict, again], [put(again, noon('2026-03-02'))], noon('2026-03-02'));
    expect(current().progress['engage-1']).toMatchObject({ status: 'met' });
  });

  test('what was revoked is not asked for again by itself', () => {
    const { run, current } = play();
    const state = play();
    run(
      everything,
      everything.map((i) => put(i)),
    );
    expect(current().pointers.completion?.pending).toBeDefined();
    state.run(
      everything.slice(0, 2),
      everything.slice(0, 2).map((i) => put(i)),
    );
    Object.assign(state.current().pointers, { completion: { revoked: true } });
    state.run(
      everything.slice(2),
      everything.slice(2).map((i) => put(i)),
    );
    expect(state.current()).toMatchObject({ status: 'complete', pointers: { completion: { revoked: true } } });
    expect(state.current().pointers.completion?.pending).toBeUndefined();
  });
});

describe('what does not count', () => {
  const bad: RawItem = { sk: 'EVIDENCE#engage-1#e7', attributes: { occurredOn: 'last Tuesday' } };

  test('a malformed item is set aside with its reason and its neighbours go on', () => {
    const { run, current } = play();
    const decision = run([bad, ...everything], [put(bad), ...everything.map((i) => put(i))]);
    expect(decision.setAside).toMatchObject([{ sk: bad.sk, code: 'item.malformed' }]);
    expect(actions(decision.entries)[0]).toBe('evidence-set-aside');
    expect(current().status).toBe('complete');
  });

  test('a corrected item is no longer set aside', () => {
    const { run } = play();
    run([bad], [put(bad)]);
    const good = { sk: bad.sk, attributes: { ...submission('engage-1', 'e7', '2026-02-01') } };
    const decision = run([good], [{ ...put(good), kind: 'edited' }]);
    expect(decision.setAside).toEqual([]);
    expect(decision.clearAside).toEqual([bad.sk]);
  });

  test('under a key of no known form, what was deleted and put again in one batch is set aside', () => {
    const odd: RawItem = { sk: 'NOTE#1', attributes: { note: 'x' } };
    const deleted = { ...put(odd), kind: 'deleted' as const };
    const { run } = play();
    expect(run([], [deleted, put(odd)])).toMatchObject({
      setAside: [{ sk: odd.sk, code: 'item.key' }],
      clearAside: [],
    });
    expect(run([], [put(odd), deleted])).toMatchObject({ setAside: [], clearAside: [odd.sk] });
  });

  test('evidence of an unknown requirement is refused with the reason', () => {
    const { run } = play();
    const stray = item(submission('engage-9', 'e7', '2026-02-01'));
    const decision = run([stray], [put(stray)]);
    expect(decision.setAside).toMatchObject([{ code: 'requirement.unknown' }]);
    expect(actions(decision.entries)).toEqual(['evidence-rejected']);
  });

  test('evidence dated ahead of its own record is refused for good', () => {
    const { run, current } = play();
    const ahead = item(submission('engage-1', 'e7', '2026-03-02'));
    const decision = run([ahead], [put(ahead)]);
    expect(decision.setAside).toMatchObject([{ code: 'evidence.future' }]);
    expect(current().progress).toEqual({});
    run([ahead], [{ ...put(ahead), kind: 'touched' }], noon('2026-06-01'));
    expect(current().progress).toEqual({});
  });

  test('no entry and no reason repeats a text or a sensitive value', () => {
    const { run, ledger } = play();
    const loud = item(submission('engage-1', 'e7', '2026-02-01', { attestation: 'SECRET words' }));
    run([loud, bad], [put(loud), put(bad)]);
    expect(JSON.stringify(ledger)).not.toMatch(/SECRET|Tuesday/);
  });
});

describe('for any order in which the stream shows the same changes', () => {
  const withdrawn = item(withdrawal(pieces[1] as never, noon('2026-02-20')));
  const again = submission('engage-2', 'e8', '2026-02-22');
  const all = [...everything, withdrawn, item(again), item(assessment(again, 'a8', noon('2026-02-23')))];
  const changes = all.map((i) => put(i));

  test('progress, completion and the number of entries come out the same, and the chain is whole', () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray(changes, { minLength: changes.length }),
        fc.array(fc.nat(changes.length - 1)),
        (order, repeats) => {
          const { run, ledger, current } = play();
          for (const change of [...order, ...repeats.map((i) => changes[i] as Change)]) run(all, [change]);
          expect(current().status).toBe('complete');
          expect(current().completion).toEqual({ on: '2026-02-23', at: noon('2026-02-23') });
          expect(current().met).toBe(4);
          expect(ledger.filter((e) => changes.some((c) => e.cause === `${c.sk}@${c.sequence}`))).toHaveLength(
            changes.length,
          );
          expect(findChainFault(current(), ledger)).toBeUndefined();
          expect(emptyChain(ref, noon('2026-01-01')).hash).toBe(ledger[0]?.prevHash);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('an enrollment says since when evidence of it waits', () => {
  const [first, second] = pieces as [(typeof pieces)[0], (typeof pieces)[0]];

  test('by requirement, until each is assessed or taken back', () => {
    const { run, current } = play();
    run([item(second)], [put(item(second))]);
    run([item(first)], [put(item(first))]);
    expect(current().awaiting).toEqual({ 'engage-1': first.submittedAt, 'engage-2': second.submittedAt });
    expect(awaitingSince(current())).toBe(first.submittedAt);
    expect(awaitingSince({ ...current(), status: 'withdrawn' })).toBeUndefined();
    const met = item(assessment(first, 'a1', noon('2026-02-10')));
    run([item(first), met], [put(met)]);
    expect(current().awaiting).toEqual({ 'engage-2': second.submittedAt });
    const back = item(withdrawal(second, noon('2026-02-11')));
    run([item(second), back], [put(back)]);
    expect(current()).not.toHaveProperty('awaiting');
  });

  test('and its item holds it, whether it was written whole or in parts', () => {
    const { run, current } = play();
    for (const each of [first, second]) run([item(each)], [put(item(each))]);
    const stored = enrollmentItem(current());
    expect(parseEnrollmentItem(stored)).toEqual(current());
    expect(stored).toMatchObject({ awaitingPk: 'harbor#AWAITING', awaitingAt: first.submittedAt });
    const { awaitingAt, awaitingPk, ...none } = enrollmentItem(newEnrollment());
    expect([awaitingAt, awaitingPk, none.awaiting]).toEqual([undefined, undefined, undefined]);
  });

  test('a change of what waits is all that the index is written for', () => {
    const { run, current } = play();
    run([item(first)], [put(item(first))]);
    const names = (patch: EnrollmentPatch) => Object.values(updateParts(current(), patch).names);
    expect(
      names({ awaiting: { 'engage-2': second.submittedAt }, progress: { 'engage-2': { status: 'awaiting' } } }),
    ).toEqual(['progress', 'engage-2', 'version']);
    expect(names({ awaiting: { 'engage-1': null } })).toEqual([
      'progress',
      'engage-1',
      'awaitingPk',
      'awaitingAt',
      'version',
    ]);
  });
});
