import { createHash } from 'node:crypto';
import type { SummaryContent } from '../../../ports/summary-engine.ts';
import { fontObjects, type RawObject } from '../file/font-objects.ts';
import { srgbProfile } from '../file/icc-profile.ts';
import { dateString, number, textString } from '../file/pdf-text.ts';
import { compressed } from '../file/static-bytes.ts';
import type { StructureElement } from '../file/structure-element.ts';
import { descriptionWriter } from '../file/xmp.ts';
import type { PaperSize } from '../layout/design.ts';
import type { BaseFonts } from './base-fonts.ts';
import type { SummaryPage } from './pages.ts';
import type { TextSetter } from './set-text.ts';

/** The first of all objects; the base fonts follow. */
const profileNumber = 1;
export const firstFontNumber = 2;
const profile = compressed(profileNumber, srgbProfile(), '/N 3');

export type SummaryParts = {
  content: SummaryContent;
  producer: string;
  base: BaseFonts;
  fonts: ReturnType<TextSetter['close']>;
  pages: readonly SummaryPage[];
  tree: StructureElement;
  paper: PaperSize;
};

/**
 * Writes a summary as PDF/A-3a and PDF/UA-1. Pages and structure are not compressed: a bundle compresses the whole, and
 * what one library makes of them is then no part of what equal content gives.
 */
export function writeDocument({ content, producer, base, fonts, pages, tree, paper }: SummaryParts): Uint8Array {
  const file = objectFile();
  for (const object of [profile, ...base.objects]) file.put(object);
  let last = firstFontNumber - 1 + base.objects.length;
  const allot = () => ++last;
  let ownFonts = '';
  for (const { key, embedded } of fonts) {
    const at = { font: allot(), descendant: allot(), descriptor: allot(), file: allot(), toUnicode: allot() };
    for (const object of fontObjects(embedded, at)) file.put(object);
    ownFonts += `/${key} ${at.font} 0 R`;
  }
  const [catalog, pageTree, resources, metadata, information] = [allot(), allot(), allot(), allot(), allot()];
  const pageNumbers = pages.map(() => allot());
  for (const [i, page] of pages.entries()) {
    const stream = allot();
    file.put({ number: stream, body: '<<', bytes: Buffer.from(page.operators(), 'latin1') });
    const box = `${number(paper.width)} ${number(paper.height)}`;
    const body = `<</Type/Page/Parent ${pageTree} 0 R/MediaBox[0 0 ${box}]/Resources ${resources} 0 R/Contents ${stream} 0 R/StructParents ${i}/Tabs/S>>`;
    file.put({ number: pageNumbers[i] ?? 0, body });
  }
  const kids = pageNumbers.map((page) => `${page} 0 R`).join(' ');
  file.put({ number: pageTree, body: `<</Type/Pages/Kids[${kids}]/Count ${pages.length}>>` });
  file.put({ number: resources, body: `<</Font<<${base.resources}${ownFonts}>>>>` });
  const root = writeTree(tree, pages, pageNumbers, allot, file);
  const description = descriptionWriter({ author: content.author, subject: content.under[0] ?? '', producer });
  const instant = `${content.madeAt.slice(0, 19)}Z`;
  const packet = description.packet({ title: content.title, keyword: content.id, instant });
  const bytes = Buffer.concat(packet.map((part) => (typeof part === 'string' ? Buffer.from(part) : part)));
  file.put({ number: metadata, body: '<</Type/Metadata/Subtype/XML', bytes });
  const date = dateString(instant);
  file.put({
    number: information,
    body: `<</Title${textString(content.title)}/Keywords${textString(content.id)}${description.information}/CreationDate${date}/ModDate${date}>>`,
  });
  const intent = `<</Type/OutputIntent/S/GTS_PDFA1/OutputConditionIdentifier(sRGB)/Info(sRGB IEC61966-2.1)/DestOutputProfile ${profileNumber} 0 R>>`;
  file.put({
    number: catalog,
    body: `<</Type/Catalog/Pages ${pageTree} 0 R/Lang(${content.language})/MarkInfo<</Marked true>>/StructTreeRoot ${root} 0 R/ViewerPreferences<</DisplayDocTitle true>>/Metadata ${metadata} 0 R/OutputIntents[${intent}]>>`,
  });
  return file.end(`/Root ${catalog} 0 R/Info ${information} 0 R`);
}

