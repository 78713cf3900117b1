import { refused } from '../acts/refusal.ts';
import { type Framework, requirementsOf } from '../domain/framework.ts';
import { type Mask, maskFor } from '../domain/masking.ts';
import type { Program } from '../domain/program.ts';
import type { StoredProgram } from '../ports/record-store.ts';
import { type Answer, done, refusal } from './answer.ts';
import { type AddCommand, addCommand, type Context, type SensitiveFlags, withSensitive } from './command.ts';
import { heading, type Page, table } from './page.ts';
import { type LoadFlags, loadProgramFile } from './program-load.ts';

/** `program list | show | load` */
export const addProgram: AddCommand = (parent, session) => {
  const group = parent
    .command('program')
    .summary('list, show and load programs')
    .description('Programs and their frameworks.');
  addCommand<object>(group, session, {
    name: 'list',
    summary: 'list the programs in the table',
    examples: ['program list'],
    run: listPrograms,
  });
  addCommand<SensitiveFlags>(group, session, {
    name: 'show <program>',
    summary: 'show a program, its policy, its assessors and the ids of what it requires',
    examples: ['program show staten-island-peer-specialist'],
    options: withSensitive,
    run: (context, flags, [id = '']) => showProgram(context, flags, id),
  });
  addCommand<LoadFlags>(group, session, {
    name: 'load <file>',
    summary: 'publish a program with its framework and certificate template',
    examples: ['program load data/programs/staten-island-peer-specialist.json'],
    notes:
      'The framework is FRAMEWORKS/{id}.{version}.json and the template TEMPLATES/{template}.json, as the\n' +
      'program names them; pictures lie beside the program’s file or with the templates.\n' +
      'Loading again replaces the program; a published framework version never changes.',
    options: (command) =>
      command
        .option('--frameworks <folder>', 'where frameworks lie (default: data/frameworks)')
        .option('--templates <folder>', 'where templates lie (default: templates/certificate)'),
    run: (context, flags, [file = '']) => loadProgramFile(context, flags, file),
  });
};

async function listPrograms(context: Context): Promise<Answer> {
  const stored = await context.connect().ports.store.listPrograms();
  const programs = stored.map(({ program }) => program).sort((a, b) => (a.id < b.id ? -1 : 1));
  const json = programs.map(({ id, name, sponsor, framework, timeZone }) => ({
    id,
    name,
    sponsor,
    framework,
    timeZone,
  }));
  if (programs.length === 0) return done(json, 'No programs yet: `program load FILE` publishes one.');
  const rows = programs.map((p) => [p.id, p.name, p.sponsor]);
  const head = ['Id', 'Name', 'Sponsor'].map((text) => ({ text, style: 'dim' as const }));
  return done(json, table(context.page, [head, ...rows], 0));
}

async function showProgram(context: Context, flags: SensitiveFlags, id: string): Promise<Answer> {
  const { store } = context.connect().ports;
  const stored = await store.readProgram(id);
  if (!stored)
    return refusal(refused('program.unknown', `program: there is no "${id}"; \`program list\` shows those there are`));
  const framework = await store.readFramework({ ...stored.program.framework, hash: stored.frameworkHash });
  if (!framework) {
    const { framework: wanted } = stored.program;
    const message = `framework: ${wanted.id} ${wanted.version} is not in the table; load the program again with \`program load\``;
    return refusal(refused('framework.unknown', message));
  }
  const mask = maskFor([framework], flags.sensitive === true);
  return done(programJson(stored, framework, mask), programText(context.page, stored.program, framework, mask));
}

function programJson({ program, hashes, frameworkHash }: StoredProgram, framework: Framework, mask: Mask) {
  const requirements = [...requirementsOf(framework).values()];
  const count = (kind: string) => requirements.filter((requirement) => requirement.kind === kind).length;
  return {
    ...program,
    policy: mask.json(program.policy),
    hashes: { ...hashes, framework: frameworkHash },
    counts: {
      skillSets: framework.skillSets.length,
      skills: count('skill'),
      courses: count('course'),
      certificates: count('certificate'),
    },
    requirements: requirements.map(({ id, kind, set, display, sensitive }) => ({
      id: mask.ids(id),
      kind,
      ...(set !== undefined && { set: mask.ids(set) }),
      text: mask.textOf(id, display),
      sensitive,
    })),
  };
}

