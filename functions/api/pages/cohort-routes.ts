import * as z from 'zod';
import { enroll } from '../../acts/enroll.ts';
import { refused } from '../../acts/refusal.ts';
import { enrollmentStatusSchema } from '../../domain/enrollment.ts';
import { needs } from '../../domain/needs.ts';
import { civilDateOf } from '../../domain/time.ts';
import { defineRoute } from '../route.ts';
import { type EnrollForm, enrollPage } from './act-page.ts';
import { cohortPage } from './cohort-page.ts';
import { readCohort, readNeeding } from './cohort-reading.ts';
import { fieldErrors } from './field-rules.ts';
import { emptyForm } from './form-field.ts';
import { needsPage } from './needs-page.ts';
import { frameOf, goTo, type PageRequest, page } from './page-answer.ts';
import { given, refusedForm, sentForm } from './sent-form.ts';

const cohort = defineRoute(
  {
    method: 'get',
    path: '/cohort',
    summary: 'The apprentices of the program at a glance',
    access: { administrator: 'any', operator: 'any' },
    request: {
      query: z
        .object({
          status: enrollmentStatusSchema.optional(),
          needs: z.enum(needs).optional(),
          cursor: z.string().max(2000).optional(),
        })
        .refine(({ status, needs }) => status === undefined || needs === undefined, {
          ...{ path: ['status'], message: 'give it or needs, not both: who needs somebody is asked of every standing' },
        }),
    },
    responses: { 200: { description: 'The page' } },
    reads: { action: 'records-listed', what: 'cohort' },
    page: true,
  },
  async (call) => {
    const { ports, who, query } = call;
    const stored = await ports.store.readProgram(who.program);
    if (!stored) return refused('program.unknown', 'program: not in the table');
    const { program } = stored;
    const frame = frameOf(call);
    const asked = { store: ports.store, program, now: ports.clock.now() };
    const { status = 'open', needs, cursor } = query;
    const isFirst = cursor === undefined;
    if (needs !== undefined) {
      const read = await readNeeding(asked, needs, cursor);
      return page(call, frame, needsPage(frame, { program, ...read, isFirst }));
    }
    const read = await readCohort(asked, status, cursor);
    return page(call, frame, cohortPage(frame, { program, status, ...read, isFirst }));
  },
);

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

async function showEnroll(call: PageRequest & { program: string }, form: EnrollForm) {
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
    const again = (form: EnrollForm) => showEnroll({ ...call, program: who.program }, form);
    const errors = fieldErrors(words, body, fields, ['name', 'email', 'id']);
    if (errors.length > 0) return again({ values: body, errors });
    const enrolledOn = given(body, 'enrolledOn');
    const answer = await enroll(ports, who.as, {
      program: who.program,
      apprentice: { id: given(body, 'id') ?? '', name: given(body, 'name') ?? '', email: given(body, 'email') ?? '' },
      ...(enrolledOn !== undefined && { enrolledOn }),
      again: given(body, 'again') !== undefined,
    });
    if (answer.outcome === 'refused')
      return again({ ...refusedForm(words, body, answer, fields), isElsewhere: answer.code === 'apprentice.enrolled' });
    return goTo(call, `/people/${answer.enrollment.enrollment}`, { kind: 'done', key: 'done.enrolled' });
  },
);

export const cohortRoutes = [cohort, enrollForm, enrollSent];
