import * as z from 'zod';
import { changeApprentice } from '../../acts/change-apprentice.ts';
import { enroll, enrollInputSchema } from '../../acts/enroll.ts';
import { listNeeding } from '../../acts/list-needs.ts';
import { readFrameworks } from '../../acts/read-frameworks.ts';
import { type Refused, refused } from '../../acts/refusal.ts';
import { type Enrollment, enrollmentStatusSchema } from '../../domain/enrollment.ts';
import { type Framework, requirementsOf } from '../../domain/framework.ts';
import { type EnrollmentRef, requirementIdSchema } from '../../domain/ids.ts';
import { lapseShownDays, type Needed, neededOf, needs, stuckAfterDays } from '../../domain/needs.ts';
import { emailAddressSchema } from '../../domain/person.ts';
import type { Instant } from '../../domain/time.ts';
import type { Page, RecordStore } from '../../ports/record-store.ts';
import { etagOf } from '../etag.ts';
import { type Acting, type Answer, defineRoute } from '../route.ts';
import {
  cursorSchema,
  enrollmentLine,
  enrollmentLineSchema,
  enrollmentParams,
  enrollmentView,
  enrollmentViewSchema,
} from './enrollment-shapes.ts';

const listQuery = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      status: enrollmentStatusSchema
        .optional()
        .describe(
          'Without it only the open ones are listed: who is complete or withdrawn is asked for by name; of an apprentice, all',
        ),
      needs: z
        .enum(needs)
        .optional()
        .describe(
          `Only who needs somebody, of every status: something failed (an email, a certificate), a required certificate ends within ${lapseShownDays} days, or nothing has changed for ${stuckAfterDays} days. Of the whole program, for its administrators, auditors and operators; not together with \`status\``,
        ),
      missing: requirementIdSchema
        .optional()
        .describe('Only who has not met this requirement, of any version of the standards that the program followed'),
      cursor: cursorSchema.optional(),
    })
    .refine(({ status, needs }) => status === undefined || needs === undefined, {
      ...{ path: ['status'], message: 'give it or needs, not both: who needs somebody is asked of every status' },
    }),
);
type ListQuery = z.output<typeof listQuery>;

const list = defineRoute(
  {
    method: 'get',
    path: '/enrollments',
    summary:
      'Enrollments of the program by status (without one, the open), the longest unchanged first, or who needs somebody; a hundred at the most',
    description:
      'With `missing` or `needs`, a page may hold fewer than there are: while there is a `cursor`, there may be more. Who needs somebody comes by how long it has waited, or by the day on which the certificate ends; a record of which several things failed may be on several pages. Each line then says in `needs` why it is listed, and since when or by which day. An apprentice sees their own.',
    access: { administrator: 'any', assessor: 'any', auditor: 'any', operator: 'any', apprentice: 'own' },
    request: { query: listQuery },
    responses: {
      200: {
        description: 'A page',
        schema: /* @__PURE__ */ z.lazy(() =>
          z.strictObject({ items: z.array(enrollmentLineSchema()).max(100), cursor: z.string().optional() }),
        ),
      },
    },
    reads: { action: 'records-listed', what: 'enrollments' },
  },
  async ({ ports: { store, clock }, who, query }) => {
    const read = query.needs === undefined ? await readPage(store, who, query) : undefined;
    const page = read ?? (await readNeeding(store, who, query, clock.now()));
    if ('outcome' in page) return page;
    const { items, cursor } = page;
    const frameworkOf = await readFrameworks(
      store,
      items.map(({ enrollment }) => enrollment),
    );
    const { missing } = query;
    if (missing !== undefined && !items.some(({ enrollment }) => asks(frameworkOf(enrollment), missing))) {
      // Nobody of this page: it may be a requirement of others.
      if (!(await hasEverAsked(store, who.program, missing)))
        return refused('requirement.unknown', `missing: no version of this program's standards has it`, {
          next: 'list-requirements',
        });
    }
    const shown =
      missing === undefined
        ? items
        : items.filter(({ enrollment }) => lacks(enrollment, frameworkOf(enrollment), missing));
    const lines = shown.map(({ enrollment, needed }) => enrollmentLine(enrollment, frameworkOf(enrollment), needed));
    return { status: 200, json: { items: lines, ...(cursor !== undefined && { cursor }) } };
  },
);

/** `needed`: where that was asked for. */
type Listed = { enrollment: Enrollment; needed?: Needed };
const listed = (enrollment: Enrollment): Listed => ({ enrollment });

/** A page in two requests, however long: the index, and the enrollments of it together. */
async function readPage(store: RecordStore, who: Acting, { status, cursor }: ListQuery): Promise<Page<Listed>> {
  if (who.scope === 'own') {
    const own = await store.readEnrollments(await store.listOwnEnrollments(who.program, who.actor));
    // The index lags behind: what it shows may be somebody else's by now.
    const theirs = own.filter(({ apprentice }) => apprentice.id === who.actor);
    return { items: theirs.filter((each) => status === undefined || each.status === status).map(listed) };
  }
  const page = await store.listEnrollments(who.program, status ?? 'open', cursor);
  const items = await store.readEnrollments(page.items);
  return { items: items.map(listed), ...(page.cursor !== undefined && { cursor: page.cursor }) };
}

const mayAskForNeeds: readonly string[] = ['administrator', 'auditor', 'operator'];

