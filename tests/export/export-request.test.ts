import { describe, expect, test } from 'vitest';
import { documentIssue } from '../../functions/acts/document-issue.ts';
import { exportRequestSchema } from '../../functions/domain/export-request.ts';

const span = { from: '2026-01-01', to: '2026-03-31' };

describe('what a person asks to export', () => {
  test.each([
    ['nothing: the whole program', {}, { kind: 'program' }],
    ['an enrollment', { enrollment: 'enr-1' }, { kind: 'enrollment', enrollment: 'enr-1' }],
    ['two days: credentials issued', span, { kind: 'issued', ...span }],
    ['the file of an apprentice', { preset: 'apprentice', enrollment: 'e' }, { kind: 'enrollment', enrollment: 'e' }],
    ['the completions of a period', { preset: 'completions', ...span }, { kind: 'completed', ...span }],
    ['a sample', { preset: 'sample', size: 25, seed: ' lot 7 ' }, { kind: 'sample', size: 25, seed: 'lot 7' }],
  ])('is %s', (_, given, scope) => {
    expect(exportRequestSchema.parse(given)).toEqual({ scope, unredacted: false, summaries: true });
  });

  test.each([
    [{ preset: 'apprentice' }, 'enrollment: is missing'],
    [{ preset: 'completions', from: '2026-01-01' }, 'to: is missing'],
    [{ preset: 'sample', size: 5 }, 'seed: is missing'],
    [{ preset: 'sample', size: 5, seed: 'x', ...span }, 'from: cannot stand beside the preset sample'],
    [{ enrollment: 'enr-1', ...span }, 'from: cannot stand beside enrollment'],
    [{ from: '2026-01-01' }, 'to: is missing; from and to stand together'],
    [{ from: '2026-03-31', to: '2026-01-01' }, 'to: 2026-01-01 lies before from'],
    [{ from: '2026-13-01', to: '2026-12-01' }, 'from: is no date'],
    [{ seed: 'x' }, 'seed: cannot stand beside this scope'],
    [{ preset: 'sample', size: 0, seed: 'x' }, 'size'],
    [{ preset: 'sample', size: 5, seed: 'z\u00fc' }, 'seed'],
    [{ preset: 'lottery' }, 'preset'],
    [{ everything: true }, 'everything'],
  ])('is refused as %o with its field named', (given, said) => {
    const parsed = exportRequestSchema.safeParse(given);
    expect(parsed.success).toBe(false);
    expect(parsed.error && documentIssue(parsed.error)).toContain(said);
  });
});
