import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { historyText } from '../../functions/cli/history.ts';
import { pageFor } from '../../functions/cli/page.ts';
import { missingLines } from '../../functions/cli/reasons.ts';
import { type Framework, frameworkSchema, requirementsOf } from '../../functions/domain/framework.ts';
import { maskFor, sensitiveRequirement } from '../../functions/domain/masking.ts';

const read = (file: string) => frameworkSchema.parse(JSON.parse(readFileSync(`data/frameworks/${file}.json`, 'utf8')));
const frameworks = [read('peer-specialist.2021-07-16'), read('recovery-support-specialist.1')];

describe.each(frameworks)('the mask of $id', (framework) => {
  const requirements = [...requirementsOf(framework).values()];
  const sensitive = requirements.filter((requirement) => requirement.sensitive);
  const mask = maskFor([framework], false);

  test('hides every sensitive requirement, in ids, keys, codes and texts', () => {
    expect(sensitive.length).toBeGreaterThan(0);
    for (const { id, display } of sensitive) {
      expect(mask.ids(id)).toBe(sensitiveRequirement);
      expect(mask.textOf(id, display)).toBe(sensitiveRequirement);
      expect(mask.ids(`EVIDENCE#${id}#e1`)).toBe(`EVIDENCE#${sensitiveRequirement}#e1`);
      expect(JSON.stringify(mask.json({ [`status.${id}`]: 'met', requirement: id, list: [{ id }] }))).not.toContain(id);
    }
  });

  test('leaves every other requirement as it is', () => {
    for (const { id, display } of requirements.filter((requirement) => !requirement.sensitive)) {
      expect(mask.ids(id)).toBe(id);
      expect(mask.textOf(id, display)).toBe(display);
    }
  });

  test('what is missing says how many sensitive requirements there are, and not which', () => {
    const missing = requirements.map(({ id }) => ({ requirement: id, why: 'missing' as const }));
    const text = JSON.stringify(missingLines(missing, framework, mask));
    for (const { id, display } of sensitive) {
      expect(text).not.toContain(`"${id}"`);
      expect(text).not.toContain(display);
    }
    expect(text).toContain(`${sensitive.length} of them`);
  });

  test('shows everything where it was asked for', () => {
    const bare = maskFor([framework], true);
    for (const { id, display } of sensitive) expect([bare.ids(id), bare.textOf(id, display)]).toEqual([id, display]);
    expect(bare.email('ada@harbor.example')).toBe('ada@harbor.example');
  });
});

test('a mistyped skill of a sensitive set is hidden too', () => {
  expect(maskFor(frameworks, false).ids('lived-exp-99')).toBe(sensitiveRequirement);
});

test('an address keeps its first letter', () => {
  expect(maskFor([], false).email('zoe@apprentice.example')).toBe('z…@…');
});

test('the history hides a sensitive requirement wherever a fact names it', () => {
  const [framework] = frameworks;
  const entry = {
    ...{
      seq: 1,
      at: '2026-01-05T04:30:00.000Z',
      actor: { id: 'evaluate', role: 'system' },
      action: 'progress-evaluated',
    },
    ...{ subject: 'lived-exp-2', facts: { 'status.lived-exp-2': 'missing', achievement: 'skill-set:lived-exp' } },
    ...{ cause: 'x', prevHash: '', hash: 'a'.repeat(64) },
  };
  const status = {
    enrollment: { enrollment: 'enr-1' },
    program: { id: 'harbor', timeZone: 'UTC' },
    ledger: [entry],
    chainFault: undefined,
  } as unknown as Parameters<typeof historyText>[1];
  const page = pageFor({ columns: undefined, colours: false });
  const text = historyText(page, status, maskFor([framework as Framework], false));
  expect(text).toContain(`status.${sensitiveRequirement}=missing`);
  expect(text).toContain(`achievement=skill-set:${sensitiveRequirement}`);
  expect(text).not.toContain('lived-exp');
});

test('a sensitive id is hidden however its letters are cased', () => {
  const mask = maskFor(frameworks, false);
  for (const id of ['LIVED-EXP-2', 'Lived-Exp', 'status.lIvEd-eXp-2'])
    expect(mask.ids(id).toLowerCase()).not.toContain('lived-exp');
});