/** Who needs somebody: the index, the enrollments of it together, and their emails where one failed. */
async function readNeeding(
  store: RecordStore,
  { program, as }: Acting,
  { needs: need = 'failed', cursor }: ListQuery,
  now: Instant,
): Promise<Page<Listed> | Refused> {
  if (!mayAskForNeeds.includes(as.role))
    return refused('caller.forbidden', 'needs: who needs somebody is for administrators, auditors and operators');
  const stored = await store.readProgram(program);
  if (!stored) return refused('program.unknown', 'program: not in the table');
  const page = await listNeeding(store, stored.program, need, now, cursor);
  const [enrollments, emails] = await Promise.all([
    store.readEnrollments(page.items.map(({ ref }) => ref)),
    store.readDeliveries(page.items.flatMap((each) => each.emails)),
  ]);
  const items = enrollments.flatMap((enrollment): Listed[] => {
    const needed = neededOf(need, enrollment, emails, stored.program, now);
    return needed ? [{ enrollment, needed }] : [];
  });
  return { items, ...(page.cursor !== undefined && { cursor: page.cursor }) };
}

function lacks({ progress }: Enrollment, framework: Framework | undefined, requirement: string): boolean {
  return asks(framework, requirement) && progress[requirement]?.status !== 'met';
}

const asks = (framework: Framework | undefined, requirement: string) =>
  framework !== undefined && requirementsOf(framework).has(requirement);

/** Whether any version of the standards that the program ever followed has a requirement. */
async function hasEverAsked(store: RecordStore, program: string, requirement: string): Promise<boolean> {
  const versions = await store.listProgramVersions(program);
  const refs = new Map(versions.map(({ framework: { id, version } }) => [`${id} ${version}`, { id, version }]));
  for (const ref of refs.values()) if (asks(await store.findFramework(ref), requirement)) return true;
  return false;
}

const create = defineRoute(
  {
    method: 'post',
    path: '/enrollments',
    summary: 'Enrolls an apprentice, pinned to the framework version that the program uses now',
    access: { administrator: 'any' },
    request: { body: /* @__PURE__ */ z.lazy(() => enrollInputSchema.omit({ program: true })) },
    responses: { 201: { description: 'Enrolled', schema: enrollmentViewSchema, etag: true } },
    unconditional: 'makes an enrollment',
  },
  async ({ ports, who, body, isRerun }) => {
    const enrollment = body.enrollment ?? ports.ids.id();
    const { apprentice } = body;
    const input = { ...body, program: who.program, enrollment };
    const answer = await enroll(ports, who.as, input);
    if (answer.outcome === 'enrolled') return created(ports.store, answer.enrollment, who);
    const before = isRerun && answer.code === 'enrollment.exists' && (await ports.store.readEnrollment(input));
    return before && isSame(before.apprentice, apprentice) ? created(ports.store, before, who) : answer;
  },
);

async function created(store: RecordStore, enrollment: Enrollment, who: Acting) {
  const framework = await store.readFramework(enrollment.framework);
  const headers = { ETag: etagOf(enrollment), Location: `/enrollments/${enrollment.enrollment}` };
  return { status: 201, json: enrollmentView(enrollment, framework, who), headers };
}

function isSame(a: Enrollment['apprentice'], b: Enrollment['apprentice']): boolean {
  return a.id === b.id && a.name === b.name && a.email === b.email;
}

const read = defineRoute(
  {
    method: 'get',
    path: '/enrollments/{enrollment}',
    summary: 'One enrollment; its ETag says which state this is',
    access: { administrator: 'any', assessor: 'any', auditor: 'any', operator: 'any', apprentice: 'own' },
    request: { params: enrollmentParams },
    responses: { 200: { description: 'The enrollment', schema: enrollmentViewSchema, etag: true } },
    reads: { action: 'record-read', what: 'enrollment' },
  },
  ({ ports, who, params }) => viewOf(ports.store, { program: who.program, ...params }, who),
);

const change = defineRoute(
  {
    method: 'patch',
    path: '/enrollments/{enrollment}',
    summary: "Corrects the apprentice's name or address; what was issued stays as it is until it is issued anew",
    access: { administrator: 'any' },
    request: {
      params: enrollmentParams,
      body: /* @__PURE__ */ z.lazy(() =>
        z
          .strictObject({ name: z.string().max(1_000).optional(), email: emailAddressSchema.optional() })
          .describe('A name, an address, or both'),
      ),
    },
    responses: {
      200: { description: 'The enrollment as it is now', schema: enrollmentViewSchema, etag: true },
    },
    ifMatch: 'enrollment',
  },
  async ({ ports, who, params, body, seen }) => {
    const ref = { program: who.program, ...params };
    const answer = await changeApprentice(ports, who.as, ref, { ...body, seen });
    if (answer.outcome === 'refused') return answer;
    return viewOf(ports.store, ref, who);
  },
);

async function viewOf(store: RecordStore, ref: EnrollmentRef, who: Acting): Promise<Answer> {
  const enrollment = await store.readEnrollment(ref);
  if (!enrollment) return refused('enrollment.unknown', `enrollment: there is no "${ref.enrollment}" in this program`);
  const framework = await store.readFramework(enrollment.framework);
  return { status: 200, json: enrollmentView(enrollment, framework, who), headers: { ETag: etagOf(enrollment) } };
}

export const enrollments = [list, create, read, change];
