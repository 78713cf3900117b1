import { type Credential, type CredentialRequest, signedStatement } from '../domain/credential.ts';
import { deliveryIdOf } from '../domain/delivery.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { canonicalJson, documentHash, sha256 } from '../domain/hash.ts';
import type { IssueRequested } from '../domain/messages.ts';
import { civilDateOf } from '../domain/time.ts';
import { transcriptOf } from '../domain/transcript.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { RenderedCertificate } from '../ports/certificate-engine.ts';
import type { Sealed } from '../ports/certificate-sealer.ts';
import type { Basis } from './basis.ts';
import type { IssuePorts } from './issue-ports.ts';

type MakingPorts = Pick<IssuePorts, 'engine' | 'sealer' | 'signer' | 'documents' | 'clock'>;

/** Prints, signs and stores one certificate, and writes its record. Nothing in the table has changed by then. */
export async function makeCredential(
  ports: MakingPorts,
  message: IssueRequested,
  enrollment: Enrollment,
  pending: CredentialRequest,
  basis: Basis,
): Promise<Credential> {
  const { achievement, credentialId } = message;
  const { framework, frozenProgram: program, template, images } = basis;
  const set = framework.skillSets.find((s) => `skill-set:${s.id}` === achievement);
  const withSkills = program.policy.transcriptSkills;
  const transcript = transcriptOf(achievement, framework, basis.progress, program.timeZone, withSkills);
  const rendered = await ports.engine.render({
    credentialId,
    code: pending.code,
    achievement,
    achievementText: set ? (set.display ?? set.text) : program.achievement,
    facts: pending.facts,
    requestedAt: pending.requestedAt,
    issuedOn: civilDateOf(pending.requestedAt, program.timeZone),
    program,
    template,
    transcript,
    images,
  });
  const sealed = await ports.sealer.seal(rendered, program, pending.requestedAt);
  const document = await storeDocument(ports, `${enrollment.program}/${credentialId}`, rendered, sealed);
  const credential = {
    credentialId,
    program: enrollment.program,
    enrollment: enrollment.enrollment,
    achievement,
    code: pending.code,
    requestedAt: pending.requestedAt,
    issuedAt: ports.clock.now(),
    facts: pending.facts,
    transcript,
    basisHash: documentHash(basis.progress),
    document,
    state: 'issued' as const,
    ...(pending.replaces !== undefined && { replaces: pending.replaces }),
    delivery: deliveryIdOf(credentialId),
  };
  const { keyId, signature } = await ports.signer.sign(
    new TextEncoder().encode(canonicalJson(signedStatement(credential))),
  );
  return { ...credential, signature: { keyId, value: signature } };
}

/**
 * Stores under the hash of what was printed, which every run of a credential shares; each run's signature is another.
 * The first to store wins, and whoever comes later takes over what is there, once it has shown that it is the same.
 */
async function storeDocument(
  { documents, sealer }: MakingPorts,
  folder: string,
  { engine }: RenderedCertificate,
  { bytes, hash, unsignedHash }: Sealed,
): Promise<Credential['document']> {
  const key = `${folder}/${unsignedHash}.pdf`;
  if ((await documents.put(key, bytes)) === 'stored') return { key, hash, unsignedHash, bytes: bytes.length, engine };
  const stored = await documents.get(key);
  if (!stored || !(await sealer.isSealOf(stored, unsignedHash))) {
    throw new AdapterError('document.altered', 'the stored document is not what was printed, signed by our key', {
      retryable: false,
    });
  }
  return { key, hash: sha256(stored), unsignedHash, bytes: stored.length, engine };
}

/** What no retry can mend waits for a person; everything else is thrown on, and the message comes again. */
export function parkable(error: unknown): { parked: string } {
  if (error instanceof AdapterError && !error.retryable)
    return { parked: `${error.code}: ${error.message}`.slice(0, 300) };
  throw error;
}
