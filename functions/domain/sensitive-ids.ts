import { type Framework, requirementsOf } from './framework.ts';

/**
 * Finds the ids of sensitive requirements in any text: keys, codes, facts of the ledger. A sensitive set hides every id
 * of its form, so that a mistyped skill of it does not show either. Undefined: nothing in these frameworks is sensitive.
 */
export function sensitiveIds(frameworks: readonly Framework[]): RegExp | undefined {
  const patterns = frameworks.flatMap(patternsOf).sort((a, b) => b.length - a.length);
  return patterns.length > 0
    ? new RegExp(`(?<![A-Za-z0-9])(?:${patterns.join('|')})(?![A-Za-z0-9])`, 'gi')
    : undefined;
}

function patternsOf(framework: Framework): string[] {
  const sets = framework.skillSets.filter((set) => set.sensitive).map((set) => `${set.id}(?:-[0-9]+)?`);
  const single = [...requirementsOf(framework).values()].filter((requirement) => requirement.sensitive);
  return [...sets, ...single.map((requirement) => requirement.id)];
}
