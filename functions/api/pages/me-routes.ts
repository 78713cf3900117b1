import * as z from 'zod';
import { type SubmitInput, submitEvidence } from '../../acts/evidence.ts';
import { type Refused, refused } from '../../acts/refusal.ts';
import { readStatus, type Status } from '../../acts/status.ts';
import { type Framework, requirementsOf } from '../../domain/framework.ts';
import { enrollmentIdSchema } from '../../domain/ids.ts';
import { civilDateOf } from '../../domain/time.ts';
import { defineRoute } from '../route.ts';
import { notesOnNotMet } from './assessor-notes.ts';
import { fieldErrors } from './field-rules.ts';
import { emptyForm, type FieldError, type FormState } from './form-field.ts';
import type { Words } from './language.ts';
import { evidencePage, mePage, notEnrolledPage } from './me-page.ts';
import { frameOf, goTo, type PageRequest, page } from './page-answer.ts';
import { given, refusedForm, type SentForm, sentForm } from './sent-form.ts';

const which = z.object({ enrollment: enrollmentIdSchema.optional(), requirement: z.string().max(40).optional() });

type Own = { status: Status; others: string[] };

/** The caller's own record: the one that is named, else the newest. Nobody else's is found here, whatever is named. */
export async function readOwn(
  { ports }: Pick<PageRequest, 'ports'>,
  who: { program: string; actor: string },
  named: string | undefined,
): Promise<Own | Refused | undefined> {
  const refs = await ports.store.listOwnEnrollments(who.program, who.actor);
  const ids = refs.map(({ enrollment }) => enrollment).sort();
  const chosen = named === undefined ? ids.at(-1) : ids.find((id) => id === named);
  if (chosen === undefined)
    return named === undefined
      ? undefined
      : refused('enrollment.unknown', 'enrollment: there is none of yours with this id');
  const status = await readStatus(ports, { program: who.program, enrollment: chosen });
  if (status.outcome === 'refused') return status;
  // The index lags behind: the record itself says whose it is.
  if (status.enrollment.apprentice.id !== who.actor)
    return refused('enrollment.unknown', 'enrollment: there is none of yours');
  return { status, others: ids.filter((id) => id !== chosen) };
}

const me = defineRoute(
  {
    method: 'get',
    path: '/me',
    summary: "An apprentice's own record and certificates",
    access: { apprentice: 'own' },
    request: { query: which },
    responses: { 200: { description: 'The page' } },
    page: true,
  },
  async (call) => {
    const own = await readOwn(call, call.who, call.query.enrollment);
    const frame = frameOf(call);
    if (own === undefined) return page(call, frame, notEnrolledPage(frame, call.who.actor));
    if ('outcome' in own) return own;
    const { enrollment, explanation } = own.status;
    const hasNotMet = explanation.missing.some((item) => 'why' in item && item.why === 'not-met');
    const notes = notesOnNotMet(enrollment, hasNotMet ? await call.ports.store.readAllEvidence(enrollment) : []);
    const model = {
      record: own.status,
      notes,
      others: own.others,
      verifyBase: verifyBaseOf(own.status.program.verifyUrl),
    };
    return page(call, frame, mePage(frame, model));
  },
);

/** The address that is printed on certificates, with the slash that the code follows. */
const verifyBaseOf = (verifyUrl: string) => (verifyUrl.endsWith('/') ? verifyUrl : `${verifyUrl}/`);

const evidenceForm = defineRoute(
  {
    method: 'get',
    path: '/me/evidence',
    summary: 'The form that hands evidence in',
    access: { apprentice: 'own' },
    request: { query: which },
    responses: { 200: { description: 'The page' } },
    page: true,
  },
  async (call) => {
    const { requirement, enrollment } = call.query;
    const values = requirement === undefined ? {} : { requirement };
    return showForm(call, call.who, enrollment, { ...emptyForm, values });
  },
);

async function showForm(
  call: PageRequest,
  who: { program: string; actor: string },
  enrollment: string | undefined,
  form: FormState,
) {
  const own = await readOwn(call, who, enrollment);
  const frame = frameOf(call);
  if (own === undefined) return page(call, frame, notEnrolledPage(frame, who.actor));
  if ('outcome' in own) return own;
  const { status } = own;
  const model = {
    enrollment: status.enrollment.enrollment,
    framework: status.framework,
    progress: status.standing.progress,
    today: civilDateOf(call.ports.clock.now(), status.program.timeZone),
  };
  return page(call, frame, evidencePage(frame, form, model), form.errors.length > 0 ? 422 : 200);
}

