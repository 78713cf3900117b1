import type { SummaryEngine } from '../../ports/summary-engine.ts';
import { type BaseFonts, baseFonts } from './summary/base-fonts.ts';
import { drawBlocks } from './summary/blocks.ts';
import { firstFontNumber, writeDocument } from './summary/document.ts';
import { makePages } from './summary/pages.ts';
import { type KnownLines, textSetter } from './summary/set-text.ts';
import { type FontSource, openTypefaces, type Typefaces } from './text/typefaces.ts';

const producer = 'journeypaper-summary/1';

/**
 * Sets records as PDFs of as many pages as they take: PDF/A-3a and PDF/UA-1, in every script that certificates are
 * printed in. Equal content gives equal bytes, whatever was set before.
 */
export function pdfSummaryEngine({ fonts }: { fonts: FontSource }): SummaryEngine {
  let opening: Promise<{ typefaces: Typefaces; base: BaseFonts }> | undefined;
  const known: KnownLines = new Map();
  return {
    async render(content) {
      // A font that could not be read may be readable the next time.
      opening ??= openTypefaces(fonts)
        .then((typefaces) => ({ typefaces, base: baseFonts(typefaces, firstFontNumber) }))
        .catch((error: unknown) => {
          opening = undefined;
          throw error;
        });
      const { typefaces, base } = await opening;
      const set = textSetter(base, typefaces, content.language, known);
      const making = makePages(set, content);
      const tree = drawBlocks(content, set, making);
      const pages = making.close((page, of) => `Page ${page} of ${of}`);
      return writeDocument({ content, producer, base, fonts: set.close(), pages, tree, paper: making.paper });
    },
  };
}
