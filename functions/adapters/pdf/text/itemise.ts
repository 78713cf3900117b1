import { codePointNames } from '../printable.ts';
import { directionsOf } from './bidi.ts';
import { isPlainLatin } from './characters.ts';
import { type Choice, chooseFonts } from './choose-fonts.ts';
import { type FaceName, latinFonts } from './font-list.ts';

/** A stretch of a text that one font sets in one script and one direction. Places in UTF-16 units. */
export type Item = { start: number; end: number; font: string; script: string; rtl: boolean };

export type ItemiseOptions = { face: FaceName; language?: string; direction?: 'ltr' | 'rtl' };

/** Cuts a line (in NFC) into stretches, from left to right as they are printed. */
export function itemise(text: string, options: ItemiseOptions): { items: Item[]; direction: 'ltr' | 'rtl' } {
  const font = latinFonts[options.face];
  if (options.direction !== 'rtl' && text !== '' && isPlainLatin(text, font)) {
    return { direction: 'ltr', items: [{ start: 0, end: text.length, font, script: 'Latn', rtl: false }] };
  }
  const choices = chooseFonts(text, options);
  const missing = choices.filter(({ font }) => font === undefined);
  if (missing.length > 0) {
    const names = codePointNames([...new Set(missing.map(({ start, end }) => text.slice(start, end)))]);
    throw new Error(`no font prints ${names}: ask unprintable() first`);
  }
  const { direction, levels } = directionsOf(text, options.direction);
  return { direction, items: inVisualOrder(merged(choices, levels)) };
}

type Levelled = Item & { level: number };

function merged(choices: Choice[], levels: Uint8Array | undefined): Levelled[] {
  const items: Levelled[] = [];
  let last: Levelled | undefined;
  for (const { start, end, font = '', script } of choices) {
    const level = levels?.[start] ?? 0;
    if (last && last.font === font && last.script === script && last.level === level) last.end = end;
    else {
      last = { start, end, font, script, level, rtl: level % 2 === 1 };
      items.push(last);
    }
  }
  return items;
}

/** Rule L2 of the Unicode bidirectional algorithm: from the deepest level up, what is as deep or deeper is reversed. */
function inVisualOrder(items: Levelled[]): Item[] {
  const deepest = items.reduce((most, { level }) => Math.max(most, level), 0);
  for (let level = deepest; level > 0; level--) {
    for (let first = 0; first < items.length; first++) {
      if ((items[first]?.level ?? 0) < level) continue;
      let next = first + 1;
      while ((items[next]?.level ?? 0) >= level) next++;
      items.splice(first, next - first, ...items.slice(first, next).reverse());
      first = next;
    }
  }
  return items;
}
