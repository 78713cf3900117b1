import { imageHashes } from '../domain/branding.ts';
import type { Credential } from '../domain/credential.ts';
import { sha256 } from '../domain/hash.ts';
import { civilDateOf } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { CertificateContent, CertificateEngine } from '../ports/certificate-engine.ts';
import type { CertificateSealer } from '../ports/certificate-sealer.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { type Refused, refused } from './refusal.ts';

export type ProofPorts = {
  store: Pick<
    RecordStore,
    'readCredential' | 'findCredential' | 'readProgramVersion' | 'readTemplate' | 'readFramework' | 'readAsset'
  >;
  documents: Pick<DocumentStore, 'get'>;
  engine: CertificateEngine;
  sealer: Pick<CertificateSealer, 'isSealOf'>;
};

/** A credential by its id under its enrollment, or by its public code. */
export type WhichCredential = { program: string; enrollment: string; credentialId: string } | { code: string };

/** What printing the frozen facts again gave. */
export type Reprint =
  | { outcome: 'same'; unsignedHash: string }
  /** `otherEngine`: this version of the engine is not the one that printed it, so that nothing is proved either way. */
  | { outcome: 'differs'; unsignedHash: string; engine: string; otherEngine: boolean }
  /** What was frozen is no longer in the table. */
  | { outcome: 'missing'; what: string }
  /** The engine refused. Its code alone: its words may name the characters of a name. */
  | { outcome: 'unprintable'; code: string };

export type Proof = {
  outcome: 'proved' | 'disproved';
  credential: Credential;
  reprint: Reprint;
  stored:
    | { outcome: 'same' }
    | { outcome: 'missing' }
    /** It is there, and what comes is not what was stored. */
    | { outcome: 'unreadable' }
    | { outcome: 'differs'; hash: string };
  /** A signature by our key over the recorded unsigned bytes; false too where there is no document. */
  isSigned: boolean;
};

/**
 * Prints a credential again from what it froze, and looks at the document that was stored. It is proved where the
 * unsigned bytes come out as recorded, the stored bytes are those recorded, and their signature is our key's. The state
 * of the credential is not asked: a superseded one was issued all the same.
 */
export async function proveCredential(ports: ProofPorts, which: WhichCredential): Promise<Proof | Refused> {
  const credential = await findCredential(ports, which);
  if (!credential) {
    // An id has the form of a code.
    const words =
      'code' in which
        ? 'there is none by that code; for an id give --program and --enrollment too'
        : `there is none in enrollment "${which.enrollment}" of "${which.program}"`;
    const remedy = 'code' in which ? undefined : { next: 'list-credentials' as const, enrollment: which.enrollment };
    return refused('credential.unknown', `credential: ${words}`, remedy);
  }
  const reprint = await printAgain(ports, credential);
  const { document } = credential;
  const found = await readDocument(ports, document.key);
  const bytes = found === 'unreadable' ? undefined : found;
  const hash = bytes && sha256(bytes);
  const stored: Proof['stored'] =
    hash === undefined
      ? { outcome: found === 'unreadable' ? found : 'missing' }
      : hash === document.hash
        ? { outcome: 'same' }
        : { outcome: 'differs', hash };
  const isSigned = bytes !== undefined && (await ports.sealer.isSealOf(bytes, document.unsignedHash));
  const proved = reprint.outcome === 'same' && stored.outcome === 'same' && isSigned;
  return { outcome: proved ? 'proved' : 'disproved', credential, reprint, stored, isSigned };
}

async function readDocument({ documents }: ProofPorts, key: string): Promise<Uint8Array | 'unreadable' | undefined> {
  try {
    return await documents.get(key);
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'document.unreadable') return 'unreadable';
    throw error;
  }
}

async function findCredential({ store }: ProofPorts, which: WhichCredential): Promise<Credential | undefined> {
  if ('code' in which) return store.findCredential(which.code);
  return store.readCredential(which, which.credentialId);
}

async function printAgain(ports: ProofPorts, credential: Credential): Promise<Reprint> {
  const content = await readContent(ports, credential);
  if ('missing' in content) return { outcome: 'missing', what: content.missing };
  try {
    const { bytes, engine } = await ports.engine.render(content);
    const unsignedHash = sha256(bytes);
    const { document } = credential;
    if (unsignedHash === document.unsignedHash) return { outcome: 'same', unsignedHash };
    return { outcome: 'differs', unsignedHash, engine, otherEngine: engine !== document.engine };
  } catch (error) {
    if (error instanceof AdapterError && !error.retryable) return { outcome: 'unprintable', code: error.code };
    throw error;
  }
}

async function readContent(
  { store }: ProofPorts,
  credential: Credential,
): Promise<CertificateContent | { missing: string }> {
  const { facts, achievement, credentialId, code, requestedAt, transcript } = credential;
  const program = await intact(store.readProgramVersion(credential.program, facts.hashes.program));
  if (!program) return { missing: 'program version' };
  const template = await intact(store.readTemplate(credential.program, facts.hashes.template));
  if (!template) return { missing: 'template' };
  const framework = await intact(store.readFramework(facts.framework));
  if (!framework) return { missing: 'framework' };
  const images = new Map<string, Uint8Array>();
  for (const hash of imageHashes(program)) {
    const image = await intact(store.readAsset(credential.program, hash));
    if (!image) return { missing: 'picture' };
    images.set(hash, image);
  }
  const set = framework.skillSets.find(({ id }) => achievement === `skill-set:${id}`);
  return {
    credentialId,
    code,
    achievement,
    achievementText: set ? (set.display ?? set.text) : program.achievement,
    facts,
    requestedAt,
    issuedOn: civilDateOf(requestedAt, program.timeZone),
    program,
    template,
    transcript,
    images,
  };
}

/** What does not match its own hash any more is as good as gone. */
async function intact<T>(reading: Promise<T | undefined>): Promise<T | undefined> {
  try {
    return await reading;
  } catch (error) {
    if (error instanceof AdapterError && error.code === 'document.altered') return undefined;
    throw error;
  }
}
