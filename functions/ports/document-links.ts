import type { Instant } from '../domain/time.ts';

export type DocumentLink = { url: string; expiresAt: Instant };

/** Links to stored certificates: whoever holds one can fetch that one document, for a few minutes. */
export type DocumentLinks = {
  /** `filename`: what browsers save it as. Names nobody, since it ends up in people's folders and logs. */
  link(key: string, filename: string): Promise<DocumentLink>;
};
