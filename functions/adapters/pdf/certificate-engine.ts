import { AdapterError } from '../../ports/adapter-error.ts';
import type { CertificateContent, CertificateEngine } from '../../ports/certificate-engine.ts';
import { certificateDocument, type PaperSize } from './document.ts';
import { type Faces, type FontFiles, openFaces } from './fonts.ts';
import { drawCertificate } from './page-certificate.ts';
import { transcriptPages } from './page-transcript.ts';
import { codePointNames } from './printable.ts';
import { sheet } from './sheet.ts';
import { typesetter } from './typesetting.ts';
import { printedContent, textsOf } from './wording.ts';

/** Changes whenever equal content would give other bytes. */
const engine = 'journeypaper-pdf/1';

/** Portrait, in points. */
const papers: Record<CertificateContent['program']['page'], PaperSize> = {
  letter: { width: 612, height: 792 },
  a4: { width: 595.28, height: 841.89 },
};

/**
 * Prints certificates with pdf-lib: a landscape page to frame, then the transcript on portrait pages. The fonts are
 * parsed at the first certificate and kept.
 *
 * `render` rejects, never retryable, with `certificate.unprintable` (a character that the fonts lack, named as U+XXXX),
 * `certificate.template` (words with an unknown placeholder) or `certificate.does-not-fit`.
 */
export function pdfCertificateEngine(options: { fonts: FontFiles }): CertificateEngine {
  let faces: Faces | undefined;
  return {
    async render(given) {
      faces ??= openFaces(options.fonts);
      const content = printedContent(given);
      refuseUnprintable(content, faces);
      return { bytes: await renderPages(content, faces), engine };
    },
  };
}

async function renderPages(content: CertificateContent, faces: Faces): Promise<Uint8Array> {
  const portrait = papers[content.program.page];
  const landscape = { width: portrait.height, height: portrait.width };
  const type = typesetter(faces);
  const document = certificateDocument(content, faces, engine);
  const drawings = [
    { size: landscape, draw: drawCertificate(content, type) },
    ...transcriptPages(content, type, portrait).map((draw) => ({ size: portrait, draw })),
  ];
  const pages = drawings.map(({ size, draw }) => {
    const page = sheet(size, type, document.code);
    draw(page.sheet);
    return { size, content: page.content() };
  });
  return document.finish(pages);
}

function refuseUnprintable(content: CertificateContent, { regular, bold }: Faces): void {
  const characters = new Set(textsOf(content).join(''));
  const missing = [...characters].filter((character) => !regular.has(character) || !bold.has(character));
  if (missing.length > 0) {
    const names = codePointNames(missing);
    throw new AdapterError('certificate.unprintable', `no font prints ${names}`, { retryable: false });
  }
}