function programText(page: Page, program: Program, framework: Framework, mask: Mask): string {
  const requirements = [...requirementsOf(framework).values()];
  const mark = (sensitive: boolean) => ({ text: sensitive ? 'sensitive' : '', style: 'yellow' as const });
  const plain = (kind: 'course' | 'certificate') =>
    requirements
      .filter((r) => r.kind === kind)
      .map((r) => [shownId(r.id, mask), mark(r.sensitive), mask.textOf(r.id, r.display)]);
  const sets = framework.skillSets.map((set) => {
    const skills = set.skills.length;
    const sensitive = set.sensitive === true || set.skills.some((skill) => skill.sensitive);
    const hidden = mask.ids(set.id) !== set.id;
    return [
      shownId(set.id, mask),
      { text: String(skills), align: 'right' as const },
      hidden ? '' : idsOf(set),
      mark(sensitive),
      mask.textOf(set.id, set.display ?? set.text),
    ];
  });
  const skillCount = requirements.filter((r) => r.kind === 'skill').length;
  const sections = [
    [heading(page, `${program.name} (${program.id})`), table(page, facts(program, mask))],
    [heading(page, `Skill sets (${framework.skillSets.length}; ${skillCount} skills)`), table(page, sets)],
    section(page, 'Courses', plain('course')),
    section(page, 'Required certificates', plain('certificate')),
    [heading(page, `Assessors (${program.assessors.length})`), table(page, assessorRows(program))],
  ];
  return sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
}

function section(page: Page, title: string, rows: Parameters<typeof table>[1]): string[] {
  return rows.length === 0 ? [] : [heading(page, `${title} (${rows.length})`), table(page, rows)];
}

/** A sensitive id says what it is about; its line says that there is one. */
const shownId = (id: string, mask: Mask) => (mask.ids(id) === id ? id : '');

function facts(program: Program, mask: Mask): string[][] {
  const { policy } = program;
  const validity = Object.entries(policy.certificateValidityMonths).map(
    ([id, months]) => `${mask.ids(id)} ${months} months`,
  );
  return [
    ['Sponsor', program.sponsor],
    ['Framework', `${program.framework.id} ${program.framework.version}`],
    ['Achievement', program.achievement],
    ['Time zone', program.timeZone],
    ['Certificate', `${program.page}, template ${program.template}`],
    ['Assessment', policy.assessment],
    ['Interim credentials', policy.interimCredentials ? 'one as each skill set completes' : 'none'],
    ['Minimum hours', policy.minimumHours === null ? 'none' : String(policy.minimumHours)],
    ['Minimum term', policy.minimumTermMonths === null ? 'none' : `${policy.minimumTermMonths} months`],
    ['Hold before issue', policy.holdHours === 0 ? 'none' : `${policy.holdHours} hours`],
    ['Validity', validity.length === 0 ? 'as each certificate says' : validity.join(', ')],
  ];
}

function assessorRows(program: Program): string[][] {
  return program.assessors.map((a) => [
    a.id,
    a.name,
    `from ${a.from}${a.until ? ` until ${a.until}` : ''}${a.voided ? ', voided' : ''}`,
    a.title ?? '',
  ]);
}

/** `engage-1…5`, or each id where the ordinals are no plain run. */
function idsOf(set: Framework['skillSets'][number]): string {
  const ids = set.skills.map((skill) => skill.id);
  const run = ids.every((id, i) => id === `${set.id}-${i + 1}`);
  if (ids.length === 1) return ids[0] ?? '';
  return run ? `${set.id}-1…${ids.length}` : ids.map((id) => id.replace(`${set.id}-`, '-')).join(' ');
}
