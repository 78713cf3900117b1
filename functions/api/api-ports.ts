import type { RecordActPorts } from '../acts/act-ports.ts';
import type { AccessLog } from '../ports/access-log.ts';
import type { DocumentLinks } from '../ports/document-links.ts';
import type { ExportJobs } from '../ports/export-jobs.ts';
import type { ExportLinks } from '../ports/export-store.ts';
import type { Idempotency } from '../ports/idempotency.ts';
import type { SignIn } from '../ports/sign-in.ts';
import type { SignatureCheck } from '../ports/signature-check.ts';
import type { StaticFiles } from '../ports/static-files.ts';
import type { TokenCheck } from '../ports/token-check.ts';

/** What the API needs from the world: what the acts on records need, and what only callers from outside make needful. */
export type ApiPorts = RecordActPorts & {
  tokens: TokenCheck;
  signIn: SignIn;
  files: StaticFiles;
  access: AccessLog;
  idempotency: Idempotency;
  links: DocumentLinks;
  exports: ExportJobs;
  /** By the key that certificates are signed with. */
  isCredentialSignature: SignatureCheck;
  /** To bundles, which only an auditor or administrator may fetch. */
  exportLinks: ExportLinks;
  /** Tells of a request that failed, by ids and codes. */
  failed(error: unknown, fields: Record<string, string | number>): void;
};

/** How one deployment is set up. */
export type ApiSettings = {
  groupsClaim: string;
  actorClaim: string;
  /** The origin that people reach us under; undefined: the host that a request was sent to, by https. */
  publicOrigin?: string | undefined;
};
