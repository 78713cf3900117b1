/** The standard structure types that our documents use (ISO 32000-1, 14.8.4). */
export type StructureType =
  | 'Document'
  | 'Sect'
  | 'P'
  | 'H1'
  | 'H2'
  | 'H3'
  | 'Figure'
  | 'Link'
  | 'Form'
  | 'Span'
  | 'Table'
  | 'THead'
  | 'TBody'
  | 'TR'
  | 'TH'
  | 'TD';

export type AnnotationName = 'address' | 'qr' | 'signature';

/** What a reading aid reads, in its order: other elements, marked content of a page, annotations. */
export type StructureKid = StructureElement | { page: number; mcid: number } | { annotation: AnnotationName };

export type StructureElement = {
  type: StructureType;
  kids: StructureKid[];
  /** What is read aloud in place of a figure. */
  alt?: string;
  /** A figure's area in points: left, bottom, right, top. */
  box?: readonly [number, number, number, number];
  /** What a header cell is the header of. */
  scope?: 'Row' | 'Column';
};

/** A new last child of `parent`. */
export function childOf(
  parent: StructureElement,
  type: StructureType,
  rest: Omit<StructureElement, 'type' | 'kids'> = {},
): StructureElement {
  const child = { type, kids: [], ...rest };
  parent.kids.push(child);
  return child;
}
