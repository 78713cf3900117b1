import * as z from 'zod';
import { fetchExport } from '../../acts/fetch-export.ts';
import { refused } from '../../acts/refusal.ts';
import { requestExport } from '../../acts/request-export.ts';
import { exportIdSchema } from '../../domain/export-job.ts';
import { defineRoute } from '../route.ts';
import {
  bundleAskers,
  bundleErrors,
  bundleFields,
  bundleRequest,
  fieldNamed,
  readOwnBundles,
  recordsOf,
} from './bundles-model.ts';
import { emptyForm, type FormState } from './form-field.ts';
import { frameOf, goTo, page } from './page-answer.ts';
import { recordsPage } from './records-page.ts';
import { refusedForm, sentForm } from './sent-form.ts';

/** Where the email about a bundle leads: who is signed in and may have it goes on to it, for a few minutes. */
const fetchBundle = defineRoute(
  {
    method: 'get',
    path: '/exports/{export}',
    summary: 'An audit bundle that was asked for',
    access: bundleAskers,
    pulls: true,
    request: { params: /* @__PURE__ */ z.lazy(() => z.object({ export: exportIdSchema })) },
    responses: { 303: { description: 'To the bundle' } },
    page: true,
  },
  async ({ ports, who, params }) => {
    const caller = { program: who.program, actor: who.as };
    const fetched = await fetchExport({ ...ports, links: ports.exportLinks }, caller, params.export);
    if (fetched.outcome === 'refused') return fetched;
    return { status: 303, plain: null, headers: { Location: fetched.link } };
  },
);

const askForBundle = defineRoute(
  {
    method: 'post',
    unconditional: 'makes a bundle of its own',
    path: '/records',
    summary: 'Asks for an audit bundle',
    access: bundleAskers,
    pulls: true,
    request: { body: sentForm() },
    responses: { 303: { description: 'Back to the records' }, 422: { description: 'The form, with what is wrong' } },
    page: true,
  },
  async (call) => {
    const { ports, who, body, origin } = call;
    const [stored, own] = await Promise.all([ports.store.readProgram(who.program), readOwnBundles(call, who)]);
    if (!stored) return refused('program.unknown', 'program: not in the table');
    const { program } = stored;
    const frame = frameOf(call);
    const { words } = frame;
    const again = (form: FormState) =>
      page(
        call,
        frame,
        recordsPage(frame, {
          program,
          form: emptyForm,
          results: undefined,
          bundles: { form, own },
          recordsAt: recordsOf(who),
        }),
        422,
      );
    const errors = bundleErrors(words, body);
    if (errors.length > 0) return again({ values: body, errors });
    const caller = { program: who.program, actor: who.as };
    const linkOf = (id: string) => `${origin}/exports/${id}`;
    const asked = await requestExport(ports, caller, bundleRequest(body, words.language), linkOf);
    if (asked.outcome === 'refused') return again(refusedForm(words, body, fieldNamed(asked), bundleFields));
    return goTo(call, '/records', { kind: 'done', key: 'done.bundle_asked' });
  },
);

export const exportRoutes = [fetchBundle, askForBundle];
