import * as z from 'zod';
import { documentHash } from './hash.ts';
import { frameworkIdSchema, frameworkVersionSchema, requirementIdSchema } from './ids.ts';

/** A framework has at most this many requirements, so that one enrollment's progress fits one table item. */
export const maxRequirements = 1000;

const registeredText = z.string().trim().min(1).max(1200);

const marks = {
  /** A corrected text for display where the registered text has a slip; the registered text stays the record. */
  display: registeredText.optional(),
  /** Discloses something about the holder's health: never printed, mailed, logged or shown to the public. */
  sensitive: z.literal(true).optional(),
};

export const skillSchema = () =>
  z.strictObject({
    id: requirementIdSchema,
    text: registeredText,
    ...marks,
    /** The sentence within the text that guides the supervisor and is no skill of the apprentice's. */
    guidance: registeredText.optional(),
  });

export const skillSetSchema = () =>
  z.strictObject({
    id: requirementIdSchema,
    text: registeredText,
    ...marks,
    skills: z.array(skillSchema()).min(1, 'a skill set needs at least one skill'),
  });

export const courseSchema = () => z.strictObject({ id: requirementIdSchema, text: registeredText, ...marks });

export const requiredCertificateSchema = () =>
  z.strictObject({
    id: requirementIdSchema,
    /** What people call it: CRSS, CPR. */
    code: z.string().min(1).max(20),
    text: registeredText,
    ...marks,
  });

/**
 * A versioned set of standards. Codes and hours that the source leaves blank are null and are never printed or guessed.
 * `source.file` names the text in `data/sources/` that every registered text is compared with.
 */
export const frameworkSchema = /* @__PURE__ */ z.lazy(() =>
  z
    .strictObject({
      schema: z.literal('journeypaper/framework/1'),
      id: frameworkIdSchema,
      version: frameworkVersionSchema,
      title: registeredText,
      source: z.strictObject({ file: z.string().max(200), sponsor: z.string().max(200).nullable() }),
      onetCode: z.string().max(20).nullable(),
      rapidsCode: z.string().max(20).nullable(),
      hours: z.number().positive().nullable(),
      courses: z.array(courseSchema()),
      certificates: z.array(requiredCertificateSchema()),
      skillSets: z.array(skillSetSchema()).min(1),
    })
    .superRefine(refuseDuplicates)
    .meta({
      title: 'Framework',
      description: 'A versioned set of standards: skill sets, courses, required certificates',
    }),
);

export type Framework = z.infer<typeof frameworkSchema>;

/** A framework version and the hash that pins its content. */
export const frameworkRefSchema = () =>
  z.strictObject({
    id: frameworkIdSchema,
    version: frameworkVersionSchema,
    hash: z.string().length(64),
  });
export type FrameworkRef = z.infer<ReturnType<typeof frameworkRefSchema>>;

export type RequirementKind = 'skill' | 'course' | 'certificate';

/** One requirement with the marks that it has or inherits: a skill in a sensitive set is sensitive. */
export type Requirement = {
  id: string;
  kind: RequirementKind;
  text: string;
  display: string;
  sensitive: boolean;
  /** The skill set's id; courses and certificates have none. */
  set?: string;
  /** `CRSS`, `CPR`; certificates only. */
  code?: string;
};

export function frameworkRef(framework: Framework): FrameworkRef {
  return { id: framework.id, version: framework.version, hash: documentHash(framework) };
}

const indexes = new WeakMap<Framework, ReadonlyMap<string, Requirement>>();

/** Every requirement by id, in the framework's order: courses, certificates, then skills. Computed once per framework. */
export function requirementsOf(framework: Framework): ReadonlyMap<string, Requirement> {
  let index = indexes.get(framework);
  if (!index) {
    index = new Map(listRequirements(framework).map((requirement) => [requirement.id, requirement]));
    indexes.set(framework, index);
  }
  return index;
}

function listRequirements(framework: Framework): Requirement[] {
  const plain = (kind: RequirementKind, item: z.infer<ReturnType<typeof courseSchema>>): Requirement => ({
    id: item.id,
    kind,
    text: item.text,
    display: item.display ?? item.text,
    sensitive: item.sensitive === true,
  });
  return [
    ...framework.courses.map((course) => plain('course', course)),
    ...framework.certificates.map((item) => ({
      ...plain('certificate', { id: item.id, text: item.text, display: item.display, sensitive: item.sensitive }),
      code: item.code,
    })),
    ...framework.skillSets.flatMap((set) =>
      set.skills.map((skill) => ({
        ...plain('skill', skill),
        sensitive: skill.sensitive === true || set.sensitive === true,
        set: set.id,
      })),
    ),
  ];
}

function refuseDuplicates(
  framework: { courses: Id[]; certificates: Id[]; skillSets: SetIds[] },
  context: z.RefinementCtx,
) {
  const seen = new Set<string>();
  let count = 0;
  const visit = (id: string, path: (string | number)[]) => {
    if (seen.has(id))
      context.addIssue({ code: 'custom', path, message: `duplicate id "${id}": every id is used once` });
    seen.add(id);
  };
  framework.courses.forEach((item, i) => {
    count++;
    visit(item.id, ['courses', i, 'id']);
  });
  framework.certificates.forEach((item, i) => {
    count++;
    visit(item.id, ['certificates', i, 'id']);
  });
  framework.skillSets.forEach((set, i) => {
    visit(set.id, ['skillSets', i, 'id']);
    set.skills.forEach((skill, j) => {
      count++;
      visit(skill.id, ['skillSets', i, 'skills', j, 'id']);
    });
  });
  if (count > maxRequirements) {
    context.addIssue({
      code: 'custom',
      path: [],
      message: `${count} requirements: at most ${maxRequirements} are allowed`,
    });
  }
}

type Id = { id: string };
type SetIds = { id: string; skills: Id[] };
