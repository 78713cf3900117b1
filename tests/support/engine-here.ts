import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { pdfCertificateEngine } from '../../functions/adapters/pdf/certificate-engine.ts';
import { certificateSealer } from '../../functions/adapters/pdf/signing/sealer.ts';
import { typefaceFiles } from '../../functions/adapters/pdf/text/typeface-files.ts';
import type { CertificateEngine } from '../../functions/ports/certificate-engine.ts';
import type { CertificateSealer } from '../../functions/ports/certificate-sealer.ts';
import type { Signer } from '../../functions/ports/signer.ts';

const root = join(import.meta.dirname, '../..');

/** The certificate engine with the fonts of this repository. */
export function engineHere(): CertificateEngine {
  return pdfCertificateEngine({ fonts: typefaceFiles(root) });
}

/** A P-256 key of this process, which signs as KMS does. */
export function signerHere(): Signer {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const der = publicKey.export({ type: 'spki', format: 'der' });
  return {
    sign: async (content) => ({ keyId: 'local', signature: sign('sha256', content, privateKey).toString('base64') }),
    publicKey: async () => der,
  };
}

/** Signs with a key of this process and a certificate that it makes of it. */
export function sealerHere(): CertificateSealer {
  return certificateSealer({ signer: signerHere() });
}