/** What a certificate cannot be without. */
const parts = ['issuer', 'number', 'issuedOn'];
const always = ['requirement', 'occurredOn', 'attestation'];
const fields = [...always, 'pointer', 'hours', ...parts, 'expiresOn'];

const evidenceSent = defineRoute(
  {
    method: 'post',
    unconditional: 'a new piece: what is there stays as it is',
    path: '/me/evidence',
    summary: 'Hands evidence in',
    access: { apprentice: 'own' },
    request: { body: sentForm() },
    responses: { 303: { description: 'To the record' }, 422: { description: 'The form, with what is wrong' } },
    page: true,
  },
  async (call) => {
    const { ports, who, body } = call;
    const { words } = frameOf(call);
    const own = await readOwn(call, who, given(body, 'enrollment'));
    if (own === undefined) return refused('enrollment.unknown', 'enrollment: there is none of yours');
    if ('outcome' in own) return own;
    const { enrollment } = own.status.enrollment;
    const again = (form: FormState) => showForm(call, who, enrollment, form);
    const errors = evidenceErrors(words, body, own.status.framework);
    if (errors.length > 0) return again({ values: body, errors });
    const [verdict] = await submitEvidence(ports, { program: who.program, enrollment }, [
      submissionOf(body, who.actor),
    ]);
    if (!verdict || verdict.outcome === 'refused')
      return again(refusedForm(words, body, atField(verdict ?? refused('evidence.invalid', '')), fields));
    return goTo(call, `/me?enrollment=${enrollment}`, { kind: 'done', key: 'done.submitted' });
  },
);

function evidenceErrors(words: Words, body: SentForm, framework: Framework): FieldError[] {
  const errors = [...fieldErrors(words, body, fields, always), ...certificateErrors(words, body, framework)];
  const first = errors.filter(({ field }, i) => errors.findIndex((each) => each.field === field) === i);
  return first.sort((a, b) => fields.indexOf(a.field ?? '') - fields.indexOf(b.field ?? ''));
}

/** A certificate is whole or not there at all, and only a required certificate has one: the act says when it is absent. */
function certificateErrors({ t }: Words, body: SentForm, framework: Framework): FieldError[] {
  const [filled] = [...parts, 'expiresOn'].filter((name) => given(body, name) !== undefined);
  if (filled === undefined) return [];
  const kind = requirementsOf(framework).get(given(body, 'requirement') ?? '')?.kind;
  if (kind !== undefined && kind !== 'certificate')
    return [{ field: filled, message: t('refusals.evidence_certificate_unexpected') }];
  const [from, until] = [given(body, 'issuedOn'), given(body, 'expiresOn')];
  return [
    ...parts
      .filter((name) => given(body, name) === undefined)
      .map((field) => ({ field, message: t('fields.certificate_part') })),
    ...(from !== undefined && until !== undefined && until < from
      ? [{ field: 'expiresOn', message: t('fields.expires_early') }]
      : []),
  ];
}

/** A refusal of the certificate as such leads to the first of its fields. */
function atField({ code, message }: Refused): Refused {
  return refused(code, message.replace(/^certificate: /, 'issuer: '));
}

/** As the contract has it; what does not fit is refused by the act, with the field. */
function submissionOf(body: SentForm, submittedBy: string): SubmitInput {
  const [pointer, hours, issuer, number] = ['pointer', 'hours', 'issuer', 'number'].map((name) => given(body, name));
  const [issuedOn, expiresOn] = [given(body, 'issuedOn'), given(body, 'expiresOn')];
  const hasCertificate =
    issuer !== undefined || number !== undefined || issuedOn !== undefined || expiresOn !== undefined;
  return {
    requirement: given(body, 'requirement') ?? '',
    submittedBy,
    occurredOn: given(body, 'occurredOn') ?? '',
    attestation: given(body, 'attestation') ?? '',
    ...(pointer !== undefined && { pointer }),
    ...(hours !== undefined && { hours: Number(hours) }),
    ...(hasCertificate && {
      certificate: {
        issuer: issuer ?? '',
        number: number ?? '',
        issuedOn: issuedOn ?? '',
        ...(expiresOn !== undefined && { expiresOn }),
      },
    }),
  };
}

export const meRoutes = [me, evidenceForm, evidenceSent];
