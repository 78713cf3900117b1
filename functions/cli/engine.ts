import type { CertificateEngine } from '../ports/certificate-engine.ts';
import type { CertificateSealer } from '../ports/certificate-sealer.ts';
import type { Signer } from '../ports/signer.ts';

/** The engine with the fonts of this folder. It is imported late: most commands print nothing. */
export async function engineAt(root: string): Promise<CertificateEngine> {
  const { pdfCertificateEngine } = await import('../adapters/pdf/certificate-engine.ts');
  const { typefaceFiles } = await import('../adapters/pdf/text/typeface-files.ts');
  return pdfCertificateEngine({ fonts: typefaceFiles(root) });
}

/** What signs and checks with this key; imported late too. */
export async function sealerWith(signer: Signer): Promise<CertificateSealer> {
  const { certificateSealer } = await import('../adapters/pdf/signing/sealer.ts');
  return certificateSealer({ signer });
}
