import known from './locales.json' with { type: 'json' };

/** How a language writes what a certificate says in it of its own: dates, and numbers of pages. */
export type Locale = {
  /** The version of the Unicode locale data that its words are of. */
  cldr: string;
  /** Undefined: the language does not say by itself. */
  direction: 'ltr' | undefined;
  /** A civil date in words. */
  date(date: string): string;
  figures(count: number): string;
};

const locales = new Map<string, Locale>();

/**
 * A language, by its tag. For those that `locales.json` has, the words are in the file: the same on every machine, and
 * there from the first certificate on, of which opening Node's own data takes a tenth. Others are Node's.
 */
export function localeOf(language: string): Locale {
  let locale = locales.get(language);
  if (!locale) {
    const words = (known.dates as Record<string, string>)[language];
    locale = words === undefined ? fromNode(language) : fromFile(words, language);
    locales.set(language, locale);
  }
  return locale;
}

function fromFile(words: string, language: string): Locale {
  const date = dateWriter(words);
  return {
    cldr: known.cldr,
    direction: 'ltr',
    // Of the calendar's own past Node has more to say.
    date: (each) => (each >= '1900' && each.length === 10 ? date(each) : fromNode(language).date(each)),
    figures: String,
  };
}

/** @param words `{day} {month} {year}` as the language orders them, then the twelve months; parted by bars */
export function dateWriter(words: string): (date: string) => string {
  const [pattern = '', ...months] = words.split('|');
  return (date) => {
    const [year = '', month, day = ''] = date.split('-');
    return pattern
      .replace('{0day}', day)
      .replace('{day}', String(Number(day)))
      .replace('{month}', months[Number(month) - 1] ?? '')
      .replace('{year}', year);
  };
}

export function fromNode(language: string): Locale {
  const format = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  const figures = new Intl.NumberFormat(language, { useGrouping: false });
  return {
    cldr: process.versions.cldr ?? '',
    direction: undefined,
    date: (date) => format.format(new Date(`${date}T00:00:00Z`)),
    figures: (count) => figures.format(count),
  };
}
