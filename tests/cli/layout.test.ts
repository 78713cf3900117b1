import { describe, expect, test } from 'vitest';
import { localMoment } from '../../functions/cli/moments.ts';
import { bar, pageFor, table } from '../../functions/cli/page.ts';
import { missingLines } from '../../functions/cli/reasons.ts';
import { fitText, padText, textWidth, wrapText } from '../../functions/cli/text-width.ts';
import { maskFor } from '../../functions/domain/masking.ts';
import { smallFramework } from '../support/small-world.ts';

describe('the width of a text', () => {
  test('counts columns, not code units', () => {
    expect(textWidth('王小明')).toBe(6);
    expect(textWidth('Nguyễn'.normalize('NFD'))).toBe(6);
    expect(textWidth('한글 👩‍👩‍👧 ok')).toBe(4 + 1 + 2 + 1 + 2);
    expect(textWidth('\u001b[32mmet\u001b[39m')).toBe(3);
  });

  test('wide names are padded and cut to the same column as narrow ones', () => {
    expect(textWidth(padText('王小明', 10))).toBe(10);
    expect(fitText('王小明先生', 6)).toBe('王小…');
    expect(fitText('Zoë', 3)).toBe('Zoë');
  });
});

describe('a table', () => {
  const page = pageFor({ columns: undefined, colours: false });

  test('aligns its columns and cuts only the last', () => {
    const rows = [
      ['engage-1', { text: '5/5', align: 'right' as const }, 'x'.repeat(200)],
      ['王小明', { text: '12/12', align: 'right' as const }, 'short'],
    ];
    const [first = '', second = ''] = table(page, rows).split('\n');
    expect(first.startsWith('  engage-1    5/5  xxx')).toBe(true);
    expect(textWidth(first)).toBe(100);
    expect(second).toBe('  王小明    12/12  short');
  });

  test('colours only where they were asked for', () => {
    const row = [[{ text: 'met', style: 'green' as const }]];
    expect(table(page, row)).toBe('  met');
    expect(table(pageFor({ columns: 80, colours: true }), row)).toContain('\u001b[32m');
  });
});

test('a bar is full only when everything is met and empty only when nothing is', () => {
  expect(bar(0, 104)).toBe('░░░░░░░░░░');
  expect(bar(1, 104)).toBe('█░░░░░░░░░');
  expect(bar(103, 104)).toBe('█████████░');
  expect(bar(104, 104)).toBe('██████████');
  expect(bar(0, 0)).toBe('░░░░░░░░░░');
});

test('a moment is told in the time zone of the program, which it names', () => {
  expect(localMoment('2026-01-05T04:30:00.000Z', 'America/New_York')).toBe('2026-01-04 23:30 EST');
  expect(localMoment('2026-07-05T00:30:00.000Z', 'America/New_York')).toBe('2026-07-04 20:30 EDT');
  expect(localMoment('2026-07-05T00:00:00.000Z', 'UTC')).toBe('2026-07-05 00:00 UTC');
});

test('skills of one set that are missing for one reason share a line', () => {
  const skills = [1, 2, 3, 4, 6].map((n) => ({ id: `engage-${n}`, text: `Skill ${n}` }));
  const framework = { ...smallFramework, skillSets: [{ id: 'engage', text: 'Engages peers', skills }] };
  const missing = [
    ...['engage-1', 'engage-2', 'engage-6'].map((requirement) => ({ requirement, why: 'missing' as const })),
    { requirement: 'engage-3', why: 'not-met' as const },
    { requirement: 'cert-cpr', why: 'lapsed' as const, on: '2026-01-31' },
    { policy: 'minimum-hours' as const, have: 10, need: 200 },
  ];
  expect(missingLines(missing, framework, maskFor([framework], false))).toEqual([
    { ids: 'engage-1…2, 6', why: 'no evidence', text: '3 of 5: Engages peers' },
    { ids: 'engage-3', why: 'assessed not met', text: 'Skill 3' },
    { ids: 'cert-cpr', why: 'lapsed after 2026-01-31: renew it', text: 'CPR Certificate' },
    { ids: '', why: '10 of 200 hours', text: 'On-the-job hours' },
  ]);
});

test('a long sentence is broken between its words, and nothing of it is lost', () => {
  const sentence = `the texts of 王小明's template ${'and the program '.repeat(12)}are too long`;
  const wrapped = wrapText(sentence, 40, 4);
  expect(wrapped.split('\n').every((line) => line.startsWith('    ') && textWidth(line) <= 40)).toBe(true);
  expect(wrapped.replace(/\s+/g, ' ').trim()).toBe(sentence);
});
