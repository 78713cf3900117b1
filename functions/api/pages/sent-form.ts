import * as z from 'zod';
import type { Refused } from '../../acts/refusal.ts';
import type { FieldError, FormState } from './form-field.ts';
import { refusalText } from './frame.ts';
import type { Words } from './language.ts';

/** What a form sends: texts by name. Each act checks its own, and says what is wrong with which. */
export const sentForm = () => z.record(z.string().max(200), z.string().max(10_000));
export type SentForm = Readonly<Record<string, string>>;

/** Fields that a form leaves empty are not given. */
export const given = (form: SentForm, name: string): string | undefined => form[name]?.trim() || undefined;

/** The same form again, with what was typed and what an act refused: beside the field that it names, if the form has it. */
export function refusedForm(
  words: Words,
  values: SentForm,
  { code, message }: Refused,
  fields: readonly string[],
): FormState {
  const named = /^(?:[\w]+\.)*(?<field>\w+): /.exec(message)?.groups?.field ?? code.split('.')[0];
  const field = fields.find((each) => each === named) ?? fields.find((each) => code === `${each}.invalid`);
  return { values, errors: [{ field, message: refusalText(words, code) }] };
}

/** Fields that must be filled in and are not. */
export function emptyFields({ t }: Words, form: SentForm, required: readonly string[]): FieldError[] {
  return required
    .filter((name) => given(form, name) === undefined)
    .map((field) => ({ field, message: t('forms.required') }));
}
