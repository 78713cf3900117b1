import type { ShapedText } from '../text/typefaces.ts';
import type { DateColumn } from './sheet.ts';
import type { TextStyle } from './typesetting.ts';

/**
 * A text as operators: `state` sets colour, font and size, `operators` show it inside a text object, `width` points far.
 * `ends`: they leave font and size as `state` set them.
 */
export type Shown = { state: string; operators: string; ends: boolean; width: number };

/** By civil date, where it begins, what it sets and what it shows. */
export type DateTexts = Map<string, { x: string; shown: Shown }>;

/** A name in as many lines as its place wants, in one size. */
export type SetName = { lines: ShapedText[]; size: number };

/** What one certificate has of its own, for the slots of its pages. */
export type Individual = {
  names: { certificate: SetName; head: SetName; running: SetName };
  completedOn: string;
  issuedOn: string;
  credentialId: string;
  code: string;
  /** The civil dates of the transcript's lines, in the order in which they are printed. */
  transcriptDates: readonly string[];
  /** A text of its own. */
  set(shaped: ShapedText, style: TextStyle): Shown;
  /** Words that many certificates share, such as those with a date: remembered, by style object and text. */
  phrase(text: string, style: TextStyle): Shown;
  isRemembered(text: string, style: TextStyle): boolean;
  /** Dates as the columns of the transcript show them: remembered. */
  dateTexts: Map<DateColumn, DateTexts>;
  /** Digits and capitals one by one, without kerning. */
  characters(text: string, style: TextStyle): Shown;
  /** The language of the name, where its script says that it is not the template's: a BCP 47 tag. */
  nameLanguage: string | undefined;
};
