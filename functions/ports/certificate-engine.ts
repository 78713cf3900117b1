import type { Achievement, FrozenFacts, Transcript } from '../domain/credential.ts';
import type { CertificateTemplate, Program } from '../domain/program.ts';

/** Everything on the paper. Equal content gives equal bytes: nothing is read from a clock or a random source. */
export type CertificateContent = {
  credentialId: string;
  code: string;
  achievement: Achievement;
  /** What was achieved, as printed: the program's achievement, or the skill set's display text. */
  achievementText: string;
  facts: FrozenFacts;
  /** The instant of the request: the signature's time and the document's dates. */
  requestedAt: string;
  /** The civil date of issue in the program's time zone. */
  issuedOn: string;
  program: Program;
  template: CertificateTemplate;
  transcript: Transcript;
  /** The program's pictures by the SHA-256 of their files. */
  images: ReadonlyMap<string, Uint8Array>;
  /** Marked across every page as a preview. */
  isPreview?: true;
};

/**
 * Where the signature goes: `length` hexadecimal zeros between `<` at `start` and `>`. The byte range around it stands
 * in the bytes already, so that signing fills the slot and changes nothing else.
 */
export type SignatureSlot = { start: number; length: number };

/** `bytes` are the unsigned document: its slot holds zeros. */
export type RenderedCertificate = { bytes: Uint8Array; engine: string; slot: SignatureSlot };

/**
 * Prints certificates. `render` rejects with an `AdapterError` whose `retryable` is false when the content cannot be
 * printed (a character that no font has, a broken picture, a template that does not fit).
 */
export type CertificateEngine = { render(content: CertificateContent): Promise<RenderedCertificate> };

/** Which characters of a text no font of ours prints; empty when the text can be printed. */
export type PrintableCheck = (text: string) => string[];
