import { readFileSync } from 'node:fs';
import { type Framework, frameworkSchema } from '../../functions/domain/framework.ts';
import { documentHash, sha256 } from '../../functions/domain/hash.ts';
import {
  type CertificateTemplate,
  type Policy,
  type Program,
  type ProgramInput,
  programHashes,
  programSchema,
  templateSchema,
} from '../../functions/domain/program.ts';
import type { StoredProgram } from '../../functions/ports/record-store.ts';
import type { Rng } from './rng.ts';

/** A program as the table holds it, with what it names. */
export type ProgramSetting = {
  stored: StoredProgram;
  framework: Framework;
  template: CertificateTemplate;
  pictures?: Picture[];
};
type Picture = { file: string; bytes: Uint8Array };

const readJson = (path: string): unknown => JSON.parse(readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8'));
const template = templateSchema.parse(readJson('templates/certificate/classic.json'));

const assessors = ['assessor-ada', 'assessor-ben'].map((id) => ({ id, name: `Name of ${id}`, from: '2020-01-01' }));

const smallFrameworks = (): Framework[] => {
  const base = {
    schema: 'journeypaper/framework/1',
    source: { file: 'none', sponsor: null },
    onetCode: null,
    rapidsCode: null,
    hours: null,
    courses: [],
  };
  const skills = (set: string, n: number) => ({
    id: set,
    text: `Set ${set}`,
    skills: Array.from({ length: n }, (_, i) => ({ id: `${set}-${i + 1}`, text: `Skill ${set} ${i + 1}` })),
  });
  const cpr = [{ id: 'cert-cpr', code: 'CPR', text: 'CPR Certificate' }];
  return [
    {
      ...base,
      id: 'small-sets',
      version: '1',
      title: 'Two sets',
      certificates: cpr,
      skillSets: [skills('care', 2), skills('plan', 1)],
    },
    {
      ...base,
      id: 'small-course',
      version: '1',
      title: 'With a course',
      courses: [{ id: 'course-ethics', text: 'Ethics' }],
      certificates: cpr,
      skillSets: [skills('care', 1)],
    },
    {
      ...base,
      id: 'small-plain',
      version: '1',
      title: 'Skills alone',
      certificates: [],
      skillSets: [skills('care', 2), { ...skills('story', 1), sensitive: true }],
    },
  ].map((framework) => frameworkSchema.parse(framework));
};
const small = smallFrameworks();
const real = ['peer-specialist.2021-07-16', 'recovery-support-specialist.1'].map((file) =>
  frameworkSchema.parse(readJson(`data/frameworks/${file}.json`)),
);

/** Nobody decodes it: the simulated engine only asks whether it is there. */
const picture: Picture = { file: 'mark.png', bytes: Buffer.from('a picture') };

const settings = new Map<string, ProgramSetting>();

/** A program for one world, made once per kind: equal policies share their hashes. */
export function randomProgram(rng: Rng, breadth: 'small' | 'real'): ProgramSetting {
  const framework = rng.pick(breadth === 'small' ? small : real);
  const policy: Partial<Policy> = {
    assessment: rng.chance(0.5) ? 'required' : 'self-attested',
    interimCredentials: rng.chance(0.2),
    holdHours: rng.pick([0, 0, 0, 0, 0.1, 1, 48]),
    minimumTermMonths: rng.chance(0.1) ? 1 : null,
    minimumHours: rng.chance(0.1) ? 10 : null,
    certificateValidityMonths:
      framework.certificates.length > 0 && rng.chance(0.5) ? { [framework.certificates.at(-1)?.id as string]: 24 } : {},
    lapseWarning: {
      daysBefore: 30,
      to: rng.pick([['apprentice'], ['program', 'apprentice'], []] as ('apprentice' | 'program')[][]),
    },
  };
  return settingOf(framework, policy, rng.chance(0.25));
}

/** One that wants three skills and asks nobody to assess them, for worlds that are told rather than drawn. */
export const plainProgram = (): ProgramSetting =>
  settingOf(small[2] as Framework, { assessment: 'self-attested', holdHours: 0 }, false);

function settingOf(framework: Framework, policy: Partial<Policy>, hasPicture: boolean): ProgramSetting {
  const key = JSON.stringify([framework.id, policy, hasPicture]);
  const known = settings.get(key);
  if (known) return known;
  const program = programSchema.parse({
    schema: 'journeypaper/program/1',
    id: 'sim',
    name: 'Simulated Program',
    sponsor: 'Nobody',
    timeZone: 'America/New_York',
    framework: { id: framework.id, version: framework.version },
    achievement: 'Simulated Apprenticeship',
    page: 'letter',
    template: template.id,
    signatories: [{ name: 'Ada Sample', title: 'Director' }],
    verifyUrl: 'https://verify.example/v/',
    email: { from: 'from@program.example', fromName: 'Office', contact: 'office@program.example' },
    assessors,
    policy,
    ...(hasPicture && { branding: { logo: { file: picture.file, alt: 'A mark', sha256: sha256(picture.bytes) } } }),
  } satisfies ProgramInput);
  const setting = { stored: storedOf(program, framework), framework, template, pictures: hasPicture ? [picture] : [] };
  settings.set(key, setting);
  return setting;
}

const storedOf = (program: Program, framework: Framework): StoredProgram => ({
  program,
  hashes: programHashes(program, template),
  frameworkHash: documentHash(framework),
});

/** Days on which the roster may change: about those of the worlds. */
const days = ['2026-03-06', '2026-03-08', '2026-03-10', '2026-03-20'];

/** What a program may become while people are on their way: an assessor ends or is added, the policy changes. */
export function laterVersions(rng: Rng, { stored, framework }: ProgramSetting): StoredProgram[] {
  const certificates = framework.certificates.map(({ id }) => id);
  let { program } = stored;
  return Array.from({ length: rng.between(1, 2) }, () => {
    const { policy } = program;
    const [first, second, ...more] = program.assessors as [Program['assessors'][0], Program['assessors'][0]];
    const eve = { id: 'assessor-eve', name: 'Eve', from: rng.pick(days) };
    const validity = Object.fromEntries(certificates.map((id) => [id, rng.pick([12, 24])]));
    const changes: (() => Partial<Program>)[] = [
      () => ({ assessors: [first, { ...second, until: rng.pick(days) }, ...more] }),
      () => ({ assessors: [first, second, eve] }),
      () => ({ policy: { ...policy, holdHours: rng.pick([0, 0.1, 1]) } }),
      () => ({ policy: { ...policy, interimCredentials: !policy.interimCredentials } }),
      () => ({ policy: { ...policy, certificateValidityMonths: rng.chance(0.5) ? validity : {} } }),
    ];
    program = programSchema.parse({ ...program, ...(rng.pick(changes) as () => Partial<Program>)() });
    return storedOf(program, framework);
  });
}
