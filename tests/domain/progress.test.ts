import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RawItem } from '../../functions/domain/evidence.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import { documentHash } from '../../functions/domain/hash.ts';
import { progressOf, standingOf } from '../../functions/domain/progress.ts';
import {
  assessment,
  cprSubmission,
  item,
  noon,
  rulesWith,
  smallFramework,
  smallProgram,
  submission,
  withdrawal,
} from '../support/small-world.ts';

const skill = requirementsOf(smallFramework).get('engage-1');
const cpr = requirementsOf(smallFramework).get('cert-cpr');
if (!skill || !cpr) throw new Error('the small framework has changed');

const first = submission('engage-1', 'e1', '2026-02-01');
const second = submission('engage-1', 'e2', '2026-02-03');
const decide = (items: RawItem[], rules = rulesWith()) => progressOf(skill, items, rules);

describe('one skill', () => {
  test('nothing submitted is no progress', () => expect(decide([])).toBeUndefined());

  test('evidence that nobody assessed changes nothing but that it waits', () =>
    expect(decide([item(first)])).toEqual({ status: 'awaiting' }));

  test('a met assessment meets it, since the instant of the assessment', () => {
    const progress = decide([item(first), item(assessment(first, 'a1', noon('2026-02-02')))]);
    expect(progress).toMatchObject({ status: 'met', since: noon('2026-02-02') });
  });

  test('the newest assessment among standing evidence decides', () => {
    const met = item(assessment(first, 'a1', noon('2026-02-02')));
    const notMet = item(assessment(second, 'a2', noon('2026-02-04'), 'not-met'));
    expect(decide([item(first), item(second), met, notMet])).toEqual({ status: 'not-met', at: noon('2026-02-04') });
    const again = item(assessment(second, 'a3', noon('2026-02-05')));
    expect(decide([item(first), item(second), met, notMet, again])).toMatchObject({
      status: 'met',
      since: noon('2026-02-05'),
    });
  });

  test('at one instant, not met wins', () => {
    const at = noon('2026-02-02');
    expect(
      decide([item(first), item(assessment(first, 'a1', at)), item(assessment(first, 'a2', at, 'not-met'))]),
    ).toEqual({ status: 'not-met', at });
  });

  test('met twice in a row counts since the first time', () => {
    const items = [
      item(first),
      item(assessment(first, 'a1', noon('2026-02-02'))),
      item(assessment(first, 'a2', noon('2026-02-09'))),
    ];
    expect(decide(items)).toMatchObject({ since: noon('2026-02-02') });
  });

  test('a withdrawal takes the evidence and its assessments along', () => {
    const items = [item(first), item(assessment(first, 'a1', noon('2026-02-02')))];
    expect(decide([...items, item(withdrawal(first, noon('2026-02-03')))])).toBeUndefined();
    const other = [item(second), item(assessment(second, 'a2', noon('2026-02-04'), 'not-met'))];
    expect(decide([...items, ...other])).toMatchObject({ status: 'not-met' });
    expect(decide([...items, ...other, item(withdrawal(second, noon('2026-02-05')))])).toMatchObject({
      status: 'met',
      since: noon('2026-02-02'),
    });
  });

  test('an assessor who is the apprentice signs off nothing, rostered or not', () => {
    const own = item(assessment(first, 'a1', noon('2026-02-02'), 'met', { assessor: 'apprentice-1' }));
    expect(decide([item(first), own])).toEqual({ status: 'awaiting' });
  });

  test('an assessor who is not on the roster signs off nothing', () => {
    const stranger = item(assessment(first, 'a1', noon('2026-02-02'), 'met', { assessor: 'stranger' }));
    expect(decide([item(first), stranger])).toEqual({ status: 'awaiting' });
  });

  test('evidence dated before the enrollment does not count', () => {
    const early = submission('engage-1', 'e0', '2026-02-01', { occurredOn: '2026-01-04' });
    expect(decide([item(early), item(assessment(early, 'a1', noon('2026-02-02')))])).toEqual({
      status: 'unsettled',
      why: 'edited',
    });
  });

  test('evidence dated after its own submission does not count', () => {
    expect(decide([item(submission('engage-1', 'e0', '2026-02-01', { occurredOn: '2026-02-03' }))])).toBeUndefined();
  });

  test('a malformed item costs only itself', () => {
    const bad: RawItem = { sk: 'EVIDENCE#engage-1#e9', attributes: { hello: 1 } };
    expect(decide([bad, item(first), item(assessment(first, 'a1', noon('2026-02-02')))])).toMatchObject({
      status: 'met',
    });
  });
});

