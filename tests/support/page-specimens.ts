import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Status } from '../../functions/acts/status.ts';
import { resources } from '../../functions/api/all-routes.ts';
import { openApiDocument } from '../../functions/api/openapi.ts';
import {
  correctionPage,
  enrollPage,
  leavingPage,
  reissuePage,
  resendPage,
  resumptionPage,
  revocationPage,
} from '../../functions/api/pages/act-page.ts';
import { awaitingPieces } from '../../functions/api/pages/assess-model.ts';
import { deskPage, queuePage } from '../../functions/api/pages/assess-page.ts';
import type { BundleLine } from '../../functions/api/pages/bundles-model.ts';
import {
  type CohortRow,
  cohortRow,
  type NeedGroup,
  type NeedRow,
  needRow,
} from '../../functions/api/pages/cohort-model.ts';
import { cohortPage } from '../../functions/api/pages/cohort-page.ts';
import { shownOfGroup } from '../../functions/api/pages/cohort-reading.ts';
import { docsPage } from '../../functions/api/pages/docs-page.ts';
import { emptyForm } from '../../functions/api/pages/form-field.ts';
import type { Frame, PageRole } from '../../functions/api/pages/frame.ts';
import { homePage, signedOutPage, signInPage } from '../../functions/api/pages/home-page.ts';
import { type Language, wordsOf } from '../../functions/api/pages/language.ts';
import type { Html } from '../../functions/api/pages/markup.ts';
import { evidencePage, mePage, notEnrolledPage } from '../../functions/api/pages/me-page.ts';
import { type NeedsList, needsPage } from '../../functions/api/pages/needs-page.ts';
import { personPage } from '../../functions/api/pages/person-page.ts';
import { recordPage, recordsPage } from '../../functions/api/pages/records-page.ts';
import { troublePage } from '../../functions/api/pages/trouble-page.ts';
import type { VerifiedCertificate } from '../../functions/api/pages/verify-model.ts';
import { verifyForm, verifyPage } from '../../functions/api/pages/verify-page.ts';
import type { Credential } from '../../functions/domain/credential.ts';
import { type Delivery, newDelivery } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { rulesOf } from '../../functions/domain/evaluation.ts';
import { evidenceSortKey, type Submission } from '../../functions/domain/evidence.ts';
import { explain } from '../../functions/domain/explanation.ts';
import { frameworkRef, frameworkSchema, requirementsOf } from '../../functions/domain/framework.ts';
import { needs } from '../../functions/domain/needs.ts';
import { programSchema } from '../../functions/domain/program.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import { newEnrollment } from './small-world.ts';

/** Names as people have them, and one as long as a name may be. */
export const specimenNames = [
  'Nguyễn Thị Hồng Nhung',
  'Łukasz Żółć-Brzęczyszczykiewicz',
  'Ναταλία Παπαδοπούλου',
  'أحمد بن يوسف',
  '王小明',
  "O'Brien-Ñuñez III",
  'Maximiliana Wilhelmina Friederike Charlotte von und zu Hohenstaufen-Waldburg-Wolfegg-Waldsee-Zeil-Trauchburg Hohenlohe-S',
] as const;

export type Specimen = { name: string; path: string; html: Html };
type Given = {
  language?: Language;
  asset?: Frame['asset'];
  /** Stands in the place of every text that a person can write. */
  text?: string;
};

const root = join(import.meta.dirname, '../..');
const read = (path: string) => JSON.parse(readFileSync(join(root, path), 'utf8'));
const framework = frameworkSchema.parse(read('data/frameworks/recovery-support-specialist.1.json'));
const now = '2026-11-20T15:00:00.000Z';
const hex = (digit: string) => digit.repeat(64);

