import { directionOf } from '../../../domain/template-words.ts';
import { unprintableIn } from '../text/characters.ts';
import { dateWriter, fromNode } from './locale.ts';

/** What `locales.json` holds: how dates are written, by language (see `locale.ts`), after this version of Unicode's data. */
export type KnownLocales = { cldr: string; dates: Record<string, string> };

/** Beside every language by itself, those of where most programs are. */
const regional = ['en-US', 'en-CA', 'en-GB', 'es-US', 'es-MX', 'es-PR', 'fr-CA', 'fr-US', 'pt-BR', 'pt-US', 'zh-Hans'];

/**
 * Asks Node how the languages that our fonts print write their dates. Left out, so that Node is asked each time: those
 * of another calendar or other digits, those from right to left, and whatever a pattern and twelve months do not say.
 */
export function knownLocales(): KnownLocales {
  const dates: Record<string, string> = {};
  for (const language of [...languages(), ...regional].sort()) {
    const words = wordsOf(language);
    if (words !== undefined && unprintableIn(words.normalize('NFC')).length === 0) dates[language] = words;
  }
  return { cldr: process.versions.cldr ?? '', dates };
}

/** Those of two letters: the languages of states, and whoever else has many speakers. */
function languages(): string[] {
  const letters = [...'abcdefghijklmnopqrstuvwxyz'];
  const pairs = letters.flatMap((a) => letters.map((b) => a + b));
  return Intl.DateTimeFormat.supportedLocalesOf(pairs).filter((tag) => Intl.getCanonicalLocales(tag)[0] === tag);
}

function wordsOf(language: string): string | undefined {
  if (directionOf({ language }) === 'rtl') return undefined;
  const node = fromNode(language);
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const partsOf = (month: number) => format.formatToParts(Date.UTC(2026, month, 5));
  const pattern = partsOf(0).map(({ type, value }) => {
    if (type === 'day') return value.length === 2 ? '{0day}' : '{day}';
    return type === 'literal' ? value : `{${type}}`;
  });
  const months = Array.from({ length: 12 }, (_, i) => partsOf(i).find(({ type }) => type === 'month')?.value ?? '');
  const words = [pattern.join(''), ...months].join('|');
  const write = dateWriter(words);
  for (const year of [1999, 2026, 2028]) {
    for (let day = 0; day < 366; day++) {
      const date = new Date(Date.UTC(year, 0, 1 + day)).toISOString().slice(0, 10);
      if (write(date) !== node.date(date)) return undefined;
    }
  }
  return node.figures(1_234_567_890) === '1234567890' ? words : undefined;
}
