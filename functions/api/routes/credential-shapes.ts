import * as z from 'zod';
import { type Credential, credentialIdSchema, credentialStateSchema } from '../../domain/credential.ts';
import { frameworkRefSchema } from '../../domain/framework.ts';
import { enrollmentIdSchema } from '../../domain/ids.ts';
import type { Mask } from '../../domain/masking.ts';
import type { Program } from '../../domain/program.ts';
import { civilDateSchema, instantSchema } from '../../domain/time.ts';
import type { CredentialSummary } from '../../ports/record-store.ts';

export const credentialParams = /* @__PURE__ */ z.lazy(() => z.strictObject({ credential: credentialIdSchema }));
export const whoseQuery = /* @__PURE__ */ z.lazy(() =>
  z.strictObject({ enrollment: enrollmentIdSchema.optional().describe('Where it is known; saves a look-up') }),
);

const line = () => ({
  credential: z.string(),
  enrollment: z.string(),
  achievement: z.string(),
  state: credentialStateSchema,
  issuedAt: instantSchema,
});

/** One line of a list: no name and no public code. */
export const credentialLineSchema = () => z.strictObject(line()).meta({ id: 'CredentialLine' });

export function credentialLine(
  { credentialId, enrollment, achievement, state, issuedAt }: CredentialSummary,
  mask: Mask,
) {
  return { credential: credentialId, enrollment, achievement: mask.ids(achievement), state, issuedAt };
}

/** One credential. The signature, the document's key and what it was decided on stay in the record. */
export const credentialViewSchema = () =>
  z
    .strictObject({
      ...line(),
      name: z.string(),
      completedOn: civilDateSchema,
      framework: frameworkRefSchema(),
      verify: z.string().describe('Where anybody can check it'),
      document: z.strictObject({ hash: z.string(), bytes: z.number().int() }),
      delivery: z.string(),
      replaces: z.string().optional(),
      supersededBy: z.string().optional(),
      suspendedAt: instantSchema.optional(),
      supersededAt: instantSchema.optional(),
      revokedAt: instantSchema.optional(),
      revocation: z.strictObject({ code: z.string(), text: z.string() }).optional(),
    })
    .meta({ id: 'Credential', title: 'Credential' });

export function credentialView(credential: Credential, program: Pick<Program, 'verifyUrl'>, mask: Mask) {
  const { facts, document, code, delivery } = credential;
  const { replaces, supersededBy, suspendedAt, supersededAt, revokedAt, revocation } = credential;
  return {
    ...credentialLine(credential, mask),
    name: facts.name,
    completedOn: facts.completedOn,
    framework: facts.framework,
    verify: program.verifyUrl + code,
    document: { hash: document.hash, bytes: document.bytes },
    delivery,
    ...(replaces !== undefined && { replaces }),
    ...(supersededBy !== undefined && { supersededBy }),
    ...(suspendedAt !== undefined && { suspendedAt }),
    ...(supersededAt !== undefined && { supersededAt }),
    ...(revokedAt !== undefined && { revokedAt }),
    ...(revocation && { revocation }),
  };
}