/** Every page in every state, as its view draws it: for pictures, for checks of access and of escaping. */
export function pageSpecimens(given: Given = {}): Specimen[] {
  const say = (text: string) => given.text ?? text;
  const frame = (path: string, roles: readonly PageRole[] = [], more: Partial<Frame> = {}): Frame => ({
    words: wordsOf(given.language ?? 'en'),
    path,
    asset: given.asset ?? ((name) => `/web/${name}`),
    ...(roles.length > 0 && { reader: { name: say('Maria Santangelo'), roles: new Set(roles) } }),
    ...more,
  });
  const world = specimenWorld(say);
  return [
    ...publicPages(frame, say, world),
    ...programPages(frame, say, world),
    ...assessorPages(frame, world),
    ...apprenticePages(frame, world),
    ...auditorPages(frame, world),
    ...troublePages(frame),
    { name: 'docs', path: '/docs', html: docsPage(frame('/docs'), openApiDocument(resources)) },
  ];
}

type Say = (text: string) => string;
type MakeFrame = (path: string, roles?: readonly PageRole[], more?: Partial<Frame>) => Frame;
type World = ReturnType<typeof specimenWorld>;

function specimenWorld(say: Say) {
  const raw = read('data/programs/recovery-support-specialist.json');
  const parsed = programSchema.parse({ ...raw, policy: { ...raw.policy, minimumHours: 2000 } });
  const program = {
    ...parsed,
    name: say(parsed.name),
    sponsor: say(parsed.sponsor),
    achievement: say(parsed.achievement),
  };
  const ids = [...requirementsOf(framework).keys()];
  const met = (i: number, more: object = {}): RequirementProgress => ({
    status: 'met',
    since: new Date(Date.UTC(2026, 3, 1, 15) + i * 86_400_000).toISOString(),
    basis: '0123456789ab',
    ...more,
  });
  const progressOf = (share: number, lapsesAfter: string): Enrollment['progress'] =>
    Object.fromEntries(
      ids.flatMap((id, i): [string, RequirementProgress][] => {
        if (framework.certificates.some((each) => each.id === id))
          return [
            [id, met(i, { intervals: [{ from: '2025-01-10', to: lapsesAfter, at: '2026-04-02T15:00:00.000Z' }] })],
          ];
        if (i < share * ids.length) return [[id, met(i, i === 0 ? { hours: { sum: 1200, at: now } } : {})]];
        if (i % 11 === 0) return [[id, { status: 'not-met', at: '2026-10-01T15:00:00.000Z' }]];
        if (i % 7 === 0) return [[id, { status: 'awaiting' }]];
        return i % 29 === 0 ? [[id, { status: 'unsettled', why: 'edited' }]] : [];
      }),
    );
  const person = (i: number, share: number, more: Partial<Enrollment> = {}): Enrollment => {
    const name = say(specimenNames[i % specimenNames.length] ?? '');
    const progress = progressOf(share, i === 5 ? '2027-01-09' : '2028-01-09');
    return newEnrollment({
      program: program.id,
      enrollment: `enr-${100 + i}`,
      apprentice: { id: `apprentice-${100 + i}`, name, email: 'someone@apprentices.example' },
      framework: frameworkRef(framework),
      progress,
      met: Object.values(progress).filter(({ status }) => status === 'met').length,
      lastChangeAt: `2026-11-${String(19 - i).padStart(2, '0')}T14:0${i}:00.000Z`,
      ...more,
    });
  };
  return { program, person, say };
}

function certificateOf(
  { program, say }: World,
  standing: VerifiedCertificate['standing'],
  name: string,
): VerifiedCertificate {
  return {
    code: '7Q4NZ0K8W2RJ5TX1M9VC3HYBPD',
    name: say(name),
    program: program.name,
    sponsor: program.sponsor,
    achievement: { of: 'program', text: program.achievement },
    completedOn: '2026-05-14',
    issuedOn: '2026-05-15',
    timeZone: program.timeZone,
    document: { hash: hex('5d'.slice(0, 1)), bytes: 43_940 },
    record: { statement: `{"name":"${say(name)}"}`, signature: 'MEUCIQ' },
    standing,
  };
}

