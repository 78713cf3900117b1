import {
  decodePDFRawStream,
  PDFArray,
  PDFDict,
  PDFDocument,
  PDFName,
  PDFNumber,
  type PDFObject,
  PDFRawStream,
} from 'pdf-lib';

/** Does one wrong to a good document. Each throws where it finds nothing to harm: then it would prove nothing. */
export type Damage = (document: PDFDocument) => void;

/**
 * Writes a document anew with one thing broken; with nothing broken, to see that writing it anew is no harm. Its
 * signature is left out, since that covers the bytes as they were.
 */
export async function damaged(bytes: Uint8Array, damage: Damage = () => {}): Promise<Uint8Array> {
  const document = await PDFDocument.load(bytes, { updateMetadata: false });
  found(document, isSignatureField).delete(PDFName.of('V'));
  damage(document);
  return document.save({ useObjectStreams: false, addDefaultPage: false, updateFieldAppearances: false });
}

export const dropLanguage: Damage = ({ catalog }) => drop(catalog, 'Lang');

export const dropOutputIntent: Damage = ({ catalog }) => drop(catalog, 'OutputIntents');

export const hideTitle: Damage = ({ catalog }) =>
  drop(catalog.lookup(PDFName.of('ViewerPreferences'), PDFDict), 'DisplayDocTitle');

export const dropMetadata: Damage = ({ catalog }) => drop(catalog, 'Metadata');

/** A figure's alternate text. */
export const dropAlt: Damage = (document) => {
  drop(
    found(document, (dict) => isNamed(dict.get(PDFName.of('S')), 'Figure') && dict.has(PDFName.of('Alt'))),
    'Alt',
  );
};

/** What a screen reader says of a link. */
export const dropLinkContents: Damage = (document) => {
  drop(
    found(document, (dict) => isNamed(dict.get(PDFName.of('Subtype')), 'Link')),
    'Contents',
  );
};

/** How the attachment relates to the document. */
export const dropRelationship: Damage = (document) => {
  drop(
    found(document, (dict) => isNamed(dict.get(PDFName.of('Type')), 'Filespec')),
    'AFRelationship',
  );
};

/** A border that is neither content nor artifact. */
export const drawUntaggedBorder: Damage = (document) => {
  const page = document.getPage(0);
  const { width, height } = page.getSize();
  const operators = `q 0 0 0 RG 1 w 20 20 ${width - 40} ${height - 40} re S Q`;
  const stream = document.context.register(document.context.stream(operators));
  const contents = page.node.get(PDFName.of('Contents'));
  const before = document.context.lookup(contents) instanceof PDFArray ? page.node.Contents() : undefined;
  const all = before instanceof PDFArray ? before.asArray() : contents ? [contents] : [];
  page.node.set(PDFName.of('Contents'), document.context.obj([...all, stream]));
};

/** The text of one glyph that the pages show: the letter e, in every font that has it. */
export const dropToUnicodeEntry: Damage = (document) => {
  let dropped = 0;
  for (const [ref, object] of document.context.enumerateIndirectObjects()) {
    if (!(object instanceof PDFRawStream)) continue;
    const cmap = new TextDecoder('latin1').decode(unpacked(object));
    if (!cmap.includes('begincmap')) continue;
    const without = withoutLetter(cmap, () => dropped++);
    if (without !== cmap) document.context.assign(ref, document.context.stream(counted(without)));
  }
  if (dropped === 0) throw new Error('no ToUnicode map has a line for the letter e');
};

/** The width of a glyph, which then differs from the font's own. */
export const widenGlyph: Damage = (document) => {
  const font = found(document, (dict) => /^CIDFont/.test(nameOf(dict.get(PDFName.of('Subtype')))));
  const widths = font.lookup(PDFName.of('W'), PDFArray);
  for (let i = 0; i < widths.size(); i++) {
    const list = widths.lookup(i);
    if (!(list instanceof PDFArray)) continue;
    for (let n = 0; n < list.size(); n++) list.set(n, PDFNumber.of(list.lookup(n, PDFNumber).asNumber() + 120));
  }
};

function isSignatureField(dict: PDFDict): boolean {
  return isNamed(dict.get(PDFName.of('FT')), 'Sig');
}

function found(document: PDFDocument, matches: (dict: PDFDict) => boolean): PDFDict {
  for (const [, object] of document.context.enumerateIndirectObjects()) {
    for (const dict of dictsIn(object)) if (matches(dict)) return dict;
  }
  throw new Error('the document has nothing to do this harm to');
}

/** Dictionaries may stand inside others: annotations in a page's array, a file specification in the names. */
function* dictsIn(object: PDFObject): Generator<PDFDict> {
  if (object instanceof PDFDict) {
    yield object;
    for (const value of object.values()) yield* dictsIn(value);
  }
  if (object instanceof PDFArray) for (const value of object.asArray()) yield* dictsIn(value);
}

function drop(dict: PDFDict, key: string): void {
  if (!dict.delete(PDFName.of(key))) throw new Error(`there is no /${key} to drop`);
}

function isNamed(object: PDFObject | undefined, name: string): boolean {
  return nameOf(object) === name;
}

function nameOf(object: PDFObject | undefined): string {
  return object instanceof PDFName ? object.decodeText() : '';
}

/** Maps hold a letter as a line of its own, or in a list of what codes that follow one another stand for. */
function withoutLetter(cmap: string, dropped: () => void): string {
  const alone = cmap.replace(/^\s*<[0-9A-Fa-f]{4}>\s*<0065>\s*$/m, () => {
    dropped();
    return '';
  });
  return listed(alone).replaceAll(
    /<(\w{4})>\s*<\w{4}>\s*\[([^\]]*)\]/g,
    (range: string, from: string, list: string) => {
      const texts: string[] = list.match(/<\w+>/g) ?? [];
      const at = texts.indexOf('<0065>');
      if (at < 0) return range;
      dropped();
      const first = Number.parseInt(from, 16);
      const part = (start: number, end: number) =>
        start < end ? `${code(first + start)}${code(first + end - 1)}[${texts.slice(start, end).join('')}]\n` : '';
      return part(0, at) + part(at + 1, texts.length);
    },
  );
}

/** Ranges said by their first text, each as a list of its texts. */
function listed(cmap: string): string {
  return cmap.replaceAll(/^<(\w{4})><(\w{4})><(\w{4})>$/gm, (_, ...hex: string[]) => {
    const [from, to, unit] = hex.slice(0, 3).map((each) => Number.parseInt(each, 16)) as [number, number, number];
    const texts = Array.from({ length: to - from + 1 }, (_, i) => code(unit + i));
    return `${code(from)}${code(to)}[${texts.join('')}]`;
  });
}

function code(number: number): string {
  return `<${number.toString(16).padStart(4, '0')}>`;
}

/** Each block's count, made true again: it is the missing entry that must be found, not a wrong count. */
function counted(cmap: string): string {
  return cmap.replaceAll(/\d+(\s+begin(bfchar|bfrange))([\s\S]*?)(?=endbf)/g, (_, begin, kind, lines: string) => {
    const entry = kind === 'bfchar' ? /<\w+>\s*<\w+>/g : /<\w+>\s*<\w+>\s*(<\w+>|\[[^\]]*\])/g;
    return `${lines.match(entry)?.length ?? 0}${begin}${lines}`;
  });
}

function unpacked(stream: PDFRawStream): Uint8Array {
  return stream.dict.has(PDFName.of('Filter')) ? decodePDFRawStream(stream).decode() : stream.contents;
}
