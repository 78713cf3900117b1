import { PDFContext, PDFHexString, PDFRef, PDFString } from 'pdf-lib';
import type { SheetContent } from '../layout/sheet.ts';
import type { SharedContent } from '../layout/wording.ts';
import type { RawObject } from './font-objects.ts';
import { srgbProfile } from './icc-profile.ts';
import type { DynamicNumbers } from './numbers.ts';
import { recordFileName } from './record-file.ts';
import { compressed } from './static-bytes.ts';
import type { StructureElement } from './structure-element.ts';
import { structParentOf, writeStructureTree } from './structure-tree.ts';

export type CatalogParts = {
  shared: SharedContent;
  tree: StructureElement;
  pages: SheetContent[];
  /** By page, the stream that all certificates share. */
  contents: number[];
  numbers: DynamicNumbers;
};

/**
 * The document's skeleton: catalog, pages, structure tree, output intent, attachment and signature field.
 *
 * @param last the largest number that is taken
 */
export function writeCatalog(parts: CatalogParts, last: number): { catalog: number; objects: RawObject[] } {
  const { shared, numbers } = parts;
  const context = PDFContext.create();
  context.largestObjectNumber = last;
  const catalog = context.nextRef();
  const pageTree = context.nextRef();
  const pages = parts.pages.map(() => context.nextRef());
  const field = context.nextRef();
  const tree = writeStructureTree(
    parts.tree,
    {
      pages: pages.map((ref, i) => ({ page: ref.objectNumber, marked: parts.pages[i]?.marked ?? [] })),
      annotations: { address: numbers.addressLink, qr: numbers.qrLink, signature: field.objectNumber },
    },
    () => context.nextRef().objectNumber,
  );
  parts.pages.forEach(({ size }, i) => {
    const page = {
      Type: 'Page',
      Parent: pageTree,
      MediaBox: [0, 0, size.width, size.height],
      Resources: PDFRef.of(numbers.resources),
      Contents: [PDFRef.of(parts.contents[i] ?? 0), PDFRef.of(numbers.contents[i] ?? 0)],
      StructParents: i,
      Tabs: 'S',
      ...(i === 0 && { Annots: [PDFRef.of(numbers.qrLink), PDFRef.of(numbers.addressLink), field] }),
    };
    context.assign(pages[i] as PDFRef, context.obj(page));
  });
  context.assign(pageTree, context.obj({ Type: 'Pages', Kids: pages, Count: pages.length }));
  context.assign(field, signatureField(context, parts, pages[0] as PDFRef));
  const record = attachment(context, numbers);
  const profile = context.nextRef();
  const intent = {
    Type: 'OutputIntent',
    S: 'GTS_PDFA1',
    OutputConditionIdentifier: PDFString.of('sRGB'),
    Info: PDFString.of('sRGB IEC61966-2.1'),
    DestOutputProfile: profile,
  };
  const entries = {
    Type: 'Catalog',
    Pages: pageTree,
    Lang: PDFString.of(shared.language),
    MarkInfo: { Marked: true },
    StructTreeRoot: PDFRef.of(tree.root),
    ViewerPreferences: { DisplayDocTitle: true, ...(shared.rtl && { Direction: 'R2L' }) },
    Metadata: PDFRef.of(numbers.metadata),
    OutputIntents: [intent],
    Names: { EmbeddedFiles: { Names: [PDFString.of(recordFileName), record] } },
    AF: [record],
    AcroForm: { Fields: [field], SigFlags: 3 },
  };
  context.assign(catalog, context.obj(entries as never));
  const objects = context
    .enumerateIndirectObjects()
    .map(([ref, object]): RawObject => ({ number: ref.objectNumber, body: object.toString() }));
  objects.push(...tree.objects, compressed(profile.objectNumber, srgbProfile(), '/N 3'));
  return { catalog: catalog.objectNumber, objects };
}

/** Invisible: the paper shows who signs, the signature itself is what a viewer tells of. */
function signatureField(context: PDFContext, { shared, numbers, pages }: CatalogParts, page: PDFRef) {
  const printAndLocked = 4 + 128;
  return context.obj({
    Type: 'Annot',
    Subtype: 'Widget',
    FT: 'Sig',
    T: PDFString.of('signature'),
    TU: PDFHexString.fromText(shared.words.digitalSignature ?? shared.sponsor),
    V: PDFRef.of(numbers.signature),
    P: page,
    Rect: [0, 0, 0, 0],
    F: printAndLocked,
    StructParent: structParentOf('signature', pages.length),
  });
}

/** The record's file as the document's source data (ISO 19005-3, annex E). */
function attachment(context: PDFContext, { record }: DynamicNumbers): PDFRef {
  const file = PDFRef.of(record);
  return context.register(
    context.obj({
      Type: 'Filespec',
      F: PDFString.of(recordFileName),
      UF: PDFString.of(recordFileName),
      Desc: PDFString.of('The credential as data'),
      AFRelationship: 'Data',
      EF: { F: file, UF: file },
    }),
  );
}