/** The structure tree with its way back from content to elements (ISO 32000-1, 14.7). */
function writeTree(
  tree: StructureElement,
  pages: readonly SummaryPage[],
  pageNumbers: readonly number[],
  allot: () => number,
  file: ObjectFile,
): number {
  const root = allot();
  const numbers = new Map<StructureElement, number>();
  const write = (element: StructureElement, parent: number) => {
    const own = allot();
    numbers.set(element, own);
    let home: number | undefined;
    let kids = '';
    for (const kid of element.kids) {
      if ('type' in kid) kids += `${write(kid, own)} 0 R `;
      else if ('mcid' in kid) {
        home ??= kid.page;
        kids += kid.page === home ? `${kid.mcid} ` : `<</Type/MCR/Pg ${pageNumbers[kid.page]} 0 R/MCID ${kid.mcid}>>`;
      }
    }
    const page = home === undefined ? '' : `/Pg ${pageNumbers[home]} 0 R`;
    const scope = element.scope ? `/A<</O/Table/Scope/${element.scope}>>` : '';
    file.put({ number: own, body: `<</S/${element.type}/P ${parent} 0 R/K[${kids}]${page}${scope}>>` });
    return own;
  };
  const top = write(tree, root);
  const parents = allot();
  const back = pages.map(({ marked }, i) => `${i}[${marked.map((each) => `${numbers.get(each)} 0 R`).join(' ')}]`);
  file.put({ number: parents, body: `<</Nums[${back.join('')}]>>` });
  const body = `<</Type/StructTreeRoot/K[${top} 0 R]/ParentTree ${parents} 0 R/ParentTreeNextKey ${pages.length}>>`;
  file.put({ number: root, body });
  return root;
}

type ObjectFile = ReturnType<typeof objectFile>;

/** Objects one after another, in any order of their numbers, and the table of where they are. */
function objectFile() {
  const parts: Uint8Array[] = [];
  const offsets: number[] = [];
  let text = '%PDF-1.7\n%\u00e2\u00e3\u00cf\u00d3\n';
  let length = 0;
  const flush = () => {
    parts.push(Buffer.from(text, 'latin1'));
    text = '';
  };
  return {
    put({ number: of, body, bytes }: RawObject) {
      offsets[of] = length + text.length;
      if (!bytes) {
        text += `${of} 0 obj\n${body}\nendobj\n`;
        return;
      }
      text += `${of} 0 obj\n${body}/Length ${bytes.length}>>stream\n`;
      length += text.length + bytes.length;
      flush();
      parts.push(bytes);
      text = '\nendstream\nendobj\n';
    },
    end(trailer: string): Uint8Array {
      const at = length + text.length;
      const size = offsets.length;
      text += `xref\n0 ${size}\n0000000000 65535 f \n`;
      for (let of = 1; of < size; of++) text += `${String(offsets[of]).padStart(10, '0')} 00000 n \n`;
      flush();
      const id = fingerprint(parts);
      text = `trailer\n<</Size ${size}${trailer}/ID[<${id}><${id}>]>>\nstartxref\n${at}\n%%EOF\n`;
      flush();
      return Buffer.concat(parts);
    },
  };
}

/** The file's identifier: from its content, so that equal documents have equal bytes. */
function fingerprint(parts: readonly Uint8Array[]): string {
  const digest = createHash('sha256');
  for (const part of parts) digest.update(part);
  return digest.digest('hex').slice(0, 32);
}
