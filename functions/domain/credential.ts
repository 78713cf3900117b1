import * as z from 'zod';
import { frameworkRefSchema } from './framework.ts';
import { enrollmentIdSchema, evidenceIdSchema, programIdSchema, requirementIdSchema } from './ids.ts';
import { programHashesSchema } from './program.ts';
import { setAsideSchema } from './set-aside.ts';
import { civilDateSchema, instantSchema } from './time.ts';

/**
 * What a credential attests: the whole program, or one skill set (`skill-set:engage`).
 * At most one credential per enrollment and achievement is in force at any instant.
 */
export type Achievement = 'completion' | `skill-set:${string}`;
export const achievementSchema = z
  .union([z.literal('completion'), z.templateLiteral(['skill-set:', requirementIdSchema])])
  .transform((value) => value as Achievement);

export const credentialIdSchema = evidenceIdSchema;
/** The public code that verification asks for: 128 random bits, unguessable, in no index but its own. */
export const publicCodeSchema = z.string().regex(/^[0-9A-HJKMNP-TV-Z]{26}$/, 'a 26-character code');

/**
 * A code as people type it: small letters, spaces and hyphens between its parts, and the letters that the alphabet
 * leaves out for the digits that they look like. Undefined where it can be none.
 */
export function readPublicCode(typed: string): string | undefined {
  const code = typed
    .slice(0, 200)
    .toUpperCase()
    .replaceAll(/[\s\u00ad\u2010-\u2015-]/g, '')
    .replaceAll('O', '0')
    .replaceAll(/[IL]/g, '1');
  return publicCodeSchema.safeParse(code).success ? code : undefined;
}

/** Everything that a credential says, fixed when it is requested and never read again from what may have changed. */
export const frozenFactsSchema = () =>
  z.strictObject({
    name: z.string().min(1),
    completedOn: civilDateSchema,
    framework: frameworkRefSchema(),
    hashes: programHashesSchema(),
  });
export type FrozenFacts = z.infer<ReturnType<typeof frozenFactsSchema>>;

/** The pending half of a pointer: a credential that was decided and is not issued yet. */
export const credentialRequestSchema = () =>
  z.strictObject({
    credentialId: credentialIdSchema,
    code: publicCodeSchema,
    requestedAt: instantSchema,
    /** The earliest instant of issue: `requestedAt` and the program's hold. */
    releaseAt: instantSchema,
    facts: frozenFactsSchema(),
    /** The credential in force that this one supersedes. */
    replaces: credentialIdSchema.optional(),
    /** How often the sweep has driven it again. */
    redrives: z.number().int().min(0),
    /** When the sweep looks at it next. */
    dueAt: instantSchema,
    /** Set when it needs a person: why it cannot be issued. */
    parked: z.string().max(300).optional(),
    /** Since when it does. */
    parkedAt: instantSchema.optional(),
    /** Parked for good, as far as a person is concerned. */
    setAside: setAsideSchema().optional(),
    /** Why its email may have gone out already, after a restore: it is then recorded as parked, and not sent. */
    emailMayBeOut: z.string().max(300).optional(),
  });
export type CredentialRequest = z.infer<ReturnType<typeof credentialRequestSchema>>;

/** One pointer per achievement is the whole truth about what is in force; a credential item is its record. */
export const pointerSchema = () =>
  z.strictObject({
    active: z
      .strictObject({
        credentialId: credentialIdSchema,
        suspended: z.boolean(),
        /** Since when it is. */
        suspendedAt: instantSchema.optional(),
        completedOn: civilDateSchema,
      })
      .optional(),
    pending: credentialRequestSchema().optional(),
    /** What was revoked is issued again only by an explicit act. */
    revoked: z.literal(true).optional(),
    /** Left by a request that was cancelled with this mark: the next one takes it up. */
    emailMayBeOut: z.string().max(300).optional(),
  });
export type Pointer = z.infer<ReturnType<typeof pointerSchema>>;

