import { type Framework, type Requirement, requirementsOf } from './framework.ts';

/** One difference between two versions of a framework, by the requirement or skill set that it touches. */
export type FrameworkChange =
  | { change: 'added' | 'removed'; id: string; kind: Requirement['kind'] | 'skill-set'; sensitive: boolean }
  /** The registered text differs: what was assessed under the old words is carried over by id. */
  | { change: 'reworded'; id: string; kind: Requirement['kind'] | 'skill-set'; sensitive: boolean }
  /** Another kind under the same id: evidence of the one says nothing of the other. */
  | { change: 'retyped'; id: string; from: Requirement['kind']; to: Requirement['kind']; sensitive: boolean }
  | { change: 'moved'; id: string; from: string; to: string; sensitive: boolean }
  /** It discloses health now, or no longer does. */
  | { change: 'marked-sensitive' | 'unmarked-sensitive'; id: string; sensitive: boolean };

/**
 * What a new version of a framework changes for the people in it, in the new version's order, what is gone at the end.
 * Requirements are the same where their ids are. `sensitive` is true where either version marks it: who shows a
 * difference hides its id and words unless asked.
 */
export function diffFrameworks(before: Framework, after: Framework): FrameworkChange[] {
  const [old, now] = [requirementsOf(before), requirementsOf(after)];
  const changes: FrameworkChange[] = [...diffSkillSets(before, after)];
  for (const requirement of now.values()) changes.push(...diffRequirement(old.get(requirement.id), requirement));
  for (const { id, kind, sensitive } of old.values())
    if (!now.has(id)) changes.push({ change: 'removed', id, kind, sensitive });
  return changes;
}

function diffRequirement(before: Requirement | undefined, after: Requirement): FrameworkChange[] {
  const { id, kind } = after;
  if (!before) return [{ change: 'added', id, kind, sensitive: after.sensitive }];
  const sensitive = before.sensitive || after.sensitive;
  const changes: FrameworkChange[] = [];
  if (before.kind !== kind) changes.push({ change: 'retyped', id, from: before.kind, to: kind, sensitive });
  if (before.text !== after.text) changes.push({ change: 'reworded', id, kind, sensitive });
  const [from, to] = [before.set, after.set];
  if (from !== undefined && to !== undefined && from !== to) changes.push({ change: 'moved', id, from, to, sensitive });
  if (before.sensitive !== after.sensitive)
    changes.push({ change: after.sensitive ? 'marked-sensitive' : 'unmarked-sensitive', id, sensitive });
  return changes;
}

function diffSkillSets(before: Framework, after: Framework): FrameworkChange[] {
  const old = new Map(before.skillSets.map((set) => [set.id, set]));
  const now = new Map(after.skillSets.map((set) => [set.id, set]));
  const kind = 'skill-set' as const;
  const changes = after.skillSets.flatMap((set): FrameworkChange[] => {
    const was = old.get(set.id);
    const sensitive = set.sensitive === true || was?.sensitive === true;
    if (!was) return [{ change: 'added', id: set.id, kind, sensitive }];
    return was.text === set.text ? [] : [{ change: 'reworded', id: set.id, kind, sensitive }];
  });
  const gone = before.skillSets.filter((set) => !now.has(set.id));
  return [
    ...changes,
    ...gone.map((set) => ({ change: 'removed' as const, id: set.id, kind, sensitive: set.sensitive === true })),
  ];
}
