import * as z from 'zod';
import { enroll } from '../../acts/enroll.ts';
import { refused } from '../../acts/refusal.ts';
import { deliveryIdOf } from '../../domain/delivery.ts';
import { enrollmentStatusSchema } from '../../domain/enrollment.ts';
import type { Framework } from '../../domain/framework.ts';
import { civilDateOf } from '../../domain/time.ts';
import { defineRoute } from '../route.ts';
import { enrollPage } from './act-page.ts';
import { type CohortRow, cohortRow } from './cohort-model.ts';
import { cohortPage } from './cohort-page.ts';
import { emptyForm, type FormState } from './form-field.ts';
import { frameOf, goTo, type PageRequest, page } from './page-answer.ts';
import { emptyFields, given, refusedForm, sentForm } from './sent-form.ts';

const cohort = defineRoute(
  {
    method: 'get',
    path: '/cohort',
    summary: 'The apprentices of the program at a glance',
    access: { administrator: 'any', operator: 'any' },
    request: {
      query: z.object({ status: enrollmentStatusSchema.default('open'), cursor: z.string().max(2000).optional() }),
    },
    responses: { 200: { description: 'The page' } },
    reads: { action: 'records-listed', what: 'cohort' },
    page: true,
  },
  async (call) => {
    const { ports, who, query } = call;
    const stored = await ports.store.readProgram(who.program);
    if (!stored) return refused('program.unknown', 'program: not in the table');
    const listed = await ports.store.listEnrollments(who.program, query.status, query.cursor);
    const rows = await readRows(call, stored.program, listed.items);
    const frame = frameOf(call);
    const { status, cursor } = query;
    const model = { program: stored.program, status, rows, cursor: listed.cursor, isFirst: cursor === undefined };
    return page(call, frame, cohortPage(frame, model));
  },
);

/** However many rows, a request each for their enrollments and emails, and one for each version of the standards. */
async function readRows(
  { ports }: Pick<PageRequest, 'ports'>,
  program: Parameters<typeof cohortRow>[1],
  refs: readonly { program: string; enrollment: string }[],
): Promise<CohortRow[]> {
  const { store, clock } = ports;
  const enrollments = await store.readEnrollments(refs.map(({ program, enrollment }) => ({ program, enrollment })));
  const emails = enrollments.flatMap(({ program, enrollment, pointers }) => {
    const credentialId = pointers.completion?.active?.credentialId;
    return credentialId === undefined ? [] : [{ program, enrollment, deliveryId: deliveryIdOf(credentialId) }];
  });
  const pinned = [...new Map(enrollments.map(({ framework }) => [framework.hash, framework])).values()];
  const [deliveries, ...read] = await Promise.all([
    store.readDeliveries(emails),
    ...pinned.map((ref) => store.readFramework(ref)),
  ]);
  const frameworks = new Map(
    read.flatMap((framework, i): [string, Framework][] => (framework ? [[pinned[i]?.hash ?? '', framework]] : [])),
  );
  const now = clock.now();
  return enrollments.flatMap((enrollment) => {
    const framework = frameworks.get(enrollment.framework.hash);
    const delivery = deliveries.find((each) => each.enrollment === enrollment.enrollment);
    return framework ? [cohortRow(enrollment, program, framework, delivery, now)] : [];
  });
}

const fields = ['name', 'email', 'id', 'enrolledOn'];

const enrollForm = defineRoute(
  {
    method: 'get',
    path: '/enroll',
    summary: 'The form that enrolls an apprentice',
    access: { administrator: 'any' },
    responses: { 200: { description: 'The page' } },
    page: true,
  },
  (call) => showEnroll({ ...call, program: call.who.program }, emptyForm),
);

async function showEnroll(call: PageRequest & { program: string }, form: FormState) {
  const stored = await call.ports.store.readProgram(call.program);
  if (!stored) return refused('program.unknown', 'program: not in the table');
  const frame = frameOf(call);
  const today = civilDateOf(call.ports.clock.now(), stored.program.timeZone);
  return page(call, frame, enrollPage(frame, form, today), form.errors.length > 0 ? 422 : 200);
}

const enrollSent = defineRoute(
  {
    method: 'post',
    unconditional: 'makes an enrollment',
    path: '/enroll',
    summary: 'Enrolls an apprentice',
    access: { administrator: 'any' },
    request: { body: sentForm() },
    responses: { 303: { description: 'To the new record' }, 422: { description: 'The form, with what is wrong' } },
    page: true,
  },
  async (call) => {
    const { ports, who, body } = call;
    const { words } = frameOf(call);
    const again = (form: FormState) => showEnroll({ ...call, program: who.program }, form);
    const empty = emptyFields(words, body, ['name', 'email', 'id']);
    if (empty.length > 0) return again({ values: body, errors: empty });
    const enrolledOn = given(body, 'enrolledOn');
    const answer = await enroll(ports, who.as, {
      program: who.program,
      apprentice: { id: given(body, 'id') ?? '', name: given(body, 'name') ?? '', email: given(body, 'email') ?? '' },
      ...(enrolledOn !== undefined && { enrolledOn }),
    });
    if (answer.outcome === 'refused') return again(refusedForm(words, body, answer, fields));
    return goTo(call, `/people/${answer.enrollment.enrollment}`, { kind: 'done', key: 'done.enrolled' });
  },
);

export const cohortRoutes = [cohort, enrollForm, enrollSent];