function publicPages(frame: MakeFrame, say: Say, world: World): Specimen[] {
  const at = '2026-09-03T18:20:00.000Z';
  const shown = (name: string, standing: VerifiedCertificate['standing'], holder: string): Specimen => {
    const path = '/v/7Q4NZ0K8W2RJ5TX1M9VC3HYBPD';
    return {
      name,
      path,
      html: verifyPage(frame(path), { outcome: 'found', certificate: certificateOf(world, standing, holder) }),
    };
  };
  const part = certificateOf(world, { state: 'in-force' }, specimenNames[4]);
  return [
    { name: 'home', path: '/', html: homePage(frame('/'), undefined) },
    {
      name: 'home-signed-in',
      path: '/',
      html: homePage(frame('/', ['administrator', 'assessor', 'apprentice', 'auditor']), world.program),
    },
    { name: 'verify-form', path: '/v', html: verifyForm(frame('/v')) },
    shown('verify-in-force', { state: 'in-force' }, specimenNames[0]),
    shown('verify-long-name', { state: 'in-force' }, specimenNames[6]),
    shown('verify-suspended', { state: 'suspended', since: at }, specimenNames[3]),
    shown('verify-superseded', { state: 'superseded', at, successor: '0'.repeat(26) }, specimenNames[2]),
    shown(
      'verify-revoked',
      { state: 'revoked', at, code: 'issued-in-error', text: say('The hours of two people were mixed up.') },
      specimenNames[1],
    ),
    {
      name: 'verify-part',
      path: '/v/7Q4NZ0K8W2RJ5TX1M9VC3HYBPD',
      html: verifyPage(frame('/v/x'), {
        outcome: 'found',
        certificate: { ...part, achievement: { of: 'part', text: undefined } },
      }),
    },
    { name: 'verify-unknown', path: '/v/x', html: verifyPage(frame('/v/x'), { outcome: 'unknown' }) },
    { name: 'verify-altered', path: '/v/x', html: verifyPage(frame('/v/x'), { outcome: 'altered' }) },
    { name: 'sign-in', path: '/sign-in', html: signInPage(frame('/sign-in'), '/cohort') },
    { name: 'sign-in-failed', path: '/sign-in', html: signInPage(frame('/sign-in'), undefined, 'expired') },
    { name: 'signed-out', path: '/signed-out', html: signedOutPage(frame('/signed-out'), 'https://id.example/logout') },
  ];
}

type SpecimenPerson = { enrollment: Enrollment; emails: Delivery[] };

function peopleOf({ person }: World): SpecimenPerson[] {
  const active = { credentialId: '01JX8Z6TQ4H0W3N5V7K9R2M1PD', completedOn: '2026-05-14' };
  const enrollments = [
    person(0, 0.92),
    person(1, 0.4, { lastChangeAt: '2026-08-01T12:00:00.000Z' }),
    person(2, 0.63),
    person(3, 1, { pointers: { completion: { active: { ...active, suspended: true } } } }),
    person(4, 1, { pointers: { completion: { active: { ...active, suspended: false } } } }),
    person(5, 0.15),
    person(6, 0),
  ];
  return enrollments.map((enrollment, i) => ({
    enrollment,
    emails: i === 4 ? [{ ...emailOf(enrollment, 'dlv-1'), state: 'parked' }] : [],
  }));
}

const emailOf = ({ program, enrollment }: Enrollment, deliveryId: string) =>
  newDelivery({ program, enrollment, deliveryId, about: { kind: 'credential', credentialId: 'crd-1' } }, now);

const rowsOf = ({ program }: World, people: readonly SpecimenPerson[]): CohortRow[] =>
  people.map(({ enrollment }) => cohortRow(enrollment, program, framework, now));

/** Those of some people who need somebody, by why. */
const groupsOf = ({ program }: World, people: readonly SpecimenPerson[]): NeedGroup[] =>
  needs.map((need) => ({
    need,
    rows: people.flatMap(({ enrollment, emails }) => needRow(need, enrollment, program, framework, emails, now) ?? []),
    hasMore: false,
  }));