describe('a hand in the table', () => {
  const met = [item(first), item(assessment(first, 'a1', noon('2026-02-02')))];
  const edited = { ...first, attestation: 'Something else.' };

  test('assessed evidence that is edited is unsettled until it is assessed again', () => {
    const [, verdict] = met as [RawItem, RawItem];
    expect(decide([item(edited), verdict])).toEqual({ status: 'unsettled', why: 'edited' });
    expect(decide([item(edited), verdict, item(assessment(edited, 'a2', noon('2026-02-05')))])).toMatchObject({
      status: 'met',
      since: noon('2026-02-05'),
    });
  });

  test('editing evidence away does not bring an older verdict back', () => {
    const items = [
      ...met,
      item({ ...second, attestation: 'Edited.' }),
      item(assessment(second, 'a2', noon('2026-02-04'), 'not-met')),
    ];
    expect(decide(items)).toEqual({ status: 'unsettled', why: 'edited' });
  });

  test('deleting evidence does not bring an older verdict back', () => {
    expect(decide([...met, item(assessment(second, 'a2', noon('2026-02-04'), 'not-met'))])).toEqual({
      status: 'unsettled',
      why: 'deleted',
    });
  });

  test('the mark of a deleted assessment voids what was assessed before it, and nothing after', () => {
    const marked = rulesWith(undefined, { marks: { 'engage-1': '2026-02-03T00:00:00.000Z' } });
    expect(decide(met, marked)).toEqual({ status: 'unsettled', why: 'deleted' });
    expect(decide([...met, item(assessment(first, 'a2', '2026-02-03T00:00:01.000Z'))], marked)).toMatchObject({
      status: 'met',
    });
  });

  test('content dated ahead of its own record never counts, and edited content is judged afresh', () => {
    const refused = { refused: { 'EVIDENCE#engage-1#e1': documentHash(first) } };
    expect(decide([item(first)], rulesWith(undefined, refused))).toBeUndefined();
    expect(decide([item(edited)], rulesWith(undefined, refused))).toEqual({ status: 'awaiting' });
  });
});

describe('a required certificate', () => {
  const decideCpr = (items: RawItem[]) => progressOf(cpr, items, rulesWith());
  const old = cprSubmission('c1', '2026-02-01', '2024-03-01');
  const renewed = cprSubmission('c2', '2026-03-10', '2026-03-09', '2028-03-31');

  test('every standing, accepted interval counts, and the policy gives an expiry where the paper names none', () => {
    const items = [
      item(old),
      item(assessment(old, 'a1', noon('2026-02-02'))),
      item(renewed),
      item(assessment(renewed, 'a2', noon('2026-03-11'))),
    ];
    expect(decideCpr(items)).toMatchObject({
      status: 'met',
      intervals: [
        { from: '2024-03-01', to: '2026-03-01', at: noon('2026-02-02') },
        { from: '2026-03-09', to: '2028-03-31', at: noon('2026-03-11') },
      ],
    });
  });

  test('one interval that is not accepted leaves the others standing', () => {
    const items = [
      item(old),
      item(assessment(old, 'a1', noon('2026-02-02'))),
      item(renewed),
      item(assessment(renewed, 'a2', noon('2026-03-11'), 'not-met')),
    ];
    expect(decideCpr(items)).toMatchObject({ status: 'met', intervals: [{ to: '2026-03-01' }] });
  });

  test('a certificate without its details does not count', () => {
    const bare = submission('cert-cpr', 'c3', '2026-02-01');
    expect(decideCpr([item(bare)])).toBeUndefined();
  });
});

test('in a self-attested program standing evidence counts by itself, until an assessor says otherwise', () => {
  const rules = rulesWith(smallProgram({ assessment: 'self-attested' }));
  expect(decide([item(first)], rules)).toMatchObject({ status: 'met', since: first.submittedAt });
  expect(decide([item(first), item(assessment(first, 'a1', noon('2026-02-02'), 'not-met'))], rules)).toMatchObject({
    status: 'not-met',
  });
});

