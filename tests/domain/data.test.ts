import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, test } from 'vitest';
import { decideCompletion } from '../../functions/domain/completion.ts';
import {
  assessmentSchema,
  type EvidencePart,
  evidenceSortKey,
  firstIssue,
  parseItem,
  type RawItem,
  type Submission,
  submissionSchema,
  withdrawalSchema,
} from '../../functions/domain/evidence.ts';
import { type Framework, frameworkRef, frameworkSchema, requirementsOf } from '../../functions/domain/framework.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { programSchema } from '../../functions/domain/program.ts';
import { evidenceHashOf, type ProgressRules, progressOf } from '../../functions/domain/progress.ts';
import { refuseAssessment, refuseSubmission } from '../../functions/domain/rules.ts';
import { addDays, addSeconds, civilDateOf, type Instant } from '../../functions/domain/time.ts';
import {
  datedEvidence,
  rawAttributes,
  type Sample,
  sampleNamesSchema,
  sampleSchema,
} from '../../infra/local/demo/sample.ts';
import { renderSchemas } from '../../infra/schemas.ts';

const data = new URL('../../data/', import.meta.url);
const text = (path: string) => readFileSync(new URL(path, data), 'utf8');
const json = (path: string): unknown => JSON.parse(text(path));
const framework = (file: string) => frameworkSchema.parse(json(`frameworks/${file}`));

const peer = framework('peer-specialist.2021-07-16.json');
const recovery = framework('recovery-support-specialist.1.json');
const frameworks = [peer, recovery];

/** Lines of the sources that are no data: page furniture, by their line number. */
const furniture: Record<string, Record<number, string>> = {
  '001_0ad298aa97bf2bb0.txt': {
    1: '« Back to All Apprenticeships',
    2: '',
    3: 'Peer Specialist',
    4: '',
    5: 'Competency-Based Apprenticeship',
    6: 'Sponsoring Company:',
    7: 'Staten Island Performing Provider System',
    8: 'O*Net Code',
    9: 'Rapids Code',
    10: 'Req. Hours',
    11: 'Jul 16, 2021',
    12: 'Jul 16, 2021',
    13: '',
    14: 'Competency-Based Skills',
    15: '',
    16: '18 skill sets | 104 total skills',
    139: '',
    140: 'Save as PDF',
    141: '',
    142: 'You can save this PDF (and any PDF) directly from the Print dialog in your browser. Click "Open Print Dialog", then switch the Printer to "Save as PDF".',
    143: '',
    144: 'Open Print Dialog',
  },
  '000_792eac23dd6f2d1f.txt': {
    14: 'On-the-job training',
    145: 'Interested in this apprenticeship?',
    146: 'Sign up to receive notifications about changes and updates about Recovery Support Specialist.',
  },
};

function registeredLines({ courses, certificates, skillSets }: Framework): string[] {
  return [...courses, ...certificates, ...skillSets.flatMap((set) => [set, ...set.skills])].map((item) => item.text);
}

const skillsOf = ({ skillSets }: Framework) => skillSets.flatMap((set) => set.skills);
const everyItem = (f: Framework) => [...f.courses, ...f.certificates, ...f.skillSets, ...skillsOf(f)];

describe('the sources', () => {
  test.each([
    ['000_792eac23dd6f2d1f.txt', '3674ebdc49e20046336580dac55f57a5d9bd5bda5e4c3f4580068768caaa1203'],
    ['001_0ad298aa97bf2bb0.txt', '3765d34226c338b60e952e55f881dd9c2a60f9df81e9e6cf79944be95dacf6d5'],
  ])('%s is the text that was received, byte for byte', (file, hash) => {
    expect(sha256(readFileSync(new URL(`sources/${file}`, data)))).toBe(hash);
  });

  it.each(frameworks)(
    '$id registers every line of its source that is not furniture, in order, and nothing else',
    (f) => {
      const lines = text(`sources/${f.source.file}`).split('\n');
      const furnished = furniture[f.source.file] ?? {};
      const found = Object.keys(furnished).map((number) => [number, lines[Number(number) - 1]]);
      expect(Object.fromEntries(found)).toEqual(furnished);
      expect(registeredLines(f)).toEqual(lines.filter((_, index) => !(index + 1 in furnished)));
    },
  );
});