/** As many in each group as the page names, and more behind them. */
const fullGroups = (groups: readonly NeedGroup[], rows: readonly CohortRow[]): NeedGroup[] =>
  groups.map((group) => ({ ...group, rows: manyOf(group.rows, rows), hasMore: true }));

const manyOf = (some: readonly NeedRow[], names: readonly CohortRow[]): NeedRow[] =>
  Array.from({ length: shownOfGroup }, (_, i) => {
    const row = some[i % some.length] as NeedRow;
    return { ...row, name: names[i % names.length]?.name ?? '' };
  });

function statusOf({ program, person, say }: World, share: number, more: Partial<Status> = {}): Status {
  const enrollment = person(0, share);
  return {
    outcome: 'found',
    standing: enrollment,
    enrollment,
    program,
    framework,
    frameworks: [framework],
    explanation: explain(enrollment, program, framework, now),
    credentials: [],
    deliveries: [],
    ledger: ledger(enrollment),
    chainFault: undefined,
    lapses: [],
    aside: [
      {
        program: program.id,
        enrollment: enrollment.enrollment,
        sk: 'EVIDENCE#x#y',
        code: 'evidence.future',
        reason: say('occurredOn: lies after the day of submission'),
        at: '2026-11-02T15:00:00.000Z',
        sequence: '1',
      },
    ],
    ...more,
  };
}

function ledger({ enrollment }: Enrollment): Status['ledger'] {
  const entry = (seq: number, action: Status['ledger'][number]['action'], subject: string, facts = {}) => ({
    seq,
    at: `2026-0${Math.min(9, seq)}-03T14:0${seq}:00.000Z`,
    actor: {
      id: seq % 2 ? 'local-administrator' : 'assessor-feldman',
      role: seq % 2 ? ('administrator' as const) : ('assessor' as const),
    },
    action,
    subject,
    facts,
    cause: `c${seq}`,
    prevHash: hex(String(seq)),
    hash: hex(String(seq + 1)),
  });
  return [
    entry(1, 'enrolled', enrollment, { framework: 'recovery-support-specialist@1', enrolledOn: '2026-01-05' }),
    entry(2, 'assessment-accepted', 'evd-1/asm-1', { requirement: 'crss', outcome: 'met' }),
    entry(3, 'progress-evaluated', enrollment, { crss: 'met 2026-04-02T15:00:00.000Z' }),
    entry(4, 'credential-issued', '01JX8Z6TQ4H0W3N5V7K9R2M1PD', { documentHash: hex('a') }),
    entry(5, 'delivery-parked', 'dlv-01JX8Z6TQ4H0W3N5V7K9R2M1PD', { reason: 'bounced: Permanent/General' }),
  ];
}

function credential({ program, say }: World, state: Credential['state']): Credential {
  return {
    credentialId: '01JX8Z6TQ4H0W3N5V7K9R2M1PD',
    program: program.id,
    enrollment: 'enr-100',
    achievement: 'completion',
    code: '7Q4NZ0K8W2RJ5TX1M9VC3HYBPD',
    requestedAt: '2026-05-15T14:30:00.000Z',
    issuedAt: '2026-05-15T14:30:02.000Z',
    facts: {
      name: say(specimenNames[0]),
      completedOn: '2026-05-14',
      framework: frameworkRef(framework),
      hashes: { program: hex('1'), template: hex('2'), policy: hex('3') },
    },
    transcript: { skillSets: [], courses: [], certificates: [] },
    basisHash: hex('4'),
    document: { key: 'k', hash: hex('5'), unsignedHash: hex('6'), bytes: 43_940, engine: 'journeypaper-pdf/3' },
    signature: { keyId: 'k', value: 'MEUCIQ' },
    state,
    delivery: 'dlv-01JX8Z6TQ4H0W3N5V7K9R2M1PD',
  };
}

