import type * as z from 'zod';
import { externalCertificateSchema, submissionSchema } from '../../domain/evidence.ts';
import { actorIdSchema } from '../../domain/ids.ts';
import { emailAddressSchema, personNameSchema } from '../../domain/person.ts';
import { civilDateSchema } from '../../domain/time.ts';
import type { FieldError } from './form-field.ts';
import type { TextKey, Words } from './language.ts';
import { given, type SentForm } from './sent-form.ts';

/** What the contract asks of a field of a form, and how a reader is told. */
type FieldRule = { schema: z.ZodType; text: TextKey; read?: (value: string) => unknown };

/** Made at the first form that is sent, since most requests send none. */
let rules: Readonly<Record<string, FieldRule>> | undefined;

function fieldRules(): Readonly<Record<string, FieldRule>> {
  const { attestation, pointer, hours, requirement } = submissionSchema.shape;
  const { issuer, number } = externalCertificateSchema.shape;
  const day: FieldRule = { schema: civilDateSchema, text: 'fields.day' };
  return {
    name: { schema: personNameSchema, text: 'refusals.name_invalid' },
    email: { schema: emailAddressSchema, text: 'refusals.email_invalid' },
    id: { schema: actorIdSchema, text: 'fields.id' },
    enrolledOn: day,
    requirement: { schema: requirement, text: 'forms.choose_error' },
    occurredOn: day,
    attestation: { schema: attestation, text: 'fields.attestation' },
    pointer: { schema: pointer, text: 'fields.pointer' },
    hours: { schema: hours, text: 'fields.hours', read: Number },
    issuer: { schema: issuer, text: 'fields.issuer' },
    number: { schema: number, text: 'fields.number' },
    issuedOn: day,
    expiresOn: day,
  };
}

/**
 * Everything that is wrong with a form's fields, each by itself: what must be filled in and is not, and what the
 * contract does not take. The act checks again; it tells of the first mistake alone.
 *
 * @param fields as they stand in the form
 */
export function fieldErrors(
  { t }: Words,
  form: SentForm,
  fields: readonly string[],
  required: readonly string[],
): FieldError[] {
  rules ??= fieldRules();
  const known = rules;
  return fields.flatMap((field): FieldError[] => {
    const value = given(form, field);
    if (value === undefined) return required.includes(field) ? [{ field, message: t('forms.required') }] : [];
    const rule = known[field];
    if (!rule || rule.schema.safeParse(rule.read?.(value) ?? value).success) return [];
    return [{ field, message: t(rule.text) }];
  });
}
