import type { RawObject } from './font-objects.ts';
import { number, textString } from './pdf-text.ts';
import type { AnnotationName, StructureElement } from './structure-element.ts';

/** Where the tree's content lies, by object number. */
export type TreePlaces = {
  pages: { page: number; marked: StructureElement[] }[];
  annotations: Record<AnnotationName, number>;
};

/** The key of an annotation in the parent tree: after those of the pages. */
export function structParentOf(name: AnnotationName, pages: number): number {
  return pages + ['address', 'qr', 'signature'].indexOf(name);
}

/**
 * Writes the structure tree with its way back from content to elements (ISO 32000-1, 14.7). As text, since most of a
 * document's objects are its elements: pdf-lib's objects of them took a fresh process longer than drawing the pages.
 */
export function writeStructureTree(
  top: StructureElement,
  { pages, annotations }: TreePlaces,
  allot: () => number,
): { root: number; objects: RawObject[] } {
  const objects: RawObject[] = [];
  const numbers = new Map<StructureElement, number>();
  const byAnnotation: { name: AnnotationName; element: number }[] = [];
  const root = allot();

  function write(element: StructureElement, parent: number): number {
    const own = allot();
    numbers.set(element, own);
    let home: number | undefined;
    let kids = '';
    let only: number | undefined;
    for (const kid of element.kids) {
      if ('type' in kid) kids += `${write(kid, own)} 0 R `;
      else if ('annotation' in kid) {
        kids += `<</Type/OBJR/Obj ${annotations[kid.annotation]} 0 R/Pg ${pages[0]?.page} 0 R>>`;
        byAnnotation.push({ name: kid.annotation, element: own });
      } else {
        home ??= kid.page;
        if (element.kids.length === 1) only = kid.mcid;
        kids += kid.page === home ? `${kid.mcid} ` : `<</Type/MCR/Pg ${pages[kid.page]?.page} 0 R/MCID ${kid.mcid}>>`;
      }
    }
    const page = home === undefined ? '' : `/Pg ${pages[home]?.page} 0 R`;
    objects.push({
      number: own,
      body: `<</S/${element.type}/P ${parent} 0 R/K${only === undefined ? `[${kids.trimEnd()}]` : ` ${only}`}${page}${attributes(element)}>>`,
    });
    return own;
  }

  const first = write(top, root);
  const parents = allot();
  let back = '';
  for (const [i, { marked }] of pages.entries()) {
    back += `${i}[${marked.map((each) => `${numbers.get(each)} 0 R`).join(' ')}]`;
  }
  const keyed = byAnnotation.map(({ name, element }) => ({ key: structParentOf(name, pages.length), element }));
  for (const { key, element } of keyed.sort((a, b) => a.key - b.key)) back += `${key} ${element} 0 R `;
  objects.push(
    { number: parents, body: `<</Nums[${back.trimEnd()}]>>` },
    {
      number: root,
      body: `<</Type/StructTreeRoot/K[${first} 0 R]/ParentTree ${parents} 0 R/ParentTreeNextKey ${pages.length + 3}>>`,
    },
  );
  return { root, objects };
}

function attributes({ alt, box, scope }: StructureElement): string {
  let text = alt === undefined ? '' : `/Alt${textString(alt)}`;
  if (box) text += `/A<</O/Layout/BBox[${box.map(number).join(' ')}]/Placement/Block>>`;
  if (scope) text += `/A<</O/Table/Scope/${scope}>>`;
  return text;
}
