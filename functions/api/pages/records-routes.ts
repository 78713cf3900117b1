import * as z from 'zod';
import { refused } from '../../acts/refusal.ts';
import { readStatus, type Status } from '../../acts/status.ts';
import { readPublicCode } from '../../domain/credential.ts';
import { enrollmentIdSchema, isEnrollmentId } from '../../domain/ids.ts';
import { maskFor } from '../../domain/masking.ts';
import { addDays, civilDateSchema, endOfDay } from '../../domain/time.ts';
import type { CredentialSummary, RecordStore } from '../../ports/record-store.ts';
import { defineRoute } from '../route.ts';
import { bundleAskers, readOwnBundles, recordsOf } from './bundles-model.ts';
import { emptyForm, type FormState } from './form-field.ts';
import { refusalText } from './frame.ts';
import { frameOf, goTo, page } from './page-answer.ts';
import { type FoundCredential, recordPage, recordsPage } from './records-page.ts';

const search = defineRoute(
  {
    method: 'get',
    path: '/records',
    summary: 'Where an auditor or administrator looks records up',
    access: bundleAskers,
    request: {
      query: z.object({
        id: z.string().max(64).optional(),
        from: z.string().max(10).optional(),
        to: z.string().max(10).optional(),
        cursor: z.string().max(2000).optional(),
      }),
    },
    responses: { 200: { description: 'The page' } },
    reads: { action: 'records-listed', what: 'credentials' },
    page: true,
  },
  async (call) => {
    const { ports, who, query } = call;
    const [stored, own] = await Promise.all([ports.store.readProgram(who.program), readOwnBundles(call, who)]);
    if (!stored) return refused('program.unknown', 'program: not in the table');
    const { program } = stored;
    const frame = frameOf(call);
    const [id, from, to] = [query.id?.trim() ?? '', query.from ?? '', query.to ?? ''];
    const values = { id, from, to };
    const recordsAt = recordsOf(who);
    const show = (results: readonly FoundCredential[] | undefined, errors: FormState['errors'] = [], next?: string) =>
      page(
        call,
        frame,
        recordsPage(frame, {
          program,
          form: { values, errors },
          results,
          next,
          bundles: { form: emptyForm, own },
          recordsAt,
        }),
        errors.length > 0 ? 422 : 200,
      );
    if (id !== '') {
      const found = await findEnrollment(ports.store, who.program, id);
      return found === undefined ? show([]) : goTo(call, `${recordsAt}/${found}`);
    }
    if (from === '' && to === '') return show(undefined);
    const wrong = [
      ...wrongDay('from', from, frame.words.t('refusals.at_invalid')),
      ...wrongDay('to', to, frame.words.t('refusals.at_invalid')),
    ];
    if (wrong.length > 0) return show(undefined, wrong);
    if (from !== '' && to !== '' && to < from)
      return show(undefined, [{ field: 'to', message: frame.words.t('records.span') }]);
    const span = {
      ...(from !== '' && { from: endOfDay(addDays(from, -1), program.timeZone) }),
      ...(to !== '' && { to: endOfDay(to, program.timeZone) }),
    };
    const found = await ports.store.listIssued(who.program, span, query.cursor);
    const next = found.cursor && new URLSearchParams({ from, to, cursor: found.cursor }).toString();
    return show(found.items.map(toFound), [], next);
  },
);

/** By an enrollment's id, a credential's, or the code on its paper, which an id may look like. */
async function findEnrollment(
  store: Pick<RecordStore, 'readEnrollment' | 'findIssued' | 'findCredential'>,
  program: string,
  typed: string,
): Promise<string | undefined> {
  const code = readPublicCode(typed);
  const id = isEnrollmentId(typed) ? typed : undefined;
  const [enrollment, owner, credential] = await Promise.all([
    id === undefined ? undefined : store.readEnrollment({ program, enrollment: id }),
    id === undefined ? undefined : store.findIssued(program, id),
    code === undefined ? undefined : store.findCredential(code),
  ]);
  // A code is nobody's in particular: one of another program is not told from one that is not there.
  const own = credential?.program === program ? credential : undefined;
  return enrollment?.enrollment ?? owner?.enrollment ?? own?.enrollment;
}

function wrongDay(field: string, day: string, message: string): FormState['errors'] {
  return day === '' || civilDateSchema.safeParse(day).success ? [] : [{ field, message }];
}

function toFound({ credentialId, enrollment, state, issuedAt, achievement }: CredentialSummary): FoundCredential {
  return { credentialId, enrollment, state, issuedAt, kind: achievement === 'completion' ? 'completion' : 'skill-set' };
}

const record = defineRoute(
  {
    method: 'get',
    path: '/records/{enrollment}',
    summary: 'One record and its ledger, as an auditor reads it',
    access: { auditor: 'any' },
    request: {
      params: z.object({ enrollment: enrollmentIdSchema }),
      query: z.object({ at: z.string().max(30).optional() }),
    },
    responses: { 200: { description: 'The page' } },
    reads: { action: 'record-read', what: 'record' },
    page: true,
  },
  async (call) => {
    const { ports, who, params } = call;
    const ref = { program: who.program, enrollment: params.enrollment };
    const at = call.query.at?.trim() || undefined;
    const asked = await readStatus(ports, ref, at);
    const frame = frameOf(call);
    const status = asked.outcome === 'refused' && at !== undefined ? await readStatus(ports, ref) : asked;
    if (status.outcome === 'refused') return refused(status.code, 'enrollment: there is none');
    const form =
      asked.outcome === 'refused'
        ? { values: { at: at ?? '' }, errors: [{ field: 'at', message: refusalText(frame.words, asked.code) }] }
        : { ...emptyForm, values: at === undefined ? {} : { at } };
    const html = recordPage(frame, { status, mask: maskOf(status), form });
    return page(call, frame, html, asked.outcome === 'refused' ? 422 : 200);
  },
);

function maskOf({ frameworks }: Status): (text: string) => string {
  const mask = maskFor(frameworks, false);
  return (text) => mask.ids(text);
}

export const recordsRoutes = [search, record];
