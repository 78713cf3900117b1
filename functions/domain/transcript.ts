import type { Achievement, Transcript } from './credential.ts';
import type { Framework } from './framework.ts';
import type { RequirementProgress } from './progress.ts';
import { civilDateOf, later } from './time.ts';

/**
 * The transcript of an achievement: what was met and on which day. Sensitive requirements are left out whole; a skill
 * set that holds one sensitive skill among others is listed, since its heading discloses nothing.
 */
export function transcriptOf(
  achievement: Achievement,
  framework: Framework,
  progress: Readonly<Record<string, RequirementProgress>>,
  timeZone: string,
): Transcript {
  const dayOf = (id: string) => {
    const p = progress[id];
    return p?.status === 'met' ? civilDateOf(p.since, timeZone) : undefined;
  };
  const line = (item: { id: string; text: string; display?: string | undefined }) => {
    const on = dayOf(item.id);
    return on === undefined ? [] : [{ text: item.display ?? item.text, on }];
  };
  const open = <T extends { sensitive?: true | undefined }>(items: readonly T[]) =>
    items.filter((item) => !item.sensitive);
  const sets = framework.skillSets.filter(
    (set) => achievement === 'completion' || achievement === `skill-set:${set.id}`,
  );
  const skillSets = open(sets).flatMap((set) => {
    const days = set.skills.map((skill) => dayOf(skill.id));
    if (days.some((day) => day === undefined)) return [];
    return [{ text: set.display ?? set.text, on: (days as string[]).reduce(later) }];
  });
  if (achievement !== 'completion') return { skillSets, courses: [], certificates: [] };
  return {
    skillSets,
    courses: open(framework.courses).flatMap(line),
    certificates: open(framework.certificates).flatMap(line),
  };
}
