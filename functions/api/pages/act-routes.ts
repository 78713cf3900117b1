import * as z from 'zod';
import { changeApprentice } from '../../acts/change-apprentice.ts';
import { resumeEnrollment, withdrawFromProgram } from '../../acts/leave-program.ts';
import { replayParked } from '../../acts/parked.ts';
import type { Refused } from '../../acts/refusal.ts';
import { refused } from '../../acts/refusal.ts';
import { reissueCredential } from '../../acts/reissue-credential.ts';
import { resendDelivery } from '../../acts/resend-delivery.ts';
import { revokeCredential } from '../../acts/revoke-credential.ts';
import type { revocationCodes } from '../../domain/credential.ts';
import type { Delivery } from '../../domain/delivery.ts';
import type { Enrollment, leavingCodes } from '../../domain/enrollment.ts';
import { enrollmentIdSchema, evidenceIdSchema } from '../../domain/ids.ts';
import { deliveryStamp } from '../../domain/stamp.ts';
import { defineRoute, type PageAnswer, type Route } from '../route.ts';
import {
  correctionPage,
  leavingPage,
  type Person,
  reissuePage,
  resendPage,
  resumptionPage,
  revocationPage,
} from './act-page.ts';
import { fieldErrors } from './field-rules.ts';
import { emptyForm, type FieldError, type FormState } from './form-field.ts';
import type { Frame } from './frame.ts';
import type { TextKey, Words } from './language.ts';
import type { Html } from './markup.ts';
import { frameOf, goTo, type PageRequest, page } from './page-answer.ts';
import { given, refusedForm, type SentForm, sentForm } from './sent-form.ts';

/** The state of a record that a form was made from; of an email also its own, which moves without the record. */
type SeenInForm = { seen: Pick<Enrollment, 'version' | 'fence'>; stamp: string | undefined };
type ActRequest = PageRequest & {
  who: { program: string; as: { id: string; role: 'administrator' | 'operator' } };
  params: { enrollment: string; credential?: string; delivery?: string };
};
type Shown = { person: Person; enrollment: Enrollment; delivery: Delivery | undefined };

/** One act on a record: a page that says what will follow, with its form, and the act itself behind it. */
type RecordAct = {
  /** Beneath `/people/{enrollment}`. */
  path: string;
  params?: 'credential' | 'delivery';
  summary: string;
  alsoOperators?: true;
  fields: readonly string[];
  required: readonly string[];
  /** What the form holds when it is opened. */
  first?: (shown: Shown) => SentForm;
  show(frame: Frame, form: FormState, shown: Shown, params: ActRequest['params']): Html;
  act(request: ActRequest, form: SentForm, seen: SeenInForm, shown: Shown): Promise<Refused | { outcome: string }>;
  done: TextKey;
};

