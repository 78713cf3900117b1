import type { CertificateContent } from '../../ports/certificate-engine.ts';
import { type GlyphCodes, type GlyphCollection, glyphCollection } from './file/glyph-codes.ts';
import { inOnePiece } from './file/pdf-text.ts';
import { type Operators, operatorsOf, showing, shownIn } from './file/showing.ts';
import type { NameLines } from './layout/design.ts';
import type { Individual, SetName, Shown } from './layout/individual.ts';
import { type SetSpan, setSpan, type TextStyle } from './layout/typesetting.ts';
import { transcriptDates as datesOf } from './layout/wording.ts';
import type { Revision } from './revision.ts';
import { scriptLanguage } from './text/script-language.ts';
import type { ShapedText, Typefaces } from './text/typefaces.ts';
import { transcriptDates } from './transcript-dates.ts';

export type Names = Record<keyof NameLines, SetName>;

/** The pages' own parts, and the fonts with the glyphs that the revision lacks. */
export type IndividualPages = {
  contents: string[];
  transcriptDates: readonly string[];
  fonts: ReturnType<GlyphCollection['close']>['fonts'];
};

/**
 * Writes what one certificate has of its own. Glyphs that the revision's fonts lack, most often letters of the name, go
 * into small fonts of the certificate's: the name's are known beforehand; where a date or a code wants one too, the
 * pages are written once more.
 */
export function individualPages(
  revision: Revision,
  content: CertificateContent,
  names: Names,
  typefaces: Typefaces,
): IndividualPages {
  const glyphs = glyphCollection();
  const collect = (shaped: ShapedText) => {
    for (const run of shaped.runs) {
      for (const glyph of run.glyphs) {
        if (!revision.codes.codeOf(run.font, glyph)) glyphs.add(run.font, glyph);
      }
    }
  };
  for (const line of linesOf(names)) collect(line);
  for (;;) {
    const { fonts, codes } = glyphs.close(typefaces, 'D');
    const late: ShapedText[] = [];
    const individual = penOf(revision, content, names, typefaces, codes, (shaped) => late.push(shaped));
    const contents = revision.pages.map((page) => {
      let out = '';
      for (const { open, write } of page.slots) out += `${open}${write(individual)}EMC\n`;
      return out + transcriptDates(page.dates, individual, revision.shared.language);
    });
    if (late.length === 0) return { contents, transcriptDates: individual.transcriptDates, fonts };
    for (const shaped of late) collect(shaped);
  }
}

function linesOf({ certificate, head, running }: Names): Set<ShapedText> {
  return new Set([...certificate.lines, ...head.lines, ...running.lines]);
}

/** Phrases remembered for one style of one revision: some years of dates. */
const maxPhrases = 2_200;
/** A page has some three; what is set smaller to fit has a style of its own each time. */
const maxStyles = 24;

function penOf(
  revision: Revision,
  content: CertificateContent,
  names: Names,
  typefaces: Typefaces,
  own: GlyphCodes,
  wants: (shaped: ShapedText) => void,
): Individual {
  const shared = revision.codes;
  const codes: GlyphCodes = { codeOf: (font, glyph) => shared.codeOf(font, glyph) ?? own.codeOf(font, glyph) };
  const { phrases } = revision;
  const { language } = revision.shared;
  const operators = new Map<ShapedText, Operators>();

  function phrase(text: string, style: TextStyle): Shown {
    const known = phrases.get(style)?.get(text);
    if (known) return known;
    const features = style.tabular && { tnum: true as const };
    const span = setSpan(typefaces.shape(text, { face: style.face, language, ...(features && { features }) }), style);
    if (!has(span, codes)) {
      wants(span.shaped);
      return nothing;
    }
    const shown = showing(span, codes);
    if (!has(span, shared)) return shown;
    const whole = { ...shown, state: inOnePiece(shown.state), operators: inOnePiece(shown.operators) };
    remember(phrases, text, style, whole);
    return whole;
  }
  function characters(text: string, style: TextStyle): Shown {
    return revision.characters(text, style) ?? phrase(text, style);
  }
  return {
    names,
    completedOn: content.facts.completedOn,
    issuedOn: content.issuedOn,
    credentialId: content.credentialId,
    code: content.code,
    transcriptDates: datesOf(content),
    dateTexts: revision.dateTexts,
    // A reading aid changes its voice for a name in another script; a Latin name it reads as the text around it.
    nameLanguage: scriptLanguage(content.facts.name, language),
    set(shaped, style) {
      const span = setSpan(shaped, style);
      if (style.tracking) return showing(span, codes);
      // A name stands in three sizes, and in most scripts the same operators show it in each.
      let known = operators.get(shaped);
      if (!known || (known.size ?? style.size) !== style.size) {
        known = operatorsOf(span, codes);
        operators.set(shaped, known);
      }
      return shownIn(span, known);
    },
    phrase,
    isRemembered: (text, style) => phrases.get(style)?.has(text) === true,
    characters,
  };
}

function remember(phrases: Revision['phrases'], text: string, style: TextStyle, shown: Shown): void {
  let texts = phrases.get(style);
  if (!texts) {
    if (phrases.size >= maxStyles) phrases.clear();
    texts = new Map();
    phrases.set(style, texts);
  }
  if (texts.size >= maxPhrases) texts.clear();
  texts.set(text, shown);
}

const nothing: Shown = { state: '', operators: '', ends: true, width: 0 };

function has({ shaped }: SetSpan, codes: GlyphCodes): boolean {
  return shaped.runs.every((run) => run.glyphs.every((glyph): boolean => codes.codeOf(run.font, glyph) !== undefined));
}