function complete(world: World): Status {
  const about = { kind: 'credential' as const, credentialId: '01JX8Z6TQ4H0W3N5V7K9R2M1PD' };
  const email = newDelivery({ program: world.program.id, enrollment: 'enr-100', deliveryId: 'dlv-1', about }, now);
  const enrollment = world.person(0, 1, {
    status: 'complete',
    pointers: {
      completion: { active: { credentialId: about.credentialId, suspended: false, completedOn: '2026-05-14' } },
    },
  });
  return statusOf(world, 1, {
    enrollment,
    standing: enrollment,
    explanation: explain(
      enrollment,
      { ...world.program, policy: { ...world.program.policy, minimumHours: null } },
      framework,
      now,
    ),
    credentials: [credential(world, 'issued'), { ...credential(world, 'superseded'), credentialId: 'older' }],
    deliveries: [
      { ...email, state: 'parked', reason: 'bounced: Permanent/General', settledAt: now },
      { ...email, deliveryId: 'dlv-3', state: 'bounced', reason: 'bounced: Transient/MailboxFull', sentAt: now },
      { ...email, deliveryId: 'dlv-2', state: 'complained', settledAt: now },
      { ...email, deliveryId: 'dlv-0', state: 'delivered', settledAt: now },
      { ...email, deliveryId: 'dlv-older', about: { ...about, credentialId: 'older' }, state: 'sent', sentAt: now },
    ],
    lapses: [{ requirement: 'cpr', on: '2026-10-01' }],
    aside: [],
  });
}

