import { type Character, charactersOf, prints } from './characters.ts';
import { fontHas, scriptOf } from './coverage.ts';
import { type FaceName, fontScripts, hanOrder, latinFonts, scriptFonts } from './font-list.ts';

/** A character with the font that prints it; undefined where none does. */
export type Choice = Character & { font: string | undefined; script: string };

/**
 * Chooses a font for every character of a line (in NFC). Letters, and the digits 0 to 9, take the first font that has
 * them with all of their marks: the face asked for, its upright, the fonts of single scripts, the fonts of Han
 * characters. What scripts share follows its neighbours: between two letters of one font it is of that font; brackets
 * are of the font of what they enclose; else Garamond has it, where it stands next to Garamond.
 */
export function chooseFonts(text: string, options: { face: FaceName; language?: string }): Choice[] {
  const face = latinFonts[options.face];
  const fonts = candidates(text, face, options.language);
  const choices = charactersOf(text).map((character): Choice => {
    const script = scriptOf(character.codePoint);
    const settled = script !== '' || isDigit(character.codePoint);
    return { ...character, script, font: settled ? fonts.find((font) => prints(font, text, character)) : undefined };
  });
  settleShared(text, choices, face, fonts);
  settleScripts(choices);
  return choices;
}

/** Every font, in the order in which a character is looked for. One Han font for all Han characters, if one has them. */
function candidates(text: string, face: string, language: string | undefined): string[] {
  const near = [...new Set([face, latinFonts.regular, ...scriptFonts])];
  if (!farEastern.test(text)) return near;
  const order = hanOrder(text, language);
  const letters = [...text].map((letter) => letter.codePointAt(0) ?? 0).filter((each) => scriptOf(each) === 'Hani');
  const lacking = (font: string) => letters.filter((codePoint) => !fontHas(font, codePoint)).length;
  const whole = order.find((font) => lacking(font) === 0);
  return [...near, ...new Set(whole ? [whole, ...order] : order)];
}

const farEastern = /[\u1100-\u11ff\u2e80-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef\u{20000}-\u{3ffff}]/u;

function isDigit(codePoint: number): boolean {
  return codePoint >= 0x30 && codePoint <= 0x39;
}

const closing = new Map([
  [0x28, 0x29],
  [0x5b, 0x5d],
  [0x7b, 0x7d],
  [0xab, 0xbb],
  [0x2018, 0x2019],
  [0x201c, 0x201d],
]);

function settleShared(text: string, choices: Choice[], face: string, fonts: string[]): void {
  const following = followingFonts(choices);
  const open: { closedBy: number; font: string | undefined }[] = [];
  let before: string | undefined;
  choices.forEach((choice, i) => {
    if (choice.font !== undefined || choice.script !== '') {
      before = choice.font;
      return;
    }
    const after = following[i];
    const closes = open.findLastIndex(({ closedBy }) => closedBy === choice.codePoint);
    let preferred: string | undefined;
    if (closes >= 0) {
      preferred = open[closes]?.font;
      open.length = closes;
    } else if (closing.has(choice.codePoint)) {
      preferred = after ?? before;
      open.push({ closedBy: closing.get(choice.codePoint) ?? 0, font: preferred });
    } else preferred = between(before, after, face);
    choice.font = [preferred ?? face, ...fonts].find((font) => prints(font, text, choice));
  });
}

/** The font of the next letter or digit, for each place. */
function followingFonts(choices: Choice[]): (string | undefined)[] {
  const following: (string | undefined)[] = [];
  let after: string | undefined;
  for (let i = choices.length - 1; i >= 0; i--) {
    following[i] = after;
    after = choices[i]?.font ?? after;
  }
  return following;
}

function between(before: string | undefined, after: string | undefined, face: string): string | undefined {
  if (before === undefined || after === undefined) return before ?? after;
  return before === after || after !== face ? before : face;
}

/** What scripts share is set in the script of what comes before it in its font, else after it, else the font's own. */
function settleScripts(choices: Choice[]): void {
  let last: Choice | undefined;
  for (const choice of choices) {
    if (choice.script === '' && last?.font === choice.font) choice.script = last?.script ?? '';
    last = choice;
  }
  for (let i = choices.length - 1; i >= 0; i--) {
    const choice = choices[i];
    if (choice?.script !== '') continue;
    const next = choices[i + 1];
    choice.script = (next?.font === choice.font && next?.script) || (fontScripts[choice.font ?? ''] ?? 'Latn');
  }
}
