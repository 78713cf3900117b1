import { join } from 'node:path';
import { pdfCertificateEngine } from '../../functions/adapters/pdf/certificate-engine.ts';
import { certificateSealer } from '../../functions/adapters/pdf/signing/sealer.ts';
import { typefaceFiles } from '../../functions/adapters/pdf/text/typeface-files.ts';
import type { CertificateEngine } from '../../functions/ports/certificate-engine.ts';
import type { CertificateSealer } from '../../functions/ports/certificate-sealer.ts';
import { signerHere } from './signer-here.ts';

const root = join(import.meta.dirname, '../..');

/** The certificate engine with the fonts of this repository. */
export function engineHere(): CertificateEngine {
  return pdfCertificateEngine({ fonts: typefaceFiles(root) });
}

/** Signs with a key of this process and a certificate that it makes of it. */
export function sealerHere(): CertificateSealer {
  return certificateSealer({ signer: signerHere() });
}
