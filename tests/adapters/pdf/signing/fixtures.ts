import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { PDFArray, PDFDocument, PDFHexString, PDFName, PDFNumber, PDFString } from 'pdf-lib';
import {
  certificateRequest,
  pem,
  selfSignedCertificate,
} from '../../../../functions/adapters/pdf/signing/certificate-request.ts';
import type { SignatureSlot } from '../../../../functions/ports/certificate-engine.ts';
import type { Signer } from '../../../../functions/ports/signer.ts';

export type LocalKey = { signer: Signer; publicKey: KeyObject; privateKey: KeyObject; signed: Uint8Array[] };

/** A P-256 key of this process, and all that it was given to sign. */
export function localKey(): LocalKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  const signed: Uint8Array[] = [];
  const signer: Signer = {
    sign: async (content) => {
      signed.push(content);
      return { keyId: 'local', signature: sign('sha256', content, privateKey).toString('base64') };
    },
    publicKey: async () => spki,
  };
  return { signer, publicKey, privateKey, signed };
}

export const harbour = { CN: 'Harbour Sponsor Záznamy', O: 'Harbour Sponsor', C: 'US' };
const validity = { from: '2026-01-01T00:00:00.000Z', to: '2036-01-01T00:00:00.000Z' };

/** A certificate in PEM that the key gives itself. */
export async function ownCertificate({ signer }: Pick<LocalKey, 'signer'>, over: Partial<typeof validity> = {}) {
  return pem('CERTIFICATE', await selfSignedCertificate(signer, harbour, { ...validity, ...over }));
}

export async function ownRequest({ signer }: Pick<LocalKey, 'signer'>) {
  return pem('CERTIFICATE REQUEST', await certificateRequest(signer, harbour));
}

/** A page with an empty place for a signature, made by a library that knows nothing of ours. */
export async function fixturePdf(slotBytes = 3_000): Promise<{ bytes: Uint8Array; slot: SignatureSlot }> {
  const pdf = await PDFDocument.create();
  pdf.setCreationDate(new Date('2026-03-01T12:00:00Z'));
  const page = pdf.addPage([300, 200]);
  page.drawText('Certificate', { x: 40, y: 100 });
  const { context } = pdf;
  const byteRange = PDFArray.withContext(context);
  byteRange.push(PDFNumber.of(0));
  for (let i = 0; i < 3; i++) byteRange.push(PDFNumber.of(9_999_999));
  const signature = context.register(
    context.obj({
      Type: 'Sig',
      Filter: 'Adobe.PPKLite',
      SubFilter: 'ETSI.CAdES.detached',
      ByteRange: byteRange,
      Contents: PDFHexString.of('0'.repeat(slotBytes * 2)),
      M: PDFString.of('D:20260301120000Z'),
    }),
  );
  const widget = context.register(
    context.obj({
      Type: 'Annot',
      Subtype: 'Widget',
      FT: 'Sig',
      Rect: [0, 0, 0, 0],
      V: signature,
      T: PDFString.of('Signature'),
      F: 132,
      P: page.ref,
    }),
  );
  page.node.set(PDFName.of('Annots'), context.obj([widget]));
  pdf.catalog.set(PDFName.of('AcroForm'), context.obj({ SigFlags: 3, Fields: [widget] }));
  const bytes = Buffer.from(await pdf.save({ useObjectStreams: false }));
  const slot = { start: bytes.indexOf(`<${'0'.repeat(100)}`), length: slotBytes * 2 };
  const end = slot.start + slot.length + 2;
  const range = `/ByteRange [ 0 ${slot.start} ${end} ${bytes.length - end} ]`;
  const placeholder = '/ByteRange [ 0 9999999 9999999 9999999 ]';
  const at = bytes.indexOf(placeholder);
  if (at < 0) throw new Error('the fixture has no byte range');
  bytes.write(range.padEnd(placeholder.length), at, 'latin1');
  return { bytes, slot };
}