describe('for any history of one requirement', () => {
  const day = fc.integer({ min: 1, max: 27 }).map((d) => `2026-02-${String(d).padStart(2, '0')}`);
  const piece = fc.record({
    day,
    verdicts: fc.array(fc.record({ day, outcome: fc.constantFrom('met' as const, 'not-met' as const) }), {
      maxLength: 4,
    }),
    withdrawn: fc.boolean(),
  });
  const history = fc.array(piece, { maxLength: 5 }).map((pieces) =>
    pieces.flatMap((p, i) => {
      const s = submission('engage-1', `e${i}`, p.day);
      const verdicts = p.verdicts.map((v, j) => item(assessment(s, `a${i}-${j}`, noon(v.day), v.outcome)));
      return [item(s), ...verdicts, ...(p.withdrawn ? [item(withdrawal(s, noon('2026-02-28')))] : [])];
    }),
  );

  test('neither the order nor the repetition of items changes the answer', () => {
    fc.assert(
      fc.property(history, fc.infiniteStream(fc.nat()), (items, dice) => {
        const shuffled = items
          .map((i) => [dice.next().value as number, i] as const)
          .sort((a, b) => a[0] - b[0])
          .map(([, i]) => i);
        expect(decide([...shuffled, ...shuffled.slice(0, 2)])).toEqual(decide(items));
      }),
    );
  });

  test('withdrawing everything undoes everything', () => {
    fc.assert(
      fc.property(history, (items) => {
        const all = items.flatMap((i) =>
          i.attributes.schema === 'journeypaper/evidence/1'
            ? [item(withdrawal(i.attributes as never, noon('2026-02-28')))]
            : [],
        );
        expect(decide([...items, ...all])).toBeUndefined();
      }),
    );
  });

  test('a withdrawal leaves the answer that there would be without that piece', () => {
    fc.assert(
      fc.property(history, (items) => {
        const victim = items.find((i) => i.attributes.schema === 'journeypaper/evidence/1');
        if (!victim) return;
        const withdrawn = [...items, item(withdrawal(victim.attributes as never, noon('2026-02-28')))];
        const without = items.filter((i) => i.attributes.evidence !== victim.attributes.evidence);
        expect(decide(withdrawn)).toEqual(decide(without));
      }),
    );
  });
});

describe('what waits for an assessor', () => {
  const waiting = (items: RawItem[], rules = rulesWith()) => standingOf(skill, items, rules).awaiting;
  const submitted = [item(first), item(second)];

  test('is the oldest evidence that nobody has assessed', () => {
    expect(waiting([])).toBeUndefined();
    expect(waiting(submitted)).toBe(first.submittedAt);
    expect(waiting([...submitted, item(assessment(first, 'a1', noon('2026-02-04')))])).toBe(second.submittedAt);
  });

  test('is nothing once all of it was assessed, met or not, or withdrawn', () => {
    const assessed = item(assessment(first, 'a1', noon('2026-02-04'), 'not-met'));
    expect(waiting([...submitted, assessed, item(withdrawal(second, noon('2026-02-05')))])).toBeUndefined();
  });

  test('is new evidence of a requirement that is met or not met already', () => {
    for (const outcome of ['met', 'not-met'] as const) {
      const items = [...submitted, item(assessment(first, 'a1', noon('2026-02-02'), outcome))];
      expect(standingOf(skill, items, rulesWith())).toMatchObject({
        progress: { status: outcome },
        awaiting: second.submittedAt,
      });
    }
  });

  test('is evidence that was edited after its assessment, and evidence whose assessor is not heard', () => {
    const edited = item({ ...first, attestation: 'Another story.' });
    expect(waiting([edited, item(assessment(first, 'a1', noon('2026-02-04')))])).toBe(first.submittedAt);
    const stranger = item(assessment(first, 'a1', noon('2026-02-04'), 'met', { assessor: 'nobody' }));
    expect(waiting([item(first), stranger])).toBe(first.submittedAt);
  });

  test('is nothing where the program asks for no assessment, unless the evidence was unsettled', () => {
    const rules = rulesWith(smallProgram({ assessment: 'self-attested' }));
    expect(waiting(submitted, rules)).toBeUndefined();
    const edited = item({ ...first, attestation: 'Another story.' });
    expect(waiting([edited, item(assessment(first, 'a1', noon('2026-02-04')))], rules)).toBe(first.submittedAt);
  });
});
