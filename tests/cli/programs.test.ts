import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, type HarborFramework, writeHarbor } from './harbor.ts';
import { type ServicesStack, startServices } from './services-stack.ts';

let stack: ServicesStack;
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);

beforeAll(async () => {
  stack = await startServices();
});
afterAll(() => stack.stop());

describe('programs', () => {
  test('an empty table says how to begin', async () => {
    expect(await run('program', 'list')).toMatchObject({
      exitCode: 0,
      stdout: 'No programs yet: `program load FILE` publishes one.\n',
    });
  });

  test('both real programs load, and load again', async () => {
    for (const [id, requirements] of [
      ['staten-island-peer-specialist', 104],
      ['recovery-support-specialist', 124],
    ]) {
      for (const _ of ['first', 'again']) {
        const ran = await run('program', 'load', `data/programs/${id}.json`, '--json');
        expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
        expect(ran.json()).toMatchObject({ outcome: 'loaded', program: id, requirements });
      }
    }
    const listed = (await run('program', 'list', '--json')).json() as { id: string }[];
    expect(listed.map(({ id }) => id)).toEqual(['recovery-support-specialist', 'staten-island-peer-specialist']);
  });

  test('shows sets, ids and counts, with sensitive requirements marked', async () => {
    const { stdout } = await run('program', 'show', 'recovery-support-specialist');
    expect(stdout).toContain('Skill sets (19; 111 skills)');
    expect(stdout).toContain('Courses (11)');
    expect(stdout).toMatch(/^ +sensitive +\(sensitive requirement\)\n {2}cert-cpr +CPR Certificate$/m);
    expect((await run('program', 'show', 'recovery-support-specialist', '--sensitive')).stdout).toMatch(
      /cert-crss +sensitive +Certified Recovery Support Specialist/,
    );
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
    const json = (await run('program', 'show', 'recovery-support-specialist', '--json')).json();
    expect(json).toMatchObject({ counts: { skillSets: 19, skills: 111, courses: 11, certificates: 2 } });
  });

  test('one that is not there exits with 3', async () => {
    expect(await run('program', 'show', 'nowhere')).toMatchObject({ exitCode: 3, stdout: '' });
  });
});

describe('a program that cannot be loaded names the field', () => {
  const skills = (framework: HarborFramework) => framework.skillSets[0]?.skills ?? [];
  const changes: [string, Parameters<typeof writeHarbor>[1], number, string][] = [
    [
      'a duplicate id',
      ({ framework }) => skills(framework).splice(1, 1, { id: 'engage-1', text: 'Again' }),
      2,
      'framework skillSets.0.skills.1.id: duplicate id "engage-1"',
    ],
    [
      'an empty skill set',
      ({ framework }) => skills(framework).splice(0),
      2,
      'framework skillSets.0.skills: a skill set needs at least one skill',
    ],
    [
      'another version within',
      ({ framework }) => Object.assign(framework, { version: '2' }),
      2,
      'program framework: names harbor-standards 1, but the file holds harbor-standards 2',
    ],
    [
      'an unknown time zone',
      ({ program }) => Object.assign(program, { timeZone: 'Mars/Olympus' }),
      2,
      'program timeZone: not an IANA time zone',
    ],
    [
      'no framework file',
      ({ program }) => Object.assign(program, { framework: { id: 'absent', version: '1' } }),
      2,
      'absent.1.json: there is no such file',
    ],
    [
      'no template file',
      ({ program }) => Object.assign(program, { template: 'absent' }),
      2,
      'absent.json: there is no such file',
    ],
    [
      'an unprintable signatory',
      ({ program }) => Object.assign(program, { signatories: [{ name: 'བཀྲ་ཤིས', title: 'Director' }] }),
      1,
      'program signatories.0.name: no font of ours prints བ (U+0F56), ཀ (U+0F40)',
    ],
  ];
  test.each(changes)('%s', async (_, change, exitCode, words) => {
    const ran = await run(...writeHarbor(stack.folder, change));
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr).toContain(words);
    expect((await run('program', 'show', 'harbor')).exitCode).toBe(3);
  });

  test('a published framework version never changes', async () => {
    expect((await run(...writeHarbor(join(stack.folder, 'first')))).exitCode).toBe(0);
    const again = await run(
      ...writeHarbor(join(stack.folder, 'second'), ({ framework }) => {
        framework.title = 'Another title';
      }),
    );
    expect(again.exitCode).toBe(1);
    expect(again.stderr).toContain(
      'framework harbor-standards 1 is published with other content; give the change a new version',
    );
  });
});

describe('enrolling', () => {
  const named = (name: string) => enrollZoe('named').map((arg) => (arg === 'Zoë Müller' ? name : arg));
  const cases: [string, string[], number, string][] = [
    ['no name', named(''), 2, 'apprentice.name: a name has at least one character'],
    ['a name of blanks', named('   '), 2, 'apprentice.name: a name has at least one character'],
    [
      'a name of 300 characters',
      named('x'.repeat(300)),
      2,
      'apprentice.name: a name has at most 120 characters; this one has 300',
    ],
    [
      'a control character',
      named('Zoë\u0007Müller'),
      2,
      'apprentice.name: a name is one line without control characters',
    ],
    ['a line break', named('Zoë\r\nBcc: all@example.org'), 2, 'apprentice.name: a name is one line'],
    ['a picture', named('Zoë 🎓'), 1, 'name: no font of ours prints 🎓 (U+1F393)'],
    ['Tibetan letters', named('བཀྲ་ཤིས'), 1, 'name: no font of ours prints'],
    ['no address', enrollZoe('named', '--email', 'nobody'), 2, 'apprentice.email: not an email address'],
    [
      'an unknown program',
      enrollZoe('named', '--program', 'nowhere'),
      3,
      'program: there is none with the id "nowhere"',
    ],
    ['a day to come', enrollZoe('named', '--enrolled-on', '2999-01-01'), 1, 'enrolledOn: lies in the future'],
    ['no day', enrollZoe('named', '--enrolled-on', '2026-02-30'), 2, 'enrolledOn: '],
    ['an id that no key may hold', enrollZoe('a#b'), 2, 'enrollment: letters, digits'],
  ];
  test.each(cases)('%s is refused', async (_, args, exitCode, words) => {
    const ran = await run(...args);
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr).toContain(words);
    expect((await run('status', 'harbor', 'named')).exitCode).toBe(3);
  });

  test('a second under the same id is refused, and the first stays', async () => {
    expect((await run(...enrollZoe('enr-1', '--as', 'office'))).stdout).toBe(
      'Enrolled on 2026-01-05 as enr-1 under harbor-standards 1.\n',
    );
    const again = await run(...enrollZoe('enr-1', '--email', 'other@apprentice.example'));
    expect(again).toMatchObject({ exitCode: 1, stdout: '' });
    expect(again.stderr).toContain('"enr-1" exists already');
    const status = (await run('status', 'harbor', 'enr-1', '--json', '--history', '--sensitive')).json();
    expect(status).toMatchObject({
      apprentice: { email: 'zoe@apprentice.example' },
      history: [{ seq: 1, action: 'enrolled', actor: { id: 'office', role: 'administrator' } }],
    });
  });

  test('without an id of our own there is a new one', async () => {
    const args = enrollZoe('').filter((arg, i, all) => arg !== '--enrollment' && all[i - 1] !== '--enrollment');
    const { enrollment } = (await run(...args, '--json')).json() as { enrollment: string };
    expect(enrollment).toMatch(/^[0-9A-Z]{26}$/);
    expect((await run('status', 'harbor', enrollment)).exitCode).toBe(0);
  });
});
