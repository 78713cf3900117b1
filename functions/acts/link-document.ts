import { documentFilename } from '../domain/credential.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { DocumentLink, DocumentLinks } from '../ports/document-links.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { type Refused, refused } from './refusal.ts';

export type Linked = { outcome: 'linked' } & DocumentLink;

/** A link to a credential's PDF as it was issued, whatever has become of the credential since. */
export async function linkDocument(
  ports: { store: Pick<RecordStore, 'readCredential'>; links: DocumentLinks },
  ref: EnrollmentRef,
  credentialId: string,
): Promise<Linked | Refused> {
  const credential = await ports.store.readCredential(ref, credentialId);
  if (!credential) return refused('credential.unknown', `credential: this enrollment has no "${credentialId}"`);
  return { outcome: 'linked', ...(await ports.links.link(credential.document.key, documentFilename(credential))) };
}