function programPages(frame: MakeFrame, say: Say, world: World): Specimen[] {
  const roles = ['administrator'] as const;
  const { program } = world;
  const people = peopleOf(world);
  // One of the longest name who is enrolled once more, and two people of one name.
  const twins = [0, 6].map((i) => ({
    enrollment: world.person(i, 0.4, {
      enrollment: `01JX8Z6TQ4H0W3N5V7K9R2M1P${i}`,
      lastChangeAt: '2026-08-01T12:00:00.000Z',
    }),
    emails: [],
  }));
  const full = fullGroups(groupsOf(world, people), rowsOf(world, people));
  const person = { enrollment: 'enr-100', name: say(specimenNames[0]), seen: '7.2' };
  const cohort = (name: string, of: readonly SpecimenPerson[], more: object = {}): Specimen => ({
    name,
    path: '/cohort',
    html: cohortPage(frame('/cohort', roles), {
      ...{ program, status: 'open', rows: rowsOf(world, of), isFirst: true, groups: groupsOf(world, of), ...more },
    }),
  });
  const list = (name: string, group: NeedGroup, more: Partial<NeedsList> = {}): Specimen => {
    const f = frame(`/cohort?needs=${group.need}`, roles);
    return { name, path: '/cohort', html: needsPage(f, { program, group, cursor: undefined, isFirst: true, ...more }) };
  };
  const none: NeedGroup = { need: 'failed', rows: [], hasMore: false };
  const wrong = {
    values: { name: say(specimenNames[6].repeat(2)), email: say('ana@'), id: say('a b') },
    errors: [
      { field: 'name', message: say(frame('/').words.t('refusals.name_invalid')) },
      { field: 'email', message: say(frame('/').words.t('refusals.email_invalid')) },
      { field: 'id', message: say(frame('/').words.t('fields.id')) },
    ],
  };
  const twice = {
    values: { name: say('Ana'), email: say('ana@apprentices.example'), id: say('ana') },
    errors: [{ field: 'id', message: say(frame('/').words.t('refusals.apprentice_enrolled')) }],
    isElsewhere: true,
  };
  const act = (name: string, html: Html): Specimen => ({ name, path: '/people/enr-100', html });
  const f = frame('/people/enr-100', roles);
  const model = { showsSensitive: false, mayChange: true, mayResend: true };
  return [
    cohort('cohort', people, { cursor: 'next' }),
    cohort('cohort-calm', people.slice(2, 3)),
    cohort('cohort-many', people, { groups: full, cursor: 'next' }),
    cohort('cohort-namesakes', [...people, ...twins]),
    cohort('cohort-empty', []),
    ...full.map((group) => list(`needs-${group.need}`, group, { cursor: 'next', isFirst: false })),
    ...needs.map((need) => list(`needs-${need}-empty`, { ...none, need })),
    list('needs-none-here', none, { cursor: 'next' }),
    list('needs-no-more', none, { isFirst: false }),
    cohort('cohort-withdrawn', [], { status: 'withdrawn' }),
    act(
      'person',
      personPage(frame('/people/enr-100', roles, { notice: { kind: 'done', key: 'done.corrected' } }), {
        status: statusOf(world, 0.6),
        ...model,
      }),
    ),
    act('person-complete', personPage(f, { status: complete(world), ...model })),
    act(
      'person-sensitive',
      personPage(f, { status: statusOf(world, 0.2), showsSensitive: true, mayChange: false, mayResend: false }),
    ),
    { name: 'enroll', path: '/enroll', html: enrollPage(frame('/enroll', roles), emptyForm, '2026-11-20') },
    { name: 'enroll-wrong', path: '/enroll', html: enrollPage(frame('/enroll', roles), wrong, '2026-11-20') },
    { name: 'enroll-again', path: '/enroll', html: enrollPage(frame('/enroll', roles), twice, '2026-11-20') },
    act(
      'correction',
      correctionPage(
        f,
        { values: { name: person.name, email: say('someone@apprentices.example') }, errors: [] },
        person,
      ),
    ),
    act(
      'correction-stale',
      correctionPage(
        f,
        {
          values: { name: say('Someone Else'), email: say('someone@apprentices.example') },
          errors: [
            { message: f.words.t('refusals.enrollment_stale') },
            { field: 'name', message: f.words.t('forms.now', { value: person.name }) },
          ],
        },
        person,
      ),
    ),
    act('revoke', revocationPage(f, emptyForm, { ...person, credential: 'x' })),
    act('reissue', reissuePage(f, emptyForm, { ...person, credential: 'x' })),
    act('resend', resendPage(f, emptyForm, { ...person, delivery: 'x', isParked: true })),
    act(
      'resend-operator',
      resendPage(frame('/people/enr-100', ['operator']), emptyForm, { ...person, delivery: 'x', isParked: true }),
    ),
    act('leaving', leavingPage(f, emptyForm, person)),
    act('resumption', resumptionPage(f, emptyForm, person)),
  ];
}

