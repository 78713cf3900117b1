import type { Achievement, Transcript } from './credential.ts';
import type { Framework } from './framework.ts';
import type { RequirementProgress } from './progress.ts';
import { civilDateOf, later } from './time.ts';

type Listed = { id: string; text: string; display?: string | undefined; sensitive?: true | undefined };

/**
 * The transcript of an achievement: what was met and on which day. Sensitive requirements are left out whole; a skill
 * set that holds one sensitive skill among others is listed, since its heading discloses nothing, and with skills
 * (`Policy.transcriptSkills`) the others are listed beneath it.
 */
export function transcriptOf(
  achievement: Achievement,
  framework: Framework,
  progress: Readonly<Record<string, RequirementProgress>>,
  timeZone: string,
  withSkills = false,
): Transcript {
  const dayOf = (id: string) => {
    const p = progress[id];
    return p?.status === 'met' ? civilDateOf(p.since, timeZone) : undefined;
  };
  const lines = (items: readonly Listed[]) =>
    open(items).flatMap((item) => {
      const on = dayOf(item.id);
      return on === undefined ? [] : [{ text: shown(item), on }];
    });
  const sets = framework.skillSets.filter(
    (set) => achievement === 'completion' || achievement === `skill-set:${set.id}`,
  );
  const skillSets = open(sets).flatMap((set) => {
    const days = set.skills.map((skill) => dayOf(skill.id));
    if (days.some((day) => day === undefined)) return [];
    const skills = withSkills ? lines(set.skills) : [];
    return [{ text: shown(set), on: (days as string[]).reduce(later), ...(skills.length > 0 && { skills }) }];
  });
  if (achievement !== 'completion') return { skillSets, courses: [], certificates: [] };
  return { skillSets, courses: lines(framework.courses), certificates: lines(framework.certificates) };
}

/** Every text that a transcript of this framework may print. */
export function transcriptTexts(framework: Framework, withSkills: boolean): string[] {
  const sets = open(framework.skillSets);
  const skills = withSkills ? sets.flatMap((set) => open(set.skills)) : [];
  return [...sets, ...skills, ...open(framework.courses), ...open(framework.certificates)].map(shown);
}

const open = <T extends Listed>(items: readonly T[]) => items.filter((item) => !item.sensitive);
const shown = ({ display, text }: Listed) => display ?? text;
