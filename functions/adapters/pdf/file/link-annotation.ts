import type { LinkArea } from '../layout/sheet.ts';
import type { SharedContent } from '../layout/wording.ts';
import { inOnePiece, number, textEndingInCode } from './pdf-text.ts';
import { structParentOf } from './structure-tree.ts';

/** Writes a link to where a credential can be checked: all but its code is the same for all that share its page. */
export function linkAnnotation({ name, area }: LinkArea, shared: SharedContent, pages: number) {
  const rectangle = [area.x, area.y, area.x + area.width, area.y + area.height].map(number).join(' ');
  const head = inOnePiece(
    `<</Type/Annot/Subtype/Link/F 4/Rect[${rectangle}]/Border[0 0 0]/StructParent ${structParentOf(name, pages)}/Contents`,
  );
  const told = textEndingInCode(`${shared.words.verify} ${shared.verifyBase}`);
  const address = textEndingInCode(shared.verifyHref);
  return {
    isQr: name === 'qr',
    write: (code: string) => `${head}${told(code)}/A<</S/URI/URI${address(code)}>>>>`,
  };
}