function assessorPages(frame: MakeFrame, { program, person, say }: World): Specimen[] {
  const roles = ['assessor'] as const;
  const enrollment = person(0, 0.5);
  const wanted = [...requirementsOf(framework).keys()];
  const picked = [
    ...wanted.slice(0, 1),
    ...framework.certificates.slice(0, 1).map(({ id }) => id),
    ...wanted.slice(14, 19),
  ];
  const items = picked.map((requirement, i) => {
    const isCertificate = framework.certificates.some(({ id }) => id === requirement);
    const submission: Submission = {
      schema: 'journeypaper/evidence/1',
      program: program.id,
      enrollment: enrollment.enrollment,
      requirement,
      evidence: `evd-${i}`,
      submittedBy: enrollment.apprentice.id,
      submittedAt: `2026-11-1${i}T15:00:00.000Z`,
      occurredOn: '2026-11-09',
      attestation: say(
        'Led the Tuesday group three weeks running, with the checklist filled in each time.\nMy supervisor sat in twice.',
      ),
      ...(i % 2 === 0 && { pointer: say('Binder 4, sheet 12'), hours: 6 }),
      ...(isCertificate && {
        certificate: { issuer: say('American Red Cross'), number: say('CPR-5512'), issuedOn: '2026-11-01' },
      }),
    };
    return {
      sk: evidenceSortKey({ requirement, evidence: submission.evidence, part: 'evidence' }),
      attributes: submission,
    };
  });
  const groups = awaitingPieces(items, framework, rulesOf(enrollment, program));
  const desk = {
    enrollment: enrollment.enrollment,
    name: enrollment.apprentice.name,
    timeZone: program.timeZone,
    groups,
    form: emptyForm,
  };
  const path = '/assess/enr-100';
  const rows = [0, 1, 2, 3, 6].map((i) => ({
    enrollment: `enr-${100 + i}`,
    name: say(specimenNames[i] ?? ''),
    since: `2026-11-0${1 + i}T15:00:00.000Z`,
    waiting: 12 - i * 2,
  }));
  return [
    {
      name: 'assess',
      path: '/assess',
      html: queuePage(frame('/assess', roles), { program, rows, isFirst: true, cursor: 'next' }),
    },
    {
      name: 'assess-namesakes',
      path: '/assess',
      html: queuePage(frame('/assess', roles), {
        ...{ program, isFirst: true },
        rows: [...rows, ...rows.map((row, i) => ({ ...row, enrollment: `01JX8Z6TQ4H0W3N5V7K9R2M1P${i}` }))],
      }),
    },
    {
      name: 'assess-empty',
      path: '/assess',
      html: queuePage(frame('/assess', roles), { program, rows: [], isFirst: true }),
    },
    { name: 'assess-desk', path, html: deskPage(frame(path, roles), desk) },
    {
      name: 'assess-desk-nothing-chosen',
      path,
      html: deskPage(frame(path, roles), {
        ...desk,
        form: { values: {}, errors: [{ message: say(frame('/').words.t('assess.nothing_chosen')) }] },
      }),
    },
    {
      name: 'assess-desk-decided',
      path,
      html: deskPage(frame(path, roles), {
        ...{ ...desk, groups: [] },
        form: {
          values: {},
          errors: [
            {
              message: frame('/').words.t('assess.decided_meanwhile', {
                who: say(`${specimenNames[1]}, Ruth Feldman`),
              }),
            },
          ],
        },
      }),
    },
    { name: 'assess-desk-empty', path, html: deskPage(frame(path, roles), { ...desk, groups: [] }) },
  ];
}

function apprenticePages(frame: MakeFrame, world: World): Specimen[] {
  const f = frame('/me', ['apprentice']);
  const verifyBase = 'https://verify.journeypaper.example/v/';
  const status = statusOf(world, 0.6);
  const first = status.explanation.missing.flatMap((item) =>
    'why' in item && item.why === 'not-met' ? [item.requirement] : [],
  )[0];
  const notes = new Map([[first ?? '', world.say('Good, but the log of week three is missing.')]]);
  const form = { enrollment: 'enr-100', framework, progress: status.standing.progress, today: '2026-11-20' };
  const wrong = {
    values: { requirement: 'cpr', attestation: world.say('Did the course'), issuer: world.say('American Red Cross') },
    errors: [
      { field: 'occurredOn', message: world.say(f.words.t('forms.required')) },
      { field: 'hours', message: world.say(f.words.t('fields.hours')) },
      { field: 'number', message: world.say(f.words.t('fields.certificate_part')) },
    ],
  };
  return [
    { name: 'me', path: '/me', html: mePage(f, { record: status, notes, others: ['enr-7'], verifyBase }) },
    {
      name: 'me-complete',
      path: '/me',
      html: mePage(f, { record: complete(world), notes: new Map(), others: [], verifyBase }),
    },
    { name: 'me-not-enrolled', path: '/me', html: notEnrolledPage(f, 'apprentice-9') },
    { name: 'evidence', path: '/me/evidence', html: evidencePage(f, emptyForm, form) },
    { name: 'evidence-wrong', path: '/me/evidence', html: evidencePage(f, wrong, form) },
  ];
}

