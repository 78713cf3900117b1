import type { Clock } from '../../ports/clock.ts';
import type { DocumentLinks } from '../../ports/document-links.ts';
import type { ExportLinks } from '../../ports/export-store.ts';

/**
 * Links to documents and bundles, by a client that is loaded when somebody first asks: S3's is the largest of all, few
 * requests want it, and no cold start pays for it.
 */
export function lateLinks(buckets: { documents: string; exports: string }, clock: Clock) {
  let loading: ReturnType<typeof load> | undefined;
  async function load() {
    const [{ s3Client }, { s3DocumentLinks }, { s3ExportLinks }] = await Promise.all([
      import('./s3-client.ts'),
      import('./s3-document-links.ts'),
      import('./s3-export-links.ts'),
    ]);
    const client = s3Client();
    return {
      documents: s3DocumentLinks({ client, bucket: buckets.documents, clock }),
      exports: s3ExportLinks({ client, bucket: buckets.exports }),
    };
  }
  const loaded = () => {
    loading ??= load();
    return loading;
  };
  const links: DocumentLinks = { link: async (...given) => (await loaded()).documents.link(...given) };
  const exportLinks: ExportLinks = { link: async (...given) => (await loaded()).exports.link(...given) };
  return { links, exportLinks };
}