export const credentialStateSchema = z.enum(['issued', 'suspended', 'superseded', 'revoked']);
export type CredentialState = z.infer<typeof credentialStateSchema>;

/** One line of the transcript. Sensitive requirements are absent. */
export const transcriptLineSchema = () => z.strictObject({ text: z.string(), on: civilDateSchema });
/** A skill set, with its skills where the program's policy wants them printed. */
const transcriptSetSchema = () =>
  z.strictObject({ text: z.string(), on: civilDateSchema, skills: z.array(transcriptLineSchema()).min(1).optional() });
export const transcriptSchema = () =>
  z.strictObject({
    skillSets: z.array(transcriptSetSchema()),
    courses: z.array(transcriptLineSchema()),
    certificates: z.array(transcriptLineSchema()),
  });
export type Transcript = z.infer<ReturnType<typeof transcriptSchema>>;

/** An issued credential. Only `state` and the fields that explain it ever change. */
export const credentialSchema = /* @__PURE__ */ z.lazy(() =>
  z.strictObject({
    credentialId: credentialIdSchema,
    program: programIdSchema,
    enrollment: enrollmentIdSchema,
    achievement: achievementSchema,
    code: publicCodeSchema,
    requestedAt: instantSchema,
    issuedAt: instantSchema,
    facts: frozenFactsSchema(),
    transcript: transcriptSchema(),
    /** Hash of the progress that the decision stood on. */
    basisHash: z.string().length(64),
    document: z.strictObject({
      key: z.string(),
      /** SHA-256 of the stored bytes. */
      hash: z.string().length(64),
      /** SHA-256 of the same bytes without the signature: what printing the same facts again gives. */
      unsignedHash: z.string().length(64),
      bytes: z.number().int().positive(),
      engine: z.string(),
    }),
    /** ECDSA P-256 over the canonical JSON of `signedStatement`; base64 DER. */
    signature: z.strictObject({ keyId: z.string(), value: z.string() }),
    state: credentialStateSchema,
    replaces: credentialIdSchema.optional(),
    supersededBy: credentialIdSchema.optional(),
    suspendedAt: instantSchema.optional(),
    supersededAt: instantSchema.optional(),
    revokedAt: instantSchema.optional(),
    revocation: z.strictObject({ code: z.string(), text: z.string() }).optional(),
    delivery: evidenceIdSchema,
  }),
);
export type Credential = z.infer<typeof credentialSchema>;

/** What its PDF is called: the end of an id is random, so that two differ, and it does not say whose it is. */
export const documentFilename = ({ credentialId }: Pick<Credential, 'credentialId'>) =>
  `certificate-${credentialId.slice(-8)}.pdf`;

export const revocationCodes = ['issued-in-error', 'fraud', 'holder-request', 'program-decision', 'other'] as const;

/**
 * The state machine: forward only, but for a suspension that is lifted.
 *
 *     issued ⇄ suspended → superseded | revoked
 */
const priorStates: Record<CredentialState, readonly CredentialState[]> = {
  issued: ['suspended'],
  suspended: ['issued'],
  superseded: ['issued', 'suspended'],
  revoked: ['issued', 'suspended'],
};

/** The states from which a credential may go to `state`: what the write's condition allows. */
export function statesBefore(state: CredentialState): readonly CredentialState[] {
  return priorStates[state];
}

/** What the signer signs: enough to tie the bytes to the person and the decision. */
export function signedStatement(
  credential: Pick<Credential, 'credentialId' | 'program' | 'achievement' | 'facts' | 'basisHash' | 'document'>,
) {
  return {
    statement: 'journeypaper/credential/2',
    credentialId: credential.credentialId,
    program: credential.program,
    achievement: credential.achievement,
    facts: credential.facts,
    basisHash: credential.basisHash,
    documentHash: credential.document.hash,
    unsignedHash: credential.document.unsignedHash,
  };
}
