import { PDFDocument, PDFHexString, PDFName, type PDFRef, PDFString } from 'pdf-lib';
import { documentHash } from '../../domain/hash.ts';
import type { CertificateContent } from '../../ports/certificate-engine.ts';
import { type FontSubset, fontSubset } from './font-embedding.ts';
import { type FaceName, type Faces, faceNames, type ShapedGlyph } from './fonts.ts';
import { fontKeys, type SheetContent } from './sheet.ts';
import { titleOf } from './wording.ts';

export type PaperSize = { width: number; height: number };

/** A document in the making: fonts first collect what the pages show, then are embedded once. */
export type CertificateDocument = {
  code(face: FaceName, glyph: ShapedGlyph): string;
  finish(pages: { size: PaperSize; content: SheetContent }[]): Promise<Uint8Array>;
};

export function certificateDocument(content: CertificateContent, faces: Faces, producer: string): CertificateDocument {
  const subsets: Record<FaceName, FontSubset> = {
    regular: fontSubset(faces.regular),
    italic: fontSubset(faces.italic),
    bold: fontSubset(faces.bold),
  };
  return {
    code: (face, glyph) => subsets[face].code(glyph),
    async finish(pages) {
      const document = await PDFDocument.create({ updateMetadata: false });
      describe(document, content, producer);
      const fonts: Record<string, PDFRef> = {};
      for (const face of faceNames) {
        const embedded = await subsets[face].embed(document.context);
        if (embedded) fonts[fontKeys[face]] = embedded;
      }
      const resources = document.context.register(document.context.obj({ Font: fonts }));
      for (const page of pages) addPage(document, resources, page.size, page.content);
      return document.save({ useObjectStreams: true, addDefaultPage: false, updateFieldAppearances: false });
    },
  };
}

/** What a viewer shows of the document. Its dates are those of the credential: a repeat gives the same bytes. */
function describe(document: PDFDocument, content: CertificateContent, producer: string): void {
  const { template, program, facts, credentialId, issuedOn } = content;
  const issued = new Date(`${issuedOn}T00:00:00Z`);
  document.setTitle(`${titleOf(content)} · ${facts.name}`, { showInWindowTitleBar: true });
  document.setAuthor(program.sponsor);
  document.setSubject(content.achievementText);
  document.setKeywords([credentialId]);
  document.setCreator('Journeypaper');
  document.setProducer(producer);
  document.setCreationDate(issued);
  document.setModificationDate(issued);
  document.setLanguage(template.language);
  const id = PDFHexString.of(documentHash(content).slice(0, 32));
  document.context.trailerInfo.ID = document.context.obj([id, id]);
}

function addPage(document: PDFDocument, resources: PDFRef, size: PaperSize, content: SheetContent): void {
  const { context } = document;
  const page = document.addPage([size.width, size.height]);
  page.node.set(PDFName.of('Resources'), resources);
  page.node.set(PDFName.of('Contents'), context.register(context.flateStream(content.operators)));
  if (content.links.length === 0) return;
  const annotations = content.links.map(({ address, rectangle }) =>
    context.register(
      context.obj({
        Type: 'Annot',
        Subtype: 'Link',
        Rect: rectangle,
        Border: [0, 0, 0],
        A: { Type: 'Action', S: 'URI', URI: PDFString.of(inPdf(address)) },
      }),
    ),
  );
  page.node.set(PDFName.of('Annots'), context.obj(annotations));
}

/** An address in ASCII, as a PDF string takes it. */
function inPdf(address: string): string {
  return new URL(address).href.replace(/[\\()]/g, '\\$&');
}
