import { describe, expect, test } from 'vitest';
import type { Achievement, Transcript } from '../../functions/domain/credential.ts';
import { type Framework, requirementsOf } from '../../functions/domain/framework.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import { transcriptOf, transcriptTexts } from '../../functions/domain/transcript.ts';
import { demoPrograms, readDemoProgram } from '../../infra/local/demo/program-files.ts';
import { noon, smallFramework, timeZone } from '../support/small-world.ts';

type Marked = { id: string; text: string; display?: string | undefined; sensitive?: true | undefined };

const root = new URL('../..', import.meta.url).pathname;
const real = demoPrograms.map((id) => readDemoProgram(root, id).framework);

const met: RequirementProgress = { status: 'met', since: noon('2026-03-05'), basis: 'b' };
const allMet = (framework: Framework) =>
  Object.fromEntries([...requirementsOf(framework).keys()].map((id) => [id, met]));
const transcriptWith = (framework: Framework, achievement: Achievement, withSkills = false) =>
  transcriptOf(achievement, framework, allMet(framework), timeZone, withSkills);

const achievementsOf = (framework: Framework): Achievement[] => [
  'completion',
  ...framework.skillSets.map(({ id }) => `skill-set:${id}` as const),
];
const textsOf = (items: readonly Marked[]) =>
  items.flatMap(({ text, display }) => (display === undefined ? [text] : [text, display]));
const linesOf = ({ skillSets, courses, certificates }: Transcript) =>
  [...skillSets, ...skillSets.flatMap(({ skills = [] }) => skills), ...courses, ...certificates].map(
    ({ text }) => text,
  );
const shown = (items: readonly Marked[]) =>
  items.filter(({ sensitive }) => !sensitive).map(({ text, display }) => display ?? text);

/** Everything that carries the mark itself, or stands in a set that carries it. */
function sensitiveTextsOf({ courses, certificates, skillSets }: Framework): string[] {
  const skills = skillSets.flatMap((set) => set.skills.filter((skill) => set.sensitive || skill.sensitive));
  return textsOf([...[...courses, ...certificates, ...skillSets].filter((item) => item.sensitive), ...skills]);
}

test('both real frameworks hold something sensitive', () => {
  expect(real.map((framework) => sensitiveTextsOf(framework).length > 0)).toEqual([true, true]);
});

describe.each(real.map((framework) => [framework.id, framework] as const))('the transcript of %s', (_, framework) => {
  test('has no line with a sensitive text, whatever was achieved', () => {
    const sensitive = sensitiveTextsOf(framework);
    for (const achievement of achievementsOf(framework)) {
      for (const withSkills of [false, true]) {
        const lines = linesOf(transcriptWith(framework, achievement, withSkills));
        expect(
          lines.filter((line) => sensitive.some((text) => line.includes(text))),
          achievement,
        ).toEqual([]);
      }
    }
  });

  test('has every skill set, course and certificate that is not sensitive, in order, with its day', () => {
    const transcript = transcriptWith(framework, 'completion');
    const { skillSets, courses, certificates } = framework;
    expect(transcript.skillSets.map(({ text }) => text)).toEqual(shown(skillSets));
    expect(transcript.courses.map(({ text }) => text)).toEqual(shown(courses));
    expect(transcript.certificates.map(({ text }) => text)).toEqual(shown(certificates));
    const days = [...transcript.skillSets, ...transcript.courses, ...transcript.certificates].map(({ on }) => on);
    expect(new Set(days)).toEqual(new Set(['2026-03-05']));
  });

  test('has every skill that is not sensitive beneath its set, in order, where the policy wants skills', () => {
    const { skillSets } = transcriptWith(framework, 'completion', true);
    const expected = framework.skillSets.filter(({ sensitive }) => !sensitive).map(({ skills }) => shown(skills));
    expect(skillSets.map(({ skills = [] }) => skills.map(({ text }) => text))).toEqual(expected);
    expect(skillSets.flatMap(({ skills = [] }) => skills.map(({ on }) => on))).toContain('2026-03-05');
    expect(linesOf(transcriptWith(framework, 'completion'))).not.toContain(expected[0]?.[0]);
  });

  test('prints nothing that the list of its texts lacks', () => {
    for (const withSkills of [false, true]) {
      const printed = linesOf(transcriptWith(framework, 'completion', withSkills)).sort();
      expect(transcriptTexts(framework, withSkills).sort()).toEqual(printed);
    }
  });

  test('of one skill set has that set alone, and nothing where the set is sensitive', () => {
    for (const set of framework.skillSets) {
      expect(transcriptWith(framework, `skill-set:${set.id}`)).toEqual({
        skillSets: shown([set]).map((text) => ({ text, on: '2026-03-05' })),
        courses: [],
        certificates: [],
      });
    }
  });
});

test('a sensitive course, certificate or set is left out; a set with one sensitive skill stands under its heading', () => {
  const [engage] = smallFramework.skillSets;
  if (!engage) throw new Error('the small framework has no set');
  const marked: Framework = {
    ...smallFramework,
    courses: [...smallFramework.courses, { id: 'course-own', text: 'Own story', sensitive: true }],
    certificates: smallFramework.certificates.map((item) => ({ ...item, display: 'CPR, shown', sensitive: true })),
    skillSets: [
      { ...engage, skills: engage.skills.map((skill, i) => (i === 0 ? { ...skill, sensitive: true } : skill)) },
      { id: 'story', text: 'Tells it', sensitive: true, skills: [{ id: 'story-1', text: 'Tells a part' }] },
    ],
  };
  expect(linesOf(transcriptWith(marked, 'completion'))).toEqual(['Engages peers', 'Ethics']);
  expect(transcriptWith(marked, 'completion', true).skillSets).toEqual([
    { text: 'Engages peers', on: '2026-03-05', skills: [{ text: 'Listens', on: '2026-03-05' }] },
  ]);
});

test('a set whose skills are all sensitive has its heading and no empty list beneath it', () => {
  const [engage] = smallFramework.skillSets;
  if (!engage) throw new Error('the small framework has no set');
  const skills = engage.skills.map((skill) => ({ ...skill, sensitive: true as const }));
  const hidden: Framework = { ...smallFramework, skillSets: [{ ...engage, skills }] };
  expect(transcriptWith(hidden, 'completion', true).skillSets).toEqual([{ text: 'Engages peers', on: '2026-03-05' }]);
});
