import { fitsItsSignature } from '../../acts/credential-signature.ts';
import { type Credential, signedStatement } from '../../domain/credential.ts';
import { canonicalJson } from '../../domain/hash.ts';
import type { CivilDate, Instant } from '../../domain/time.ts';
import { civilDateOf } from '../../domain/time.ts';
import type { RecordStore } from '../../ports/record-store.ts';
import type { SignatureCheck } from '../../ports/signature-check.ts';
import { readCode } from './verify-code.ts';

/** What the public page says of a certificate: what stands on its paper and whether it is in force. Nothing else. */
export type VerifiedCertificate = {
  code: string;
  /** As printed. */
  name: string;
  program: string;
  sponsor: string;
  /** `part`: an interim certificate of a skill set; without its text where that would disclose something. */
  achievement: { of: 'program' | 'part'; text: string | undefined };
  completedOn: CivilDate;
  issuedOn: CivilDate;
  timeZone: string;
  document: { hash: string; bytes: number };
  /** The record as it was signed (canonical JSON) and the signature (ECDSA P-256 over SHA-256, DER, base64). */
  record: { statement: string; signature: string };
  standing:
    | { state: 'in-force' }
    | { state: 'suspended'; since: Instant | undefined }
    | { state: 'superseded'; at: Instant | undefined; successor: string | undefined }
    | { state: 'revoked'; at: Instant | undefined; code: string | undefined; text: string | undefined };
};

/**
 * Unknown and malformed codes have one answer. `altered`: there is a record, and it is not the one that our key signed:
 * a hand in the table wrote it, so that nothing of it is told.
 */
export type Verification =
  | { outcome: 'unknown' }
  | { outcome: 'altered' }
  | { outcome: 'found'; certificate: VerifiedCertificate };

export type VerifyStore = Pick<
  RecordStore,
  'findCredential' | 'readCredential' | 'readProgramVersion' | 'readFramework'
>;

export type VerifyPorts = { store: VerifyStore; isCredentialSignature: SignatureCheck };

/**
 * Looks a certificate up by what somebody typed. Program and framework are those that were printed, not today's. Its
 * record is shown only where it fits its signature; where the key cannot be had the call fails and nothing is shown.
 */
export async function verifyCode({ store, isCredentialSignature }: VerifyPorts, typed: string): Promise<Verification> {
  const { isCode, lookUp } = readCode(typed);
  const credential = await store.findCredential(lookUp);
  if (!isCode || !credential) return { outcome: 'unknown' };
  if (!(await fitsItsSignature(credential, isCredentialSignature))) return { outcome: 'altered' };
  const { achievement, facts, supersededBy } = credential;
  const set = achievement === 'completion' ? undefined : achievement.slice('skill-set:'.length);
  const [program, framework, successor] = await Promise.all([
    store.readProgramVersion(credential.program, facts.hashes.program),
    set === undefined ? undefined : store.readFramework(facts.framework),
    supersededBy === undefined ? undefined : store.readCredential(credential, supersededBy),
  ]);
  if (!program) throw new Error('a credential names a version of its program that is not kept');
  const skillSet = framework?.skillSets.find(({ id }) => id === set);
  const isOpen = skillSet !== undefined && !skillSet.sensitive;
  return {
    outcome: 'found',
    certificate: {
      code: credential.code,
      name: facts.name,
      program: program.name,
      sponsor: program.sponsor,
      achievement:
        set === undefined
          ? { of: 'program', text: program.achievement }
          : { of: 'part', text: isOpen ? (skillSet.display ?? skillSet.text) : undefined },
      completedOn: facts.completedOn,
      issuedOn: civilDateOf(credential.requestedAt, program.timeZone),
      timeZone: program.timeZone,
      document: { hash: credential.document.hash, bytes: credential.document.bytes },
      record: { statement: canonicalJson(signedStatement(credential)), signature: credential.signature.value },
      standing: standingOf(credential, successor?.code),
    },
  };
}

function standingOf(credential: Credential, successor: string | undefined): VerifiedCertificate['standing'] {
  switch (credential.state) {
    case 'issued':
      return { state: 'in-force' };
    case 'suspended':
      return { state: 'suspended', since: credential.suspendedAt };
    case 'superseded':
      return { state: 'superseded', at: credential.supersededAt, successor };
    case 'revoked':
      return { state: 'revoked', at: credential.revokedAt, ...words(credential) };
  }
}

function words({ revocation }: Credential): { code: string | undefined; text: string | undefined } {
  return { code: revocation?.code, text: revocation?.text };
}
