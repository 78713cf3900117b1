import { evidencePartition, parseEvidenceKeys, type RawItem } from './evidence.ts';
import { type Framework, requirementsOf } from './framework.ts';
import { type ProgressRules, type RequirementProgress, standingOf } from './progress.ts';
import type { Instant } from './time.ts';

/** The progress of a whole record, from all its evidence and nothing that was kept of earlier decisions. */
export function recomputeProgress(
  framework: Framework,
  items: readonly RawItem[],
  rules: ProgressRules,
): Record<string, RequirementProgress> {
  return recomputeStanding(framework, items, rules).progress;
}

/** The same, with what waits for an assessment and since when. */
export function recomputeStanding(
  framework: Framework,
  items: readonly RawItem[],
  rules: ProgressRules,
): { progress: Record<string, RequirementProgress>; awaiting: Record<string, Instant> } {
  const partition = evidencePartition(rules.ref);
  const byRequirement = new Map<string, RawItem[]>();
  for (const item of items) {
    const id = parseEvidenceKeys(partition, item.sk)?.requirement;
    if (id === undefined) continue;
    const known = byRequirement.get(id);
    if (known) known.push(item);
    else byRequirement.set(id, [item]);
  }
  const progress: Record<string, RequirementProgress> = {};
  const awaiting: Record<string, Instant> = {};
  for (const requirement of requirementsOf(framework).values()) {
    const now = standingOf(requirement, byRequirement.get(requirement.id) ?? [], rules);
    if (!now.progress) continue;
    progress[requirement.id] = now.progress;
    if (now.awaiting !== undefined) awaiting[requirement.id] = now.awaiting;
  }
  return { progress, awaiting };
}
