import * as z from 'zod';

/*
 * `.check(…)` and not `.min().max().regex()`: each link of a zod chain makes the schema anew, and every step pays for
 * that at every cold start.
 */

const idPattern = /^[A-Za-z0-9][A-Za-z0-9_-]*$/;
const slugPattern = /^[a-z0-9]+(-[a-z0-9]+)*$/;

/** Ids end up in table keys (`#` separates), mail tags, file names and addresses: letters, digits, `_` and `-` only. */
const id = (max: number) =>
  z
    .string()
    .check(
      z.minLength(1),
      z.maxLength(max),
      z.regex(idPattern, 'letters, digits, "_" and "-" only, beginning with a letter or digit'),
    );

/** Lower-case words joined by hyphens. */
const slug = (max: number) =>
  z
    .string()
    .check(
      z.minLength(2),
      z.maxLength(max),
      z.regex(slugPattern, 'lower-case letters and digits, words joined by single hyphens'),
    );

export const programIdSchema = slug(40);
export const frameworkIdSchema = slug(40);
/** Framework versions sort as text: a date or dotted numbers. */
export const frameworkVersionSchema = z
  .string()
  .check(
    z.minLength(1),
    z.maxLength(20),
    z.regex(/^[0-9][0-9A-Za-z.-]*$/, 'begins with a digit; digits, letters, "." and "-"'),
  );
/** Skill set, course or required certificate: a slug of its own. Skill: its set's slug and an ordinal (`engage-3`). */
export const requirementIdSchema = slug(40);
export const enrollmentIdSchema = id(64);
export const evidenceIdSchema = id(64);
export const actorIdSchema = id(128);

export type EnrollmentRef = { program: string; enrollment: string };

/** The same rules without a schema, for keys that are read by the thousand. */
export const isProgramId = (text: string | undefined): text is string => isSlug(text, 40);
export const isRequirementId = (text: string | undefined): text is string => isSlug(text, 40);
export const isEnrollmentId = (text: string | undefined): text is string => isId(text, 64);
export const isEvidenceId = (text: string | undefined): text is string => isId(text, 64);

function isSlug(text: string | undefined, max: number): boolean {
  return text !== undefined && text.length >= 2 && text.length <= max && slugPattern.test(text);
}

function isId(text: string | undefined, max: number): boolean {
  return text !== undefined && text.length <= max && idPattern.test(text);
}
