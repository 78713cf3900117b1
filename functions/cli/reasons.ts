import type { Missing } from '../domain/completion.ts';
import { type Framework, requirementsOf } from '../domain/framework.ts';
import { type Mask, sensitiveRequirement } from '../domain/masking.ts';

/** What is missing, for people: which, why, and in what words. Those of a policy have no id. */
export type MissingLine = { ids: string; why: string; text: string };

/** From this many of one skill set with one reason on, they share a line. */
const manyOfOneSet = 3;

type Group = { set: string | undefined; why: string; requirements: string[] };

export function missingLines(missing: readonly Missing[], framework: Framework, mask: Mask): MissingLine[] {
  const requirements = requirementsOf(framework);
  const groups: Group[] = [];
  const policies: MissingLine[] = [];
  for (const item of missing) {
    if ('policy' in item) {
      policies.push(policyLine(item));
      continue;
    }
    const hidden = mask.ids(item.requirement) !== item.requirement;
    const set = hidden ? sensitiveRequirement : requirements.get(item.requirement)?.set;
    const why = whyMissing(item);
    const group = groups.find((g) => set !== undefined && g.set === set && g.why === why);
    if (group) group.requirements.push(item.requirement);
    else groups.push({ set, why, requirements: [item.requirement] });
  }
  return [...groups.flatMap((group) => groupLines(group, framework)), ...policies];
}

function groupLines({ set, why, requirements }: Group, framework: Framework): MissingLine[] {
  const count = requirements.length;
  if (set === sensitiveRequirement)
    return [{ ids: sensitiveRequirement, why, text: count === 1 ? '' : `${count} of them` }];
  const skillSet = framework.skillSets.find(({ id }) => id === set);
  if (!skillSet || count < manyOfOneSet) {
    const known = requirementsOf(framework);
    return requirements.map((id) => ({ ids: id, why, text: known.get(id)?.display ?? '' }));
  }
  const all = skillSet.skills.length === count;
  const text = `${all ? `all ${count}` : `${count} of ${skillSet.skills.length}`}: ${skillSet.display ?? skillSet.text}`;
  return [{ ids: `${skillSet.id}-${ordinals(requirements, skillSet.id)}`, why, text }];
}

/** `1…3, 5`; the whole ids where they are not the set's own name and an ordinal. */
function ordinals(requirements: readonly string[], set: string): string {
  const numbers = requirements.map((id) => Number(id.slice(set.length + 1)));
  if (numbers.some((n, i) => requirements[i] !== `${set}-${n}`)) return `: ${requirements.join(', ')}`;
  const runs: [number, number][] = [];
  for (const n of numbers) {
    const last = runs.at(-1);
    if (last && last[1] + 1 === n) last[1] = n;
    else runs.push([n, n]);
  }
  return runs.map(([from, to]) => (from === to ? `${from}` : `${from}…${to}`)).join(', ');
}

function policyLine(item: Extract<Missing, { policy: string }>): MissingLine {
  if (item.policy === 'minimum-hours') {
    return { ids: '', why: `${item.have} of ${item.need} hours`, text: 'On-the-job hours' };
  }
  return { ids: '', why: `not before ${item.until}`, text: "The program's minimum term" };
}

function whyMissing({ why, on }: Extract<Missing, { requirement: string }>): string {
  switch (why) {
    case 'missing':
      return 'no evidence';
    case 'awaiting':
      return 'waits for an assessment';
    case 'not-met':
      return 'assessed not met';
    case 'edited':
      return 'edited since: assess it again';
    case 'deleted':
      return 'an item was deleted: assess again';
    case 'lapsed':
      return on === undefined ? 'lapsed: renew it' : `lapsed after ${on}: renew it`;
    case 'not-yet-valid':
      return 'not in force yet';
  }
}
