import * as z from 'zod';
import { brandingSchema, coloursSchema, imageSchema } from './branding.ts';
import { exactly, oneLine } from './exactly.ts';
import { documentHash } from './hash.ts';
import {
  actorIdSchema,
  frameworkIdSchema,
  frameworkVersionSchema,
  programIdSchema,
  requirementIdSchema,
} from './ids.ts';
import { personNameSchema } from './person.ts';
import { retentionSchema } from './retention.ts';
import { signingSchema } from './signing.ts';
import { languageSchema, wordsSchema } from './template-words.ts';
import { civilDateSchema, instantSchema, timeZoneSchema } from './time.ts';

const hashSchema = z.string().length(64);

/** What a program asks of a completion beyond its framework. Every field has the default that most programs want. */
export const policySchema = () =>
  exactly({
    /** `required`: only an assessor's *met* counts. `self-attested`: standing evidence counts by itself. */
    assessment: z.enum(['required', 'self-attested']).default('required'),
    /** Skill-set credentials as each set completes. */
    interimCredentials: z.boolean().default(false),
    minimumHours: z.number().positive().max(20_000).nullable().default(null),
    minimumTermMonths: z.number().int().positive().max(120).nullable().default(null),
    /** Hours between the completion and its certificate. */
    holdHours: z
      .number()
      .min(0)
      .max(24 * 90)
      .default(0),
    /** The skills beneath their skill sets on the transcript; sensitive ones never. */
    transcriptSkills: z.boolean().default(false),
    /** How long a required certificate counts where its evidence names no expiry date, by requirement id. */
    certificateValidityMonths: z.record(requirementIdSchema, z.number().int().positive().max(240)).default({}),
    /** Who is told, and how long before, that a required certificate is about to lapse. */
    lapseWarning: z
      .strictObject({
        daysBefore: z.number().int().min(1).max(180).default(30),
        to: z
          .array(z.enum(['apprentice', 'program']))
          .max(2)
          .default(['apprentice']),
      })
      .default({ daysBefore: 30, to: ['apprentice'] }),
    /** How long its records are kept after a completion; five years where it is missing. */
    retention: retentionSchema().optional(),
  });
export type Policy = z.infer<ReturnType<typeof policySchema>>;

/** Somebody who may assess for the program, from one civil date up to and including another. */
export const assessorSchema = () =>
  z.strictObject({
    id: actorIdSchema,
    name: personNameSchema,
    title: oneLine(120).optional(),
    from: civilDateSchema,
    until: civilDateSchema.optional(),
    voided: voidedSchema().optional(),
  });

/**
 * None of an assessor's assessments counts any more, whenever it was made. Set by an act of its own and kept by every
 * later load: `at` and `by` are the act's.
 */
export const voidedSchema = () => z.strictObject({ at: instantSchema, by: actorIdSchema, reason: oneLine(500) });
export type Voided = z.infer<ReturnType<typeof voidedSchema>>;

/** The look and the words of a certificate: data from `templates/certificate/`, frozen by hash into each credential. */
export const templateSchema = /* @__PURE__ */ z.lazy(() =>
  exactly({
    schema: z.literal('journeypaper/certificate-template/1'),
    id: templateIdSchema(),
    language: languageSchema(),
    /** Which way the page runs; without it, the way that the language is written. */
    direction: z.enum(['ltr', 'rtl']).optional(),
    colours: coloursSchema(),
    words: wordsSchema(),
  }).meta({ title: 'CertificateTemplate', description: 'Look and words of a certificate' }),
);
export type CertificateTemplate = z.infer<typeof templateSchema>;

const templateIdSchema = () =>
  z.string().check(z.minLength(2), z.maxLength(40), z.regex(/^[a-z0-9-]+$/, 'lower-case letters, digits and "-"'));

export const signatorySchema = () =>
  exactly({
    name: personNameSchema,
    title: oneLine(120),
    /** Above the line; without it, the line alone. */
    signature: imageSchema().optional(),
  });

/** A sponsor using a framework: branding, signatories, people who may assess, and policy. */
export const programSchema = /* @__PURE__ */ z.lazy(() =>
  exactly({
    schema: z.literal('journeypaper/program/1'),
    id: programIdSchema,
    name: oneLine(120),
    sponsor: oneLine(160),
    timeZone: timeZoneSchema,
    framework: z.strictObject({ id: frameworkIdSchema, version: frameworkVersionSchema }),
    /** What the holder completed, as the certificate says it. */
    achievement: oneLine(160),
    page: z.enum(['letter', 'a4']),
    /** The file name, without `.json`, in `templates/certificate/`. */
    template: templateIdSchema(),
    branding: brandingSchema().optional(),
    signing: signingSchema().optional(),
    signatories: z.array(signatorySchema()).min(1).max(3),
    /** Base of the address that a certificate points to; the credential's code follows. */
    verifyUrl: z.url({ protocol: /^https?$/ }).max(120),
    email: z.strictObject({
      /** A verified SES identity of the program's. */
      from: z.email().max(254),
      fromName: oneLine(80),
      replyTo: z.email().max(254).optional(),
      /** Where the program itself is told of lapses. */
      contact: z.email().max(254).optional(),
    }),
    assessors: z.array(assessorSchema()).max(1000),
    policy: policySchema().default(() => policySchema().parse({})),
  }).meta({ title: 'Program', description: 'A sponsor using a framework, with branding, signatories and policy' }),
);

export type Program = z.infer<typeof programSchema>;
export type ProgramInput = z.input<typeof programSchema>;

/** The hashes that a credential freezes; the documents themselves are kept under them. */
export type ProgramHashes = { program: string; template: string; policy: string };
export const programHashesSchema = () =>
  z.strictObject({ program: hashSchema, template: hashSchema, policy: hashSchema });

export function programHashes(program: Program, template: CertificateTemplate): ProgramHashes {
  return { program: documentHash(program), template: documentHash(template), policy: documentHash(program.policy) };
}

/** Why nothing that this person assessed counts; undefined where it does. */
export function voidedBy(program: Pick<Program, 'assessors'>, assessorId: string): Voided | undefined {
  return program.assessors.find((a) => a.id === assessorId && a.voided)?.voided;
}

/** The program with one assessor's mark set, or with none of theirs. */
export function withVoided(program: Program, assessorId: string, voided: Voided | undefined): Program {
  const assessors = program.assessors.map((assessor) => {
    if (assessor.id !== assessorId) return assessor;
    const { voided: _, ...kept } = assessor;
    return voided ? { ...kept, voided } : kept;
  });
  return { ...program, assessors };
}

/** Was this person on the program's roster on that day? */
export function isRostered(program: Pick<Program, 'assessors'>, assessorId: string, on: string): boolean {
  return program.assessors.some((a) => a.id === assessorId && a.from <= on && (a.until === undefined || on <= a.until));
}