const acts: readonly RecordAct[] = [
  {
    path: 'correction',
    summary: "Corrects an apprentice's name or address",
    fields: ['name', 'email'],
    required: ['name', 'email'],
    first: ({ enrollment }) => ({ name: enrollment.apprentice.name, email: enrollment.apprentice.email }),
    show: (frame, form, { person }) => correctionPage(frame, form, person),
    act: ({ ports, who, params }, form, { seen }) => {
      const input = { name: given(form, 'name'), email: given(form, 'email'), seen };
      return changeApprentice(ports, who.as, refOf(who, params), input);
    },
    done: 'done.corrected',
  },
  {
    path: 'revocation',
    params: 'credential',
    summary: 'Revokes a certificate',
    fields: ['code', 'text'],
    required: ['code', 'text'],
    show: (frame, form, { person }, { credential = '' }) => revocationPage(frame, form, { ...person, credential }),
    act: ({ ports, who, params }, form, { seen }) => {
      // The act refuses a code that it does not know.
      const code = given(form, 'code') as (typeof revocationCodes)[number];
      const input = { credentialId: params.credential ?? '', code, text: given(form, 'text') ?? '', seen };
      return revokeCredential(ports, who.as, refOf(who, params), input);
    },
    done: 'done.revoked',
  },
  {
    path: 'reissue',
    params: 'credential',
    summary: 'Reissues a certificate',
    fields: ['name'],
    required: ['name'],
    first: ({ enrollment }) => ({ name: enrollment.apprentice.name }),
    show: (frame, form, { person }, { credential = '' }) => reissuePage(frame, form, { ...person, credential }),
    act: async ({ ports, who, params }, form, { seen }, { enrollment }) => {
      const credential = await ports.store.readCredential(refOf(who, params), params.credential ?? '');
      if (!credential) return refused('credential.unknown', 'credential: there is none');
      const name = given(form, 'name');
      const isCorrected = name !== undefined && name !== enrollment.apprentice.name;
      const input = { achievement: credential.achievement, ...(isCorrected && { name }), seen };
      return reissueCredential(ports, who.as, refOf(who, params), input);
    },
    done: 'done.reissued',
  },
  {
    path: 'resend',
    params: 'delivery',
    summary: 'Sends an email again',
    alsoOperators: true,
    fields: ['email'],
    required: [],
    show: (frame, form, { person, delivery }) =>
      resendPage(frame, form, {
        ...person,
        delivery: delivery?.deliveryId ?? '',
        isParked: delivery?.state === 'parked',
      }),
    act: async ({ ports, who, params }, form, { seen, stamp }, { delivery }) => {
      const ref = refOf(who, params);
      const email = given(form, 'email');
      if (email !== undefined && who.as.role !== 'administrator')
        return refused('caller.forbidden', 'email: another address is for an administrator to give');
      const id = params.delivery ?? '';
      // What is parked waits for a person: it is taken up again, and the address with it.
      if (delivery?.state === 'parked')
        return replayParked(ports, who.as, ref, { id, seen, stamp, ...(email !== undefined && { email }) });
      return resendDelivery(ports, who.as, ref, { delivery: id, email, seen, stamp });
    },
    done: 'done.resent',
  },
  {
    path: 'leaving',
    summary: 'Records that an apprentice left',
    fields: ['code', 'text'],
    required: ['code', 'text'],
    show: (frame, form, { person }) => leavingPage(frame, form, person),
    act: ({ ports, who, params }, form, { seen }) => {
      const code = given(form, 'code') as (typeof leavingCodes)[number];
      return withdrawFromProgram(ports, who.as, refOf(who, params), { code, text: given(form, 'text') ?? '' }, seen);
    },
    done: 'done.left',
  },
  {
    path: 'resumption',
    summary: 'Records that an apprentice came back',
    fields: [],
    required: [],
    show: (frame, form, { person }) => resumptionPage(frame, form, person),
    act: ({ ports, who, params }, _, { seen }) => resumeEnrollment(ports, who.as, refOf(who, params), seen),
    done: 'done.resumed',
  },
];

const refOf = ({ program }: ActRequest['who'], { enrollment }: ActRequest['params']) => ({ program, enrollment });

async function readShown({ ports, who, params }: ActRequest): Promise<Shown | Refused> {
  const ref = refOf(who, params);
  const [enrollment, credential, delivery] = await Promise.all([
    ports.store.readEnrollment(ref),
    params.credential === undefined ? undefined : ports.store.readCredential(ref, params.credential),
    params.delivery === undefined ? undefined : ports.store.readDelivery(ref, params.delivery),
  ]);
  if (!enrollment) return refused('enrollment.unknown', 'enrollment: there is none');
  if (params.credential !== undefined && !credential) return refused('credential.unknown', 'credential: there is none');
  if (params.delivery !== undefined && !delivery) return refused('delivery.unknown', 'delivery: there is none');
  const { apprentice, version, fence } = enrollment;
  const seen = [version, fence, ...(delivery ? [deliveryStamp(delivery)] : [])].join('.');
  const person = { enrollment: params.enrollment, name: apprentice.name, seen };
  return { person, enrollment, delivery };
}

/** The state that the form was made from. One that does not say it was not made by us. */
function readSeen({ params }: RecordAct, form: SentForm): SeenInForm | undefined {
  const [, version, fence, stamp] = /^(\d{1,12})\.(\d{1,12})(?:\.([0-9a-f]{32}))?$/.exec(form.seen ?? '') ?? [];
  if (version === undefined || (params === 'delivery' && stamp === undefined)) return undefined;
  return { seen: { version: Number(version), fence: Number(fence) }, stamp };
}