describe('the frameworks', () => {
  it('have the counts that the design names', () => {
    const counts = (f: Framework) => [f.skillSets.length, skillsOf(f).length, f.courses.length, f.certificates.length];
    expect(counts(peer)).toEqual([18, 104, 0, 0]);
    expect(counts(recovery)).toEqual([19, 111, 11, 2]);
    expect(recovery.certificates.map((c) => [c.id, c.code])).toEqual([
      ['cert-crss', 'CRSS'],
      ['cert-cpr', 'CPR'],
    ]);
  });

  it('never change once published: a new text is a new version', () => {
    expect(frameworks.map(frameworkRef)).toEqual([
      {
        id: 'peer-specialist',
        version: '2021-07-16',
        hash: 'd659eb50c396bf9a11b398b8a591bfa5690511dd0ec68ad66ec7c7c038f67cbf',
      },
      {
        id: 'recovery-support-specialist',
        version: '1',
        hash: '28fa8350c8af1744270d2684eab65e990ffc1efc53396cf08b38d02ad53a31c5',
      },
    ]);
  });

  it.each(frameworks)('$id gives each skill the slug of its set and an ordinal', (f) => {
    for (const set of f.skillSets) {
      expect(set.skills.map((skill) => skill.id)).toEqual(set.skills.map((_, index) => `${set.id}-${index + 1}`));
      expect(set.id.length).toBeLessThanOrEqual(14);
    }
    for (const course of f.courses) expect(course.id).toMatch(/^course-[a-z]+$/);
    const ids = everyItem(f).map((item) => item.id);
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('call the same skill set by the same id', () => {
    const idByHeading = new Map(peer.skillSets.map((set) => [set.text, set.id]));
    const bare = (heading: string) =>
      heading.replace('Providing Educational Training - ', '').replace(/^Shared/, 'Shares');
    const ids = recovery.skillSets.map((set) => [set.id, idByHeading.get(bare(set.text))]);
    expect(ids.filter(([id, same]) => id !== same)).toEqual([['community', undefined]]);
  });

  it.each(frameworks)('$id guesses no code and no hours that the source leaves blank', (f) => {
    expect([f.onetCode, f.rapidsCode, f.hours]).toEqual([null, null, null]);
  });

  it('keep lines that look like mistakes of ours exactly as they are printed', () => {
    const researches = 'Researches and identifies credible information and options from various resources';
    const places = frameworks.map((f) => skillsOf(f).find((skill) => skill.text === researches)?.id);
    expect(places).toEqual(['plan-5', 'link-1']);
    const skill = new Map(skillsOf(recovery).map((s) => [s.id, s.text]));
    expect(skill.get('training-4')).toMatch(/peer competencies \($/);
    expect(skill.get('community-1')).toBe(
      skill.get('community-5')?.replace('resource directories', 'resources directories'),
    );
  });

  it('correct clear slips for display and keep the original as the registered text', () => {
    const slips = frameworks.map((f) =>
      everyItem(f).flatMap((item) => (item.display ? [[item.id, changed(item.text, item.display)]] : [])),
    );
    expect(slips.map((list) => Object.fromEntries(list))).toEqual([
      {
        'trauma-2': 'assist → assists',
        'training-3': 'rapport‐ building, → rapport‐building,',
        'navigation-2': 'to → ',
        'navigation-8': 'coach → coaches',
      },
      {
        'personalize-2': 'respect → respects',
        'communicate-2': 'skiills → skills',
        'advocate-1':
          'of knowledge of relevant rights and laws (ADA, HIIPAA, → knowledge of relevant rights and laws (ADA, HIPAA,',
        'grow-3':
          'Reflect and examines own personal motivations, judgments, and feelings yay → Reflects and examines own personal motivations, judgments, and feelings that',
        'recovery-8': 'it is → its',
        'trauma-7': 'experiences → experienced',
        'community-2': 'varies → various',
      },
    ]);
  });

  it('mark as guidance the sentence for the supervisor that closes 13 skills, and keep it in the text', () => {
    const guided = skillsOf(peer).filter((skill) => skill.text.includes('Supervisor '));
    expect(guided).toHaveLength(13);
    for (const skill of guided) expect(skill.guidance).toBe(skill.text.slice(skill.text.indexOf('Supervisor ')));
    expect(frameworks.flatMap(skillsOf).filter((skill) => skill.guidance !== undefined)).toHaveLength(13);
  });

  it('mark as sensitive exactly what discloses the health of the holder', () => {
    const livedExperience = ['lived-exp', 'lived-exp-1', 'lived-exp-2', 'lived-exp-3', 'lived-exp-4'];
    const sensitive = (f: Framework) => everyItem(f).flatMap((item) => (item.sensitive ? [item.id] : []));
    expect(sensitive(peer).sort()).toEqual([...livedExperience, 'peer-role-1']);
    expect(sensitive(recovery).sort()).toEqual(['cert-crss', 'course-crss', ...livedExperience]);
  });
});

describe('a bad framework file', () => {
  const refusal = (change: (draft: Framework) => void) => {
    const draft = structuredClone(recovery);
    change(draft);
    const parsed = frameworkSchema.safeParse(draft);
    return parsed.success ? undefined : firstIssue(parsed.error);
  };
  const at = <T>(list: T[], index: number): T => list[index] as T;

  it('is refused for a duplicate id, with the path of the second', () => {
    expect(refusal((f) => (at(at(f.skillSets, 1).skills, 4).id = 'engage-2'))).toBe(
      'skillSets.1.skills.4.id: duplicate id "engage-2": every id is used once',
    );
    expect(refusal((f) => (at(f.skillSets, 3).id = 'course-ethics'))).toMatch(/^skillSets\.3\.id: duplicate id/);
  });

  it('is refused for an empty skill set, with its path', () => {
    expect(refusal((f) => at(f.skillSets, 2).skills.splice(0))).toBe(
      'skillSets.2.skills: a skill set needs at least one skill',
    );
  });

  it('is refused for a field that nobody knows, and for more requirements than a record can hold', () => {
    expect(refusal((f) => Object.assign(at(f.courses, 0), { sensitve: true }))).toMatch(
      /^courses\.0\.item: has fields/,
    );
    const course = (index: number) => ({ id: `course-x${index}`, text: 'A course' });
    expect(refusal((f) => f.courses.push(...Array.from({ length: 877 }, (_, i) => course(i))))).toBe(
      'item: 1001 requirements: at most 1000 are allowed',
    );
  });
});

describe('the programs', () => {
  it.each(readdirSync(new URL('programs/', data)).filter((file) => file.endsWith('.json')))(
    '%s names a framework version and required certificates that exist',
    (file) => {
      const program = programSchema.parse(json(`programs/${file}`));
      const pinned = framework(`${program.framework.id}.${program.framework.version}.json`);
      expect([file, program.framework.id]).toEqual([`${program.id}.json`, pinned.id]);
      for (const id of Object.keys(program.policy.certificateValidityMonths)) {
        expect(requirementsOf(pinned).get(id)?.kind).toBe('certificate');
      }
      expect(program.assessors.length).toBeGreaterThan(0);
    },
  );

  it('show both sizes of paper and send from addresses that cannot exist', () => {
    const programs = ['staten-island-peer-specialist', 'recovery-support-specialist'].map(readProgram);
    expect(programs.map((p) => p.page)).toEqual(['letter', 'a4']);
    for (const { email } of programs)
      for (const address of [email.from, email.replyTo, email.contact]) expect(address).toMatch(/\.example$/);
  });
});

describe('the samples', () => {
  const samples = ['staten-island-peer-specialist', 'recovery-support-specialist'].map((id) =>
    sampleSchema.parse(json(`samples/${id}.json`)),
  );
  const days = ['2026-02-28', '2028-02-29', '2031-12-31'];

  it.each(samples)('$program submits evidence for every requirement, in words of its own', ({ program, steps }) => {
    const { pinned } = readPinned(program);
    const submits = steps.filter((step) => step.do === 'submit');
    expect(new Set(submits.map((step) => step.requirement))).toEqual(new Set(requirementsOf(pinned).keys()));
    expect(new Set(submits.map((step) => step.attestation)).size).toBe(submits.length);
    expect(new Set(submits.map((step) => step.evidence)).size).toBe(submits.length);
  });

  it.each(samples)('$program hands in and assesses one skill set after another', ({ program, steps }) => {
    const { pinned } = readPinned(program);
    const setOf = (step: Sample['steps'][number]) =>
      'requirement' in step ? requirementsOf(pinned).get(step.requirement)?.set : undefined;
    const order = steps.flatMap((step) => setOf(step) ?? []).filter((set, index, all) => set !== all[index - 1]);
    expect(order).toEqual(pinned.skillSets.map((set) => set.id));
  });

  it.each(samples.flatMap((sample) => days.map((today) => ({ sample, today, program: sample.program }))))(
    '$program completes on its last step and not before, whatever the day ($today)',
    ({ sample, today }) => {
      const whole = play(sample, sample.steps.length, today);
      expect(whole.decision).toMatchObject({ complete: true, completion: { on: today } });
      expect(play(sample, sample.steps.length - 1, today).decision.complete).toBe(false);
      expect(whole.refusals).toEqual([]);
    },
  );

  it('lack nothing but the renewal of a lapsed CPR certificate before the last two steps', () => {
    const sample = samples[1] as Sample;
    expect(play(sample, sample.steps.length - 2, '2026-02-28').decision).toEqual({
      complete: false,
      missing: [{ requirement: 'cert-cpr', why: 'lapsed', on: '2025-12-30' }],
    });
  });

  it('hold what goes wrong in life', () => {
    for (const { steps } of samples) {
      const kinds = steps.map((step) => (step.do === 'assess' ? `${step.do} ${step.outcome}` : step.do));
      expect(new Set(kinds)).toEqual(
        new Set(['submit', 'assess met', 'assess not-met', 'repeat', 'withdraw', 'put-raw']),
      );
    }
  });

  it('hold one malformed item each, set aside for a field that it names', () => {
    expect(samples.map((sample) => play(sample, sample.steps.length, '2026-02-28').malformed)).toEqual([
      [expect.stringMatching(/^occurredOn: /)],
      [expect.stringMatching(/^occurredOn: /)],
    ]);
  });

  it('have apprentices and further names that are kept as they are written', () => {
    const { names } = sampleNamesSchema.parse(json('samples/names.json'));
    expect(names).toEqual((json('samples/names.json') as { names: string[] }).names);
    expect(new Set(names).size).toBeGreaterThanOrEqual(20);
    expect(samples.map((sample) => sample.apprentice.name)).toEqual(['Nguyễn Thị Hồng Nhung', 'Ναταλία Παπαδοπούλου']);
    for (const { apprentice } of samples) expect(apprentice.email).toMatch(/\.example$/);
  });
});

test('the committed JSON Schemas are those that `npm run schemas` writes', () => {
  const committed = readdirSync(new URL('schemas/', data)).map((file) => [file, text(`schemas/${file}`)] as const);
  expect(Object.fromEntries(committed)).toEqual(Object.fromEntries(renderSchemas()));
});

function readProgram(id: string) {
  return programSchema.parse(json(`programs/${id}.json`));
}

function readPinned(id: string) {
  const program = readProgram(id);
  return { program, pinned: framework(`${program.framework.id}.${program.framework.version}.json`) };
}

/** The words between the first and the last that differ, before and after. */
function changed(before: string, after: string): string {
  const [a, b] = [before.split(' '), after.split(' ')];
  let start = 0;
  while (a[start] === b[start]) start++;
  let end = 0;
  while (end < Math.min(a.length, b.length) - start && a.at(-1 - end) === b.at(-1 - end)) end++;
  return `${a.slice(start, a.length - end).join(' ')} → ${b.slice(start, b.length - end).join(' ')}`;
}

/** Plays the first `count` steps of a sample at noon of `today`, a second apart, and judges the record by the real rules. */
function play(sample: Sample, count: number, today: string) {
  const { program, pinned } = readPinned(sample.program);
  const ref = { program: sample.program, enrollment: 'sample' };
  const requirements = requirementsOf(pinned);
  const enrolledOn = addDays(today, -sample.enrolledDaysAgo);
  const rules: ProgressRules = {
    ref,
    apprenticeId: sample.apprentice.id,
    enrolledOn,
    salt: 'x'.repeat(32),
    marks: {},
    refused: {},
    program,
  };
  const items: RawItem[] = [];
  const submitted = new Map<string, Submission>();
  const refusals: unknown[] = [];
  const malformed: string[] = [];
  const put = (
    part: EvidencePart,
    place: { requirement: string; evidence: string; assessment?: string },
    attributes: Record<string, unknown>,
  ) => {
    const parsed = parseItem({ ...ref, ...place, part }, attributes);
    if (!parsed.ok) malformed.push(parsed.reason);
    items.push({ sk: evidenceSortKey({ ...place, part }), attributes });
  };
  const pieceOf = (evidence: string): Submission => {
    const piece = submitted.get(evidence);
    if (!piece) throw new Error(`${evidence} is not submitted before it is used`);
    return piece;
  };
  let now: Instant = `${today}T18:00:00.000Z`;
  sample.steps.slice(0, count).forEach((step, index) => {
    now = addSeconds(now, 1);
    expect(civilDateOf(now, program.timeZone)).toBe(today);
    const submittedBy = sample.apprentice.id;
    if (step.do === 'submit') {
      const piece = submissionSchema.parse({
        schema: 'journeypaper/evidence/1',
        ...ref,
        ...datedEvidence(step, today),
        submittedBy,
        submittedAt: now,
      });
      refusals.push(refuseSubmission(piece, requirements.get(step.requirement), rules) ?? []);
      submitted.set(step.evidence, piece);
      put('evidence', piece, piece);
    } else if (step.do === 'put-raw') {
      expect(requirements.has(step.requirement)).toBe(true);
      put('evidence', step, rawAttributes(step, ref, { submittedBy, submittedAt: now, today }));
    } else {
      const { requirement, evidence } = pieceOf(step.evidence);
      const place = { ...ref, requirement, evidence };
      if (step.do === 'assess') {
        const { assessor, outcome, note } = step;
        const evidenceHash = evidenceHashOf(pieceOf(evidence), rules);
        const assessment = assessmentSchema.parse({
          ...{
            schema: 'journeypaper/assessment/1',
            ...place,
            assessment: `a${index}`,
            assessor,
            assessedAt: now,
            outcome,
            evidenceHash,
          },
          ...(note !== undefined && { note }),
        });
        refusals.push(refuseAssessment(assessment, rules) ?? []);
        put('assessment', assessment, assessment);
      }
      if (step.do === 'withdraw') {
        const withdrawal = {
          schema: 'journeypaper/withdrawal/1',
          ...place,
          withdrawnBy: submittedBy,
          withdrawnAt: now,
          reason: step.reason,
        };
        put('withdrawal', place, withdrawalSchema.parse(withdrawal));
      }
    }
  });
  const itemsOf = (id: string) => items.filter((item) => item.sk.startsWith(`EVIDENCE#${id}#`));
  const progress = [...requirements.values()].flatMap((requirement) => {
    const found = progressOf(requirement, itemsOf(requirement.id), rules);
    return found ? [[requirement.id, found] as const] : [];
  });
  const standing = { framework: pinned, program, enrolledOn, progress: Object.fromEntries(progress) };
  return { decision: decideCompletion(standing, now), refusals: refusals.flat(), malformed };
}