function auditorPages(frame: MakeFrame, world: World): Specimen[] {
  const roles = ['auditor'] as const;
  const { program, say } = world;
  const base = {
    credentialId: '01JX8Z6TQ4H0W3N5V7K9R2M1PD',
    enrollment: 'enr-100',
    issuedAt: '2026-05-15T14:30:02.000Z',
  };
  const results = (['issued', 'suspended', 'superseded', 'revoked'] as const).map((state, i) => ({
    ...base,
    state,
    kind: i === 2 ? ('skill-set' as const) : ('completion' as const),
  }));
  const none = { form: emptyForm, own: [] };
  const search = (name: string, more: object): Specimen => ({
    name,
    path: '/records',
    html: recordsPage(frame('/records', roles), {
      program,
      form: emptyForm,
      results: undefined,
      bundles: none,
      recordsAt: '/records',
      ...more,
    }),
  });
  const status = statusOf(world, 0.3);
  const record = (name: string, more: Partial<Status>, form = emptyForm): Specimen => ({
    name,
    path: '/records/enr-100',
    html: recordPage(frame('/records/enr-100', roles), { status: { ...status, ...more }, mask: (text) => text, form }),
  });
  return [
    search('records', {}),
    search('records-found', {
      results,
      next: 'cursor=x',
      form: { values: { from: '2026-05-01', to: '2026-05-31' }, errors: [] },
    }),
    search('records-none', { results: [], form: { values: { id: say('enr-999') }, errors: [] } }),
    search('records-wrong', {
      form: {
        values: { to: say('soon') },
        errors: [{ field: 'to', message: say(frame('/').words.t('refusals.at_invalid')) }],
      },
    }),
    search('records-bundles', { bundles: { form: emptyForm, own: bundlesOf(say) } }),
    search('records-bundle-wrong', {
      bundles: {
        form: {
          values: { bundle: 'sample', size: '12', enrollment: say('enr-100') },
          errors: [
            { field: 'seed', message: say(frame('/').words.t('forms.required')) },
            { field: 'enrollment', message: say(frame('/').words.t('bundles.unneeded')) },
          ],
        },
        own: [],
      },
    }),
    record('record', {}),
    record('record-issued', {
      credentials: [credential(world, 'issued'), { ...credential(world, 'superseded'), credentialId: 'older' }],
    }),
    record('record-past', { at: '2026-06-30T23:59:59.999Z' }),
    record('record-broken', { chainFault: { seq: 3, fault: 'hash' } }),
  ];
}

/** One of each scope, in each standing. */
function bundlesOf(say: Say): BundleLine[] {
  const days = { from: '2026-07-01', to: '2026-09-30' };
  const scopes: [BundleLine['standing'], BundleLine['scope']][] = [
    ['queued', { kind: 'sample', size: 25, seed: say('agency 2026-11-20') }],
    ['running', { kind: 'program' }],
    ['done', { kind: 'completed', ...days }],
    ['failed', { kind: 'issued', ...days }],
    ['gone', { kind: 'enrollment', enrollment: 'enr-100' }],
  ];
  return scopes.map(([standing, scope], i) => ({
    exportId: `exp-${i}`,
    requestedAt: `2026-11-${String(19 - 3 * i).padStart(2, '0')}T15:00:00.000Z`,
    standing,
    scope,
    fingerprint: standing === 'done' ? '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08' : undefined,
  }));
}

function troublePages(frame: MakeFrame): Specimen[] {
  const problems = [
    [403, 'caller.forbidden', 'assessor'],
    [404, 'route.unknown'],
    [403, 'request.cross-site'],
    [422, 'credential.not-in-force', 'administrator'],
    [413, 'request.too-large'],
    [412, 'enrollment.moved', 'administrator'],
    [503, 'server.unavailable'],
    [500, 'server.failed'],
  ] as const;
  return problems.map(([status, code, reader]) => ({
    name: `trouble-${code.replace('.', '-')}`,
    path: '/',
    html: troublePage(
      frame('/', reader && [reader]),
      { status, code },
      code === 'caller.forbidden' ? ['administrator', 'operator'] : [],
    ),
  }));
}
