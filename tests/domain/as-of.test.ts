import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { enrollmentAt, explainAt } from '../../functions/domain/as-of.ts';
import { type AuditAction, type AuditEntry, type AuditFact, chain, systemActor } from '../../functions/domain/audit.ts';
import type { Pointer } from '../../functions/domain/credential.ts';
import { type Enrollment, patched } from '../../functions/domain/enrollment.ts';
import { decideEvaluation } from '../../functions/domain/evaluation.ts';
import type { RawItem, Submission } from '../../functions/domain/evidence.ts';
import { type Explanation, explain } from '../../functions/domain/explanation.ts';
import type { Change } from '../../functions/domain/messages.ts';
import { programHashes, templateSchema } from '../../functions/domain/program.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import { describeProgress, parseProgress } from '../../functions/domain/progress-description.ts';
import { addDays } from '../../functions/domain/time.ts';
import classic from '../../templates/certificate/classic.json' with { type: 'json' };
import {
  assessment,
  cprSubmission,
  enrolledOn,
  item,
  newEnrollment,
  noon,
  smallFramework,
  smallProgram,
  submission,
  withdrawal,
} from '../support/small-world.ts';

const template = templateSchema.parse(classic);
type Policy = Parameters<typeof smallProgram>[0];

/** An enrollment with its table and its ledger, changed one day after another. */
function world(policy: Policy = {}) {
  const program = smallProgram(policy);
  const items = new Map<string, RawItem>();
  const ledger: AuditEntry[] = [];
  let enrollment: Enrollment = newEnrollment();
  let day = enrolledOn;
  let ids = 0;

  const record = (facts: AuditFact[], pointer?: Pointer) => {
    const { entries, head } = chain(enrollment, facts, noon(day));
    ledger.push(...entries);
    const patch = { chain: head, ...(pointer && { pointers: { completion: pointer } }) };
    enrollment = { ...patched(enrollment, patch), version: enrollment.version + 1 };
  };
  const act = (action: AuditAction, subject: string, more: AuditFact['facts'], pointer?: Pointer) => {
    const facts = { achievement: 'completion', ...more };
    record([{ actor: systemActor('test'), action, subject, facts, cause: `${action}#${ledger.length}` }], pointer);
  };
  const evaluate = (changes: readonly Change[]) => {
    const touched = changes.map(({ sk }) => sk.split('#')[1] ?? '');
    const decision = decideEvaluation({
      enrollment,
      program,
      hashes: programHashes(program, template),
      framework: smallFramework,
      readings: new Map(touched.map((id) => [id, [...items.values()].filter((i) => i.sk.split('#')[1] === id)])),
      changes,
      knownCauses: new Set(ledger.map((e) => e.cause)),
      now: noon(day),
      newIds: () => ({ credentialId: `crd-${++ids}`, code: '0'.repeat(26) }),
    });
    ledger.push(...decision.entries);
    if (decision.changed) enrollment = { ...patched(enrollment, decision.patch), version: enrollment.version + 1 };
  };
  const change = (kind: Change['kind'], i: RawItem): Change => ({
    sk: i.sk,
    kind,
    sequence: String(++ids),
    at: noon(day),
    ...(kind !== 'deleted' && { image: i.attributes }),
  });

  record([
    { actor: systemActor('test'), action: 'enrolled', subject: 'enr-1', facts: { enrolledOn }, cause: 'enroll' },
  ]);
  return {
    ledger,
    on: (date: string) => {
      day = date;
    },
    today: () => day,
    put: (...put: RawItem[]) => {
      const kinds = put.map((i) => change(items.has(i.sk) ? 'edited' : 'put', i));
      for (const i of put) items.set(i.sk, i);
      evaluate(kinds);
    },
    remove: (i: RawItem) => {
      if (items.delete(i.sk)) evaluate([change('deleted', i)]);
    },
    issue: () => {
      const { pending } = enrollment.pointers.completion ?? {};
      if (!pending) return;
      const { credentialId, facts } = pending;
      const active = { credentialId, suspended: false, completedOn: facts.completedOn };
      act('credential-issued', credentialId, { completedOn: facts.completedOn }, { active });
    },
    park: () => {
      const { pending, ...rest } = enrollment.pointers.completion ?? {};
      if (!pending) return;
      act(
        'credential-parked',
        pending.credentialId,
        { reason: 'no font' },
        { ...rest, pending: { ...pending, parked: 'no font' } },
      );
    },
    revoke: () => {
      const { active } = enrollment.pointers.completion ?? {};
      if (active) act('credential-revoked', active.credentialId, {}, { revoked: true });
    },
    now: () => explain(enrollment, program, smallFramework, noon(day)),
    at: (date: string) => explainAt(ledger, { enrolledOn }, program, smallFramework, noon(date)),
  };
}

