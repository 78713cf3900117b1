import { evidencePartition, parseEvidenceKeys, type RawItem } from './evidence.ts';
import { type Framework, requirementsOf } from './framework.ts';
import { type ProgressRules, progressOf, type RequirementProgress } from './progress.ts';

/** The progress of a whole record, from all its evidence and nothing that was kept of earlier decisions. */
export function recomputeProgress(
  framework: Framework,
  items: readonly RawItem[],
  rules: ProgressRules,
): Record<string, RequirementProgress> {
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
  for (const requirement of requirementsOf(framework).values()) {
    const now = progressOf(requirement, byRequirement.get(requirement.id) ?? [], rules);
    if (now) progress[requirement.id] = now;
  }
  return progress;
}
