import type { CertificateEngine } from '../ports/certificate-engine.ts';
import type { CertificateSealer } from '../ports/certificate-sealer.ts';
import type { ChapterWriter } from '../ports/chapter-writer.ts';
import type { Signer } from '../ports/signer.ts';
import { usageFailure } from './answer.ts';

/** What writes the chapters of one bundle, with the fonts of this folder, in a thread of its own; imported late too. */
export async function chaptersAside(root: string): Promise<ChapterWriter> {
  const { workerThread } = await import('../adapters/thread/worker-thread.ts');
  const { chaptersIn } = await import('../export/chapter-messages.ts');
  return chaptersIn((heapMb) => workerThread(new URL('../export/chapter-worker.ts', import.meta.url), root, heapMb));
}

/**
 * The engine with the fonts of this folder. It is imported late: most commands print nothing. Its `render` rejects with
 * a CliFailure `input.font` where a font is missing or broken.
 */
export async function engineAt(root: string): Promise<CertificateEngine> {
  const { pdfCertificateEngine } = await import('../adapters/pdf/certificate-engine.ts');
  const { typefaceFiles } = await import('../adapters/pdf/text/typeface-files.ts');
  const { readSfnt } = await import('../adapters/pdf/text/sfnt.ts');
  const read = typefaceFiles(root);
  const fonts = (file: string) => {
    try {
      const bytes = read(file);
      if (file.endsWith('.ttf')) readSfnt(file, bytes);
      return bytes;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      const fault = code === undefined ? message : `${file} cannot be read (${code})`;
      throw usageFailure('input.font', `templates/fonts: ${fault}; put the repository's own file there`, error);
    }
  };
  return pdfCertificateEngine({ fonts });
}

/** What signs and checks with this key; imported late too. */
export async function sealerWith(signer: Signer): Promise<CertificateSealer> {
  const { certificateSealer } = await import('../adapters/pdf/signing/sealer.ts');
  return certificateSealer({ signer });
}