const ids = ['engage-1', 'engage-2', 'course-ethics', 'cert-cpr'] as const;
const piece = (requirement: string, evidence: string, day: string, lasts = 700, hours?: number): Submission =>
  requirement === 'cert-cpr'
    ? cprSubmission(evidence, day, addDays(day, -10), addDays(day, lasts))
    : submission(requirement, evidence, day, hours === undefined ? {} : { hours });
const accepted = (s: Submission, day: string) => [item(s), item(assessment(s, `a-${s.evidence}`, noon(day)))];

describe('a past instant', () => {
  const complete = (w: ReturnType<typeof world>, lasts?: number) => {
    w.on('2026-02-01');
    for (const id of ids) w.put(...accepted(piece(id, `e-${id}`, '2026-02-01', lasts), '2026-02-01'));
  };

  test('before the enrollment has no explanation', () => {
    expect(world().at('2026-01-04')).toBeUndefined();
    expect(world().at('2026-01-05')).toMatchObject({ met: 0, credential: { state: 'none' } });
  });

  test('knows a certificate that had lapsed and was renewed since', () => {
    const w = world();
    w.on('2026-02-01');
    w.put(...accepted(piece('cert-cpr', 'c1', '2026-02-01', 10), '2026-02-01'));
    w.on('2026-03-01');
    for (const id of ids.slice(0, 3)) w.put(...accepted(piece(id, `e-${id}`, '2026-03-01'), '2026-03-01'));
    w.on('2026-03-09');
    w.put(...accepted(piece('cert-cpr', 'c2', '2026-03-09'), '2026-03-09'));
    expect(w.at('2026-03-05')?.missing).toEqual([{ requirement: 'cert-cpr', why: 'lapsed', on: '2026-02-11' }]);
    expect(w.at('2026-03-09')).toEqual(w.now());
    expect(w.now().credential.state).toBe('pending');
  });

  test('knows what was withdrawn and is met again now, and that the credential was suspended meanwhile', () => {
    const w = world();
    complete(w);
    w.on('2026-02-02');
    w.issue();
    w.on('2026-02-03');
    w.put(item(withdrawal(piece('engage-1', 'e-engage-1', '2026-02-01'), noon('2026-02-03'))));
    w.on('2026-02-09');
    w.put(...accepted(piece('engage-1', 'e9', '2026-02-09'), '2026-02-09'));
    expect(w.at('2026-02-01')?.credential.state).toBe('pending');
    expect(w.at('2026-02-05')).toMatchObject({
      met: 3,
      missing: [{ requirement: 'engage-1', why: 'missing' }],
      credential: { state: 'suspended' },
    });
    expect(w.at('2026-02-09')).toMatchObject({ met: 4, missing: [], credential: { state: 'in-force' } });
  });

  test('knows until when a completed record was held', () => {
    const w = world({ holdHours: 48 });
    complete(w);
    const because = `the program holds it until ${noon('2026-02-03')}`;
    expect(w.at('2026-02-02')?.credential).toEqual({ state: 'held', because });
    expect(w.at('2026-02-04')?.credential.state).toBe('pending');
    expect(enrollmentAt(w.ledger, { enrolledOn }, noon('2026-02-02'))).toMatchObject({
      status: 'complete',
      completion: { on: '2026-02-01', at: noon('2026-02-01') },
    });
  });
});

