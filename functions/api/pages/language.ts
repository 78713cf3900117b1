import { html } from 'hono/html';
import en from '../../../templates/web/en.json' with { type: 'json' };
import es from '../../../templates/web/es.json' with { type: 'json' };
import type { CivilDate, Instant } from '../../domain/time.ts';
import type { Html } from './markup.ts';

/** English is the measure: a test holds every other language to its keys and placeholders. */
type Texts = typeof en;
export type TextKey = { [G in keyof Texts & string]: `${G}.${keyof Texts[G] & string}` }[keyof Texts & string];
/** The keys that have a form for each number: `group.name_one`, `group.name_other`. */
export type CountKey = TextKey extends infer K ? (K extends `${infer Base}_other` ? Base : never) : never;

/** A language is one file of texts, named by itself. */
export const texts = { en, es } satisfies Record<string, Texts>;
export type Language = keyof typeof texts;
export const languages = Object.keys(texts) as Language[];

export type Values = Readonly<Record<string, string | number>>;

/** The texts of one language, and its way with numbers and dates. */
export type Words = {
  language: Language;
  t(key: TextKey, values?: Values): string;
  /** The text of a key that data names, a code of a refusal for one; undefined where there is none. */
  find(key: string): string | undefined;
  /** The text, with markup in the place of placeholders; all else is escaped. */
  rich(key: TextKey, values: Readonly<Record<string, Html | string | number>>): Html[];
  /** The form that the number asks for; `{count}` is the number as the language writes it. */
  n(key: CountKey, count: number, values?: Values): string;
  /** A day in words: 22 November 2026. */
  day(date: CivilDate): string;
  /** An instant in a time zone, with the zone's name, since a reader may be elsewhere. */
  moment(at: Instant, timeZone: string): string;
};

const made = new Map<Language, Words>();

export function wordsOf(language: Language): Words {
  const words = made.get(language) ?? makeWords(language);
  made.set(language, words);
  return words;
}

function makeWords(language: Language): Words {
  const table: ReadonlyMap<string, string> = new Map(
    Object.entries(texts[language]).flatMap(([group, entries]) =>
      Object.entries(entries).map(([name, text]) => [`${group}.${name}`, text] as const),
    ),
  );
  const find = (key: string) => {
    const text = table.get(key);
    if (text === undefined) throw new Error(`there is no text "${key}"`);
    return text;
  };
  const t = (key: string, values: Values = {}) =>
    find(key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const plural = new Intl.PluralRules(language);
  const number = new Intl.NumberFormat(language);
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  return {
    language,
    t,
    find: (key) => table.get(key),
    rich: (key, values) =>
      find(key)
        .split(/(\{\w+\})/)
        .map((part) => html`${/^\{\w+\}$/.test(part) ? (values[part.slice(1, -1)] ?? part) : part}`),
    n: (key, count, values) => {
      const form = `${key}_${plural.select(count)}`;
      return t(table.has(form) ? form : `${key}_other`, { ...values, count: number.format(count) });
    },
    day: (date) => day.format(new Date(`${date}T00:00:00Z`)),
    moment: (at, timeZone) => momentFormat(language, timeZone).format(new Date(at)),
  };
}

const momentFormats = new Map<string, Intl.DateTimeFormat>();

function momentFormat(language: Language, timeZone: string): Intl.DateTimeFormat {
  const key = `${language} ${timeZone}`;
  let format = momentFormats.get(key);
  if (!format) {
    const parts = { year: 'numeric', month: 'short', day: 'numeric', hour: 'numeric', minute: '2-digit' } as const;
    format = new Intl.DateTimeFormat(language, { ...parts, timeZone, timeZoneName: 'short' });
    momentFormats.set(key, format);
  }
  return format;
}

/** Is this a key of the texts? For keys that come back from outside. */
export const isTextKey = (key: string): key is TextKey => wordsOf('en').find(key) !== undefined;

const isLanguage = (tag: string | undefined): tag is Language =>
  tag !== undefined && (languages as string[]).includes(tag);

/**
 * The language of a page: what the address asks for, else what was chosen before, else the first that the browser
 * accepts and that there is, else English.
 */
export function chooseLanguage(asked: {
  query?: string | undefined;
  cookie?: string | undefined;
  accept?: string | undefined;
}): Language {
  if (isLanguage(asked.query)) return asked.query;
  if (isLanguage(asked.cookie)) return asked.cookie;
  const accepted = (asked.accept ?? '')
    .slice(0, 200)
    .split(',')
    .map((part, place) => {
      const [tag = '', ...parameters] = part.trim().split(';');
      const quality = parameters.map((p) => /^\s*q=([0-9.]+)$/.exec(p)?.[1]).find((q) => q !== undefined);
      return { tag: tag.toLowerCase().split('-')[0], quality: quality === undefined ? 1 : Number(quality), place };
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality || a.place - b.place);
  return accepted.map(({ tag }) => tag).find(isLanguage) ?? 'en';
}
