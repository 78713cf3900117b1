import { type PDFContext, PDFHexString, type PDFObject, type PDFRef } from 'pdf-lib';
import type { AnnotationName, StructureElement } from './structure-element.ts';

/** Where the tree's content lies. */
export type TreePlaces = {
  pages: { ref: PDFRef; marked: StructureElement[] }[];
  annotations: Record<AnnotationName, PDFRef>;
};

/** The key of an annotation in the parent tree: after those of the pages. */
export function structParentOf(name: AnnotationName, pages: number): number {
  return pages + ['address', 'qr', 'signature'].indexOf(name);
}

/** Writes the structure tree with its way back from content to elements (ISO 32000-1, 14.7). */
export function writeStructureTree(context: PDFContext, root: StructureElement, places: TreePlaces): PDFRef {
  const rootRef = context.nextRef();
  const refs = new Map<StructureElement, PDFRef>();
  const byAnnotation = new Map<AnnotationName, PDFRef>();
  const reserve = (element: StructureElement) => {
    const ref = context.nextRef();
    refs.set(element, ref);
    for (const kid of element.kids) {
      if ('type' in kid) reserve(kid);
      else if ('annotation' in kid) byAnnotation.set(kid.annotation, ref);
    }
  };
  reserve(root);
  const write = (element: StructureElement, parent: PDFRef) => {
    const ref = refs.get(element) as PDFRef;
    context.assign(ref, elementObject(context, element, parent, refs, places));
    for (const kid of element.kids) if ('type' in kid) write(kid, ref);
  };
  write(root, rootRef);
  const pages = places.pages.flatMap(({ marked }, page) => [
    page,
    marked.map((element) => refs.get(element) as PDFRef),
  ]);
  const annotations = [...byAnnotation]
    .map(([name, ref]) => [structParentOf(name, places.pages.length), ref] as const)
    .sort(([a], [b]) => a - b);
  const next = places.pages.length + 3;
  context.assign(
    rootRef,
    context.obj({
      Type: 'StructTreeRoot',
      K: [refs.get(root) as PDFRef],
      ParentTree: context.register(context.obj({ Nums: [...pages, ...annotations.flat()] } as never)),
      ParentTreeNextKey: next,
    }),
  );
  return rootRef;
}

function elementObject(
  context: PDFContext,
  element: StructureElement,
  parent: PDFRef,
  refs: Map<StructureElement, PDFRef>,
  { pages, annotations }: TreePlaces,
): PDFObject {
  const first = element.kids.find((kid) => 'mcid' in kid);
  const home = first?.page;
  const kids = element.kids.map((kid) => {
    if ('type' in kid) return refs.get(kid) as PDFRef;
    if ('annotation' in kid) return { Type: 'OBJR', Obj: annotations[kid.annotation], Pg: pages[0]?.ref };
    return kid.page === home ? kid.mcid : { Type: 'MCR', Pg: pages[kid.page]?.ref, MCID: kid.mcid };
  });
  return context.obj({
    S: element.type,
    P: parent,
    K: kids,
    ...(home !== undefined && { Pg: pages[home]?.ref }),
    ...(element.alt !== undefined && { Alt: PDFHexString.fromText(element.alt) }),
    ...(element.box && {
      A: { O: 'Layout', BBox: element.box.map((side) => Math.round(side * 100) / 100), Placement: 'Block' },
    }),
    ...(element.scope && { A: { O: 'Table', Scope: element.scope } }),
  } as never);
}