describe('for any history', () => {
  const deed = fc.record({
    what: fc.constantFrom(
      'met',
      'met',
      'met',
      'not-met',
      'submit',
      'withdraw',
      'delete',
      'edit',
      'issue',
      'park',
      'revoke',
    ),
    requirement: fc.constantFrom(...ids),
    which: fc.nat(2),
    days: fc.integer({ min: 1, max: 40 }),
    lasts: fc.integer({ min: 0, max: 90 }),
    hours: fc.option(fc.integer({ min: 1, max: 40 }), { nil: undefined }),
  });
  const policy = fc.constantFrom<NonNullable<Policy>>(
    {},
    { holdHours: 24 * 20 },
    { minimumHours: 30 },
    { minimumTermMonths: 6 },
    { assessment: 'self-attested' },
  );

  test('the ledger explains every day as it was explained on that day', () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(policy, fc.boolean(), fc.array(deed, { minLength: 1, maxLength: 40 }), (rules, begun, deeds) => {
        const w = world(rules);
        const submitted = new Map<string, Submission>();
        if (begun) {
          for (const id of ids) {
            const of = piece(id, `${id}-0`, enrolledOn, 700, 10);
            submitted.set(`${id}-0`, of);
            w.put(...accepted(of, enrolledOn));
          }
        }
        const told: [string, Explanation][] = [[w.today(), w.now()]];
        for (const { what, requirement, which, days, lasts, hours } of deeds) {
          const day = addDays(w.today(), days);
          // The day before, with nothing done: certificates lapse, holds and terms run out by themselves.
          w.on(addDays(day, -1));
          told.push([w.today(), w.now()]);
          w.on(day);
          const name = `${requirement}-${which}`;
          const fresh = piece(requirement, name, day, lasts, hours);
          const known = submitted.get(name);
          if (what === 'met' || what === 'not-met' || what === 'submit') {
            const of = known ?? fresh;
            submitted.set(name, of);
            const judged = what === 'submit' ? [] : [item(assessment(of, `a-${name}-${day}`, noon(day), what))];
            w.put(item(of), ...judged);
          }
          if (what === 'edit' && known) w.put({ ...item(known), attributes: { ...fresh } });
          if (what === 'withdraw' && known) w.put(item(withdrawal(known, noon(day))));
          if (what === 'delete' && known) w.remove(item(known));
          if (what === 'issue') w.issue();
          if (what === 'park') w.park();
          if (what === 'revoke') w.revoke();
          told.push([day, w.now()]);
        }
        // A day told twice: what held at its end.
        for (const [day, explanation] of new Map(told)) {
          seen.add(explanation.credential.state);
          expect(w.at(day)).toEqual(explanation);
        }
      }),
      { numRuns: 300, seed: 6 },
    );
    expect([...seen]).toEqual(
      expect.arrayContaining(['none', 'held', 'pending', 'parked', 'in-force', 'suspended', 'revoked']),
    );
  });
});

describe("the description of a requirement's standing", () => {
  const since = noon('2026-02-13');
  const met = (more: object): RequirementProgress => ({ status: 'met', since, basis: 'b', ...more });

  test('is read back as it was written', () => {
    for (const progress of [
      met({}),
      met({ hours: { sum: 7.25, at: since } }),
      met({ intervals: [{ from: '2026-01-20', at: since }], hours: { sum: 0.5, at: noon('2026-02-14') } }),
      met({
        intervals: [
          { from: '2026-01-20', to: '2026-06-01', at: noon('2026-02-15') },
          { from: '2026-02-20', at: since },
        ],
      }),
      { status: 'unsettled', why: 'deleted' } as const,
      { status: 'awaiting' } as const,
    ]) {
      const { basis: _, ...plain } = { basis: '', ...progress };
      expect(parseProgress(describeProgress(progress))).toEqual(plain);
    }
    expect(parseProgress(describeProgress(null))).toBeUndefined();
  });

  test('fits the ledger however many intervals there are, and keeps those that reach furthest', () => {
    const intervals = Array.from({ length: 60 }, (_, i) => ({
      from: addDays('2026-01-20', i),
      to: addDays('2027-01-20', i),
      at: noon(addDays('2026-02-14', i)),
    }));
    const text = describeProgress(met({ intervals, hours: { sum: 1999.75, at: noon('2026-05-14') } }));
    expect(text.length).toBeLessThanOrEqual(300);
    expect(text).toContain('…');
    const read = parseProgress(text);
    expect(read?.status === 'met' && read.intervals?.at(-1)).toEqual(intervals.at(-1));
  });
});
