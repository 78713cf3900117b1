import { hash } from 'node:crypto';
import { AdapterError } from '../../ports/adapter-error.ts';
import type { CertificateContent, SignatureSlot } from '../../ports/certificate-engine.ts';
import { byteWriter } from './file/byte-writer.ts';
import { fontObjects } from './file/font-objects.ts';
import { type OwnObjects, ownObjects } from './file/own-objects.ts';
import { dateString, textString } from './file/pdf-text.ts';
import { type IndividualPages, individualPages, type Names } from './individual.ts';
import { qrKey } from './layout/certificate-foot.ts';
import { qrCode } from './qr/qr-code.ts';
import type { Revision } from './revision.ts';
import type { Typefaces } from './text/typefaces.ts';

export type SpliceOptions = { signatureBytes: number };

const writer = byteWriter();

/**
 * Puts one certificate behind the bytes that its revision shares: its pages' own parts, its record and description, the
 * place of its signature, and one cross-reference stream over everything.
 */
export function splice(
  revision: Revision,
  content: CertificateContent,
  names: Names,
  typefaces: Typefaces,
  options: SpliceOptions,
): { bytes: Uint8Array; slot: SignatureSlot } {
  const pages = individualPages(revision, content, names, typefaces);
  const out = ownObjects(revision, revision.numbers.count, 5 * pages.fonts.length, writer);
  try {
    return write(out, revision, content, pages, options);
  } catch (error) {
    writer.reset();
    throw error;
  }
}

function write(
  out: OwnObjects,
  revision: Revision,
  content: CertificateContent,
  pages: IndividualPages,
  options: SpliceOptions,
) {
  const { numbers, shared } = revision;
  const address = shared.verifyBase + content.code;
  const instant = `${content.requestedAt.slice(0, 19)}Z`;
  for (const [i, operators] of pages.contents.entries()) out.stream(numbers.contents[i] ?? 0, '<<', operators);
  const ownFonts = writeFonts(out, revision, pages);
  out.object(
    numbers.resources,
    `<</Font<<${revision.resources.fonts}${ownFonts}>>/XObject<<${revision.resources.forms}/${qrKey} ${numbers.qr} 0 R>>>>`,
  );
  writeQr(out, numbers.qr, shared.verifyHref, content.code);
  for (const { isQr, write } of revision.links) {
    out.object(isQr ? numbers.qrLink : numbers.addressLink, write(content.code));
  }
  const record = revision.record.write(content, address, pages.transcriptDates);
  const date = dateString(instant);
  out.unicode(numbers.record, `<</Type/EmbeddedFile/Subtype/application#2Fjson/Params<</ModDate${date}>>`, [record]);
  const name = content.facts.name.normalize('NFC');
  const title = revision.titleBefore + name;
  const { description } = revision;
  out.unicode(
    numbers.metadata,
    '<</Type/Metadata/Subtype/XML',
    description.packet({ title, keyword: content.credentialId, instant }),
  );
  out.object(
    numbers.information,
    `<</Title${revision.titleString(name)}/Keywords${textString(content.credentialId)}${description.information}/CreationDate${date}/ModDate${date}>>`,
  );
  const id = documentId(revision, record, options);
  return finish(out, {
    signature: numbers.signature,
    date,
    signatureBytes: options.signatureBytes,
    trailer: `/Root ${revision.catalog} 0 R/Info ${numbers.information} 0 R/ID[<${id}><${id}>]`,
  });
}

/** The file's identifier, from everything that its bytes follow from: the record has all that is one certificate's own. */
function documentId({ digest }: Revision, record: string, { signatureBytes }: SpliceOptions): string {
  return hash('sha256', `${digest}${signatureBytes}${record}`, 'hex').slice(0, 32);
}

function writeFonts(out: OwnObjects, { objectCount }: Revision, { fonts }: IndividualPages): string {
  let entries = '';
  let last = objectCount;
  for (const { key, embedded } of fonts) {
    const at = { font: last + 1, descendant: last + 2, descriptor: last + 3, file: last + 4, toUnicode: last + 5 };
    last += 5;
    for (const { number, body, bytes } of fontObjects(embedded, at)) {
      if (bytes) out.stream(number, body, bytes);
      else out.object(number, body);
    }
    entries += `/${key} ${at.font} 0 R`;
  }
  return entries;
}

/** A stencil: its dark modules are painted in the page's ink, the others show the paper. */
function writeQr(out: OwnObjects, object: number, base: string, code: string): void {
  const made = qrCode(base, code);
  if (!made) {
    const message = 'program verifyUrl: too long for a QR code; give a shorter address';
    throw new AdapterError('certificate.does-not-fit', message, { retryable: false });
  }
  const head = `<</Type/XObject/Subtype/Image/ImageMask true/BitsPerComponent 1/Decode[1 0]/Width ${made.side}/Height ${made.side}`;
  out.stream(object, head, made.rows);
}

/** The signature's dictionary with its slot, then the cross-reference stream. */
function finish(
  out: OwnObjects,
  last: { signature: number; date: string; signatureBytes: number; trailer: string },
): { bytes: Uint8Array; slot: SignatureSlot } {
  out.open(last.signature);
  const digits = 2 * last.signatureBytes;
  const head = `${last.signature} 0 obj\n<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/M${last.date}/ByteRange[0 `;
  const start = out.length + head.length + rangeWidth + '/Contents'.length;
  const slot = { start, length: digits };
  const after = start + digits + 2;
  const close = '>>\nendobj\n';
  const at = after + close.length;
  const crossReference = out.crossReference(at, last.trailer);
  writer.latin(head + `${start} ${after} ${at + crossReference.length - after}]`.padEnd(rangeWidth));
  writer.latin('/Contents<');
  writer.bytes(zeros(digits));
  writer.latin(`>${close}`);
  crossReference.write();
  return { bytes: out.take(), slot };
}

/** Room for three offsets of up to ten digits. */
const rangeWidth = 34;

let knownZeros = Buffer.alloc(0);

function zeros(count: number): Uint8Array {
  if (knownZeros.length < count) knownZeros = Buffer.alloc(count, '0');
  return knownZeros.subarray(0, count);
}
