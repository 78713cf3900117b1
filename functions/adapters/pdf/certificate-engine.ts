import { AdapterError } from '../../ports/adapter-error.ts';
import type { CertificateContent, CertificateEngine } from '../../ports/certificate-engine.ts';
import type { Names } from './individual.ts';
import { type NameLines, nameLinesOf, namePlaces } from './layout/design.ts';
import { localeOf } from './layout/locale.ts';
import { setName } from './layout/name-setting.ts';
import { printed, sharedTexts } from './layout/wording.ts';
import { refuseUnprintable } from './refuse-unprintable.ts';
import { makeRevision, type Revision } from './revision.ts';
import { revisionCache } from './revision-cache.ts';
import { signatureRoom } from './signing/signature-room.ts';
import { splice } from './splice.ts';
import { type FontSource, openTypefaces, type Typefaces } from './text/typefaces.ts';

/**
 * Changes whenever equal content would give other bytes: with our own version, and with the words for dates, which come
 * from the Unicode locale data that we or Node carry. A test holds the bytes to both.
 */
function engineFor({ template }: CertificateContent): string {
  return `journeypaper-pdf/3 cldr/${localeOf(template.language).cldr}`;
}

export type CertificateEngineOptions = {
  /** Reads HarfBuzz and the fonts, each when it is first needed. */
  fonts: FontSource;
  /** Room for a signature, in bytes. By default what the program's certificates and time stamp need. */
  signatureBytes?: number;
};

/**
 * Prints certificates: a landscape page to frame, then the transcript on portrait pages. What the certificates of one
 * achievement share (pages, structure, fonts, pictures) is drawn and serialised once and kept, as much of it as fits a
 * bounded cache; a certificate is those bytes with its own parts behind them.
 *
 * The documents are PDF/A-3a and PDF/UA-1, with a slot for a PAdES signature. Equal content gives equal bytes, whatever
 * was printed before.
 *
 * `render` rejects, never retryable, with `certificate.unprintable` (characters that no font has, named as U+XXXX),
 * `certificate.image` (a picture that is missing or broken, named by its field), `certificate.template` (words with an
 * unknown placeholder) or `certificate.does-not-fit`.
 */
export function pdfCertificateEngine(options: CertificateEngineOptions): CertificateEngine {
  let opening: Promise<Typefaces> | undefined;
  const revisions = revisionCache();
  return {
    async render(content) {
      // A font that could not be read may be readable the next time.
      opening ??= openTypefaces(options.fonts).catch((error: unknown) => {
        opening = undefined;
        throw error;
      });
      const typefaces = await opening;
      const names = namesOf(content, typefaces);
      const revision = revisionOf(content, nameLinesOf(names), typefaces);
      const signatureBytes = options.signatureBytes ?? signatureRoom(content.program.signing);
      const spliced = splice(revision, content, names, typefaces, { signatureBytes });
      return { ...spliced, engine: engineFor(content) };
    },
  };

  function revisionOf(content: CertificateContent, lines: NameLines, typefaces: Typefaces): Revision {
    const key = `${lines.certificate},${lines.head},${lines.running}`;
    const texts = sharedTexts(content);
    let revision = revisions.get(key, texts);
    if (!revision) {
      revision = makeRevision(content, lines, typefaces, engineFor(content));
      revisions.put(key, texts, revision);
    }
    return revision;
  }
}

function namesOf({ facts, program }: CertificateContent, typefaces: Typefaces): Names {
  const name = printed(facts.name);
  if (typefaces.unprintable(name).length > 0) refuseUnprintable([name], typefaces, 'facts.name');
  if (name.length > maxName) {
    const message = `facts.name: a name of ${name.length} characters is too long to print`;
    throw new AdapterError('certificate.does-not-fit', message, { retryable: false });
  }
  const whole = typefaces.shape(name, { face: 'regular' });
  const places = namePlaces(program.page);
  return {
    certificate: setName(typefaces, whole, places.certificate),
    head: setName(typefaces, whole, places.head),
    running: setName(typefaces, whole, places.running),
  };
}

/** Far more than fits; what is longer is not even measured. */
const maxName = 1_000;