/** Beside each field what the record has there now, where somebody typed something else. */
function withNow({ t }: Words, { values, errors }: FormState, now: SentForm = {}): FieldError[] {
  const others = Object.entries(now).filter(([field, value]) => value !== values[field]);
  return [...errors, ...others.map(([field, value]) => ({ field, message: t('forms.now', { value: value ?? '' }) }))];
}

const stale = refused('enrollment.stale', 'seen: the form does not say which state it was made from; open it again');
const staleCodes = new Set(['enrollment.stale', 'delivery.stale']);

function routesOf(act: RecordAct): Route[] {
  const access = act.alsoOperators
    ? ({ administrator: 'any', operator: 'any' } as const)
    : ({ administrator: 'any' } as const);
  const path = `/people/{enrollment}/${act.path}${act.params ? `/{${act.params}}` : ''}`;
  const own = act.params ? { [act.params]: evidenceIdSchema } : {};
  const params = z.object({ enrollment: enrollmentIdSchema, ...own }) as unknown as z.ZodType<ActRequest['params']>;
  const show = (call: ActRequest, shown: Shown, form: FormState, status = 200): PageAnswer => {
    const frame = frameOf(call);
    return page(call, frame, act.show(frame, form, shown, call.params), status);
  };
  /**
   * The form as it was sent, entered as the form itself is, since it shows a name too. It is still made from the state
   * that was first seen: mending a typo is not having seen what others did meanwhile.
   */
  const showAgain = async (
    call: ActRequest & { body: SentForm },
    shown: Shown,
    form: FormState,
    { isAnew = false } = {},
  ) => {
    const { who, params, ports, body } = call;
    const entry = {
      actor: who.as,
      action: 'record-read' as const,
      subject: params.enrollment,
      facts: { what: act.path },
    };
    await ports.access.append(who.program, entry);
    const person = isAnew ? shown.person : { ...shown.person, seen: body.seen ?? '' };
    return show(call, { ...shown, person }, form, isAnew ? 412 : 422);
  };
  const asked = defineRoute(
    {
      method: 'get',
      path,
      summary: `${act.summary}: the form`,
      access,
      request: { params },
      responses: { 200: { description: 'The form' } },
      // It shows a name, and the correction an address that no other page shows.
      reads: { action: 'record-read', what: act.path },
      page: true,
    },
    async (call) => {
      const shown = await readShown(call as ActRequest);
      if ('outcome' in shown) return shown;
      return show(call as ActRequest, shown, { ...emptyForm, values: act.first?.(shown) ?? {} });
    },
  );
  const sent = defineRoute(
    {
      method: 'post',
      path,
      summary: act.summary,
      access,
      request: { params, body: sentForm() },
      responses: {
        303: { description: 'Back to the record' },
        412: { description: 'The form again, made from the record as it is now' },
        422: { description: 'The form, with what is wrong' },
      },
      ifMatch: act.params === 'delivery' ? 'delivery' : 'enrollment',
      page: true,
    },
    async (call) => {
      const request = call as ActRequest & { body: SentForm };
      const shown = await readShown(request);
      if ('outcome' in shown) return shown;
      const { words } = frameOf(request);
      const errors = fieldErrors(words, call.body, act.fields, act.required);
      if (errors.length > 0) return showAgain(request, shown, { values: call.body, errors });
      const seen = readSeen(act, call.body);
      const answer = seen ? await act.act(request, call.body, seen, shown) : stale;
      if (answer.outcome === 'refused') {
        const refusal = answer as Refused;
        if (refusal.code === 'caller.forbidden') return refusal;
        const form = refusedForm(words, call.body, refusal, act.fields);
        if (!staleCodes.has(refusal.code)) return showAgain(request, shown, form);
        const now = await readShown(request);
        if ('outcome' in now) return now;
        // Made from the record as it is now, which is shown beside their own words.
        return showAgain(request, now, { ...form, errors: withNow(words, form, act.first?.(now)) }, { isAnew: true });
      }
      return goTo(call, `/people/${call.params.enrollment}`, { kind: 'done', key: act.done });
    },
  );
  return [asked, sent];
}

export const actRoutes = acts.flatMap(routesOf);
