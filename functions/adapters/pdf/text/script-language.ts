/** Where one language is written in a script, that one; where many are, the script alone. */
const languages: readonly (readonly [pattern: RegExp, tag: string])[] = [
  [/\p{Script=Arabic}/u, 'und-Arab'],
  [/\p{Script=Hebrew}/u, 'he'],
  [/\p{Script=Greek}/u, 'el'],
  [/\p{Script=Cyrillic}/u, 'und-Cyrl'],
  [/\p{Script=Devanagari}/u, 'und-Deva'],
  [/\p{Script=Thai}/u, 'th'],
  [/[\p{Script=Hiragana}\p{Script=Katakana}]/u, 'ja'],
  [/\p{Script=Hangul}/u, 'ko'],
  [/\p{Script=Han}/u, 'und-Hani'],
];

/** The tag of a text in another script than Latin and than that of `language`; undefined: read as the text around it. */
export function scriptLanguage(text: string, language: string): string | undefined {
  if (isLatin.test(text)) return undefined;
  const tag = languages.find(([pattern]) => pattern.test(text))?.[1];
  return tag === undefined || tag.split('-')[0] === language.split('-')[0] ? undefined : tag;
}

const isLatin = /^[\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]*$/u;

type Stretch = { text: string; language?: string };

/** A text cut where its script changes to one of another language and back; together they are the text. */
export function byScript(text: string, language: string): Stretch[] {
  const stretches: Stretch[] = [];
  let from = 0;
  for (const { 0: found, index } of text.matchAll(foreign)) {
    const tag = scriptLanguage(found, language);
    if (tag === undefined) continue;
    if (index > from) stretches.push({ text: text.slice(from, index) });
    stretches.push({ text: found, language: tag });
    from = index + found.length;
  }
  if (from < text.length) stretches.push({ text: text.slice(from) });
  return stretches;
}

const sign = String.raw`[^\p{Script=Latin}\p{Script=Common}\p{Script=Inherited}]`;
/** Letters and signs of other scripts with their marks, and the spaces and hyphens between them. */
const foreign = new RegExp(
  `${sign}(?:[\\p{M}\\u0640\\u200c\\u200d\\u30fc]|[ \\u00b7\\u2010\\u30fb\\-]*${sign})*`,
  'gu',
);
