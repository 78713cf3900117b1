import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Framework, frameworkSchema, requirementsOf } from '../../functions/domain/framework.ts';
import { diffFrameworks } from '../../functions/domain/framework-diff.ts';

const file = new URL('../../data/frameworks/recovery-support-specialist.1.json', import.meta.url);
const published = frameworkSchema.parse(JSON.parse(readFileSync(file, 'utf8')));

function edited(edit: (framework: Framework) => void): Framework {
  const copy = structuredClone(published);
  edit(copy);
  return frameworkSchema.parse({ ...copy, version: '2' });
}
const diff = (edit: (framework: Framework) => void) => diffFrameworks(published, edited(edit));
const skillOf = (framework: Framework, set: number, skill: number) => {
  const found = framework.skillSets[set]?.skills[skill];
  if (!found) throw new Error('no such skill');
  return found;
};

describe('what a new version of a framework changes', () => {
  test('nothing, where only the version differs', () => {
    expect(diff(() => undefined)).toEqual([]);
  });

  test('a skill that came and a skill that went', () => {
    const gone = skillOf(published, 0, 0).id;
    const changes = diff((framework) => {
      framework.skillSets[0]?.skills.splice(0, 1, { id: 'a-new-skill', text: 'Does something new' });
    });
    expect(changes).toEqual([
      { change: 'added', id: 'a-new-skill', kind: 'skill', sensitive: false },
      { change: 'removed', id: gone, kind: 'skill', sensitive: false },
    ]);
  });

  test('words that differ, in a requirement and in the heading of a set', () => {
    const { id } = skillOf(published, 1, 0);
    const changes = diff((framework) => {
      skillOf(framework, 1, 0).text = 'Other words';
      Object.assign(framework.skillSets[2] as object, { text: 'Another heading' });
    });
    expect(changes).toEqual([
      { change: 'reworded', id: published.skillSets[2]?.id, kind: 'skill-set', sensitive: false },
      { change: 'reworded', id, kind: 'skill', sensitive: false },
    ]);
  });

  test('a skill under another set', () => {
    const at = published.skillSets.findIndex((set) => set.skills.length > 1);
    const { id } = skillOf(published, at, 0);
    const changes = diff((framework) => {
      const [moved] = framework.skillSets[at]?.skills.splice(0, 1) ?? [];
      if (moved) framework.skillSets[at + 1]?.skills.push(moved);
    });
    const [from, to] = [published.skillSets[at]?.id, published.skillSets[at + 1]?.id];
    expect(changes).toEqual([{ change: 'moved', id, from, to, sensitive: false }]);
  });

  test('a requirement that discloses health from now on, by itself or through its set', () => {
    const changes = diff((framework) => {
      skillOf(framework, 0, 0).sensitive = true;
    });
    expect(changes).toEqual([{ change: 'marked-sensitive', id: skillOf(published, 0, 0).id, sensitive: true }]);
    const lifted = diffFrameworks(
      edited((framework) => {
        skillOf(framework, 0, 0).sensitive = true;
      }),
      published,
    );
    expect(lifted).toEqual([{ change: 'unmarked-sensitive', id: skillOf(published, 0, 0).id, sensitive: true }]);
  });

  test('the same id as another kind', () => {
    const course = published.courses.find((c) => !c.sensitive);
    const changes = diff((framework) => {
      framework.courses = framework.courses.filter((c) => c.id !== course?.id);
      framework.certificates.push({ id: course?.id ?? '', code: 'NEW', text: course?.text ?? '' });
    });
    expect(changes).toContainEqual({
      change: 'retyped',
      id: course?.id,
      from: 'course',
      to: 'certificate',
      sensitive: false,
    });
  });

  test('taking some skills out names just those, and putting them back names just those', () => {
    const ids = [...requirementsOf(published).values()].filter((r) => r.kind === 'skill').map((r) => r.id);
    fc.assert(
      fc.property(fc.subarray(ids), (gone) => {
        const smaller: Framework = {
          ...published,
          version: '2',
          skillSets: published.skillSets
            .map((set) => ({ ...set, skills: set.skills.filter((skill) => !gone.includes(skill.id)) }))
            .filter((set) => set.skills.length > 0),
        };
        const named = (change: string, of: ReturnType<typeof diffFrameworks>) =>
          of.filter((c) => c.change === change && 'kind' in c && c.kind === 'skill').map((c) => c.id);
        expect(named('removed', diffFrameworks(published, smaller))).toEqual(gone);
        expect(named('added', diffFrameworks(smaller, published))).toEqual(gone);
      }),
    );
  });
});
