import { number } from '../file/pdf-text.ts';
import type { Individual, SetName, Shown } from './individual.ts';
import { nameBaseline, nameLeading } from './name-setting.ts';
import type { TextStyle } from './typesetting.ts';

/** Shown text placed with its middle, its beginning or its end at `x`. */
export type Alignment = 'centre' | 'left' | 'right';

export function place(shown: Shown, x: number, y: number, alignment: Alignment): string {
  return `${shown.state}BT ${number(offset(x, shown.width, alignment))} ${number(y)} Td\n${shown.operators}ET\n`;
}

function offset(x: number, width: number, alignment: Alignment): number {
  if (alignment === 'left') return x;
  return alignment === 'centre' ? x - width / 2 : x - width;
}

/** `top` and `height` of the box that a name stands in, whatever its size; or the first line's baseline. */
type NameBox = { top: number; height: number } | { baseline: number };

/** A name's lines one below the other. */
export function placeName(
  individual: Individual,
  name: SetName,
  style: TextStyle,
  at: NameBox & { x: number; alignment: Alignment; scale?: number },
): string {
  const size = name.size * (at.scale ?? 1);
  const leading = size * nameLeading;
  let y = 'baseline' in at ? at.baseline : firstBaseline(at, leading * name.lines.length, size);
  let out = individual.nameLanguage === undefined ? '' : `/Span<</Lang(${individual.nameLanguage})>>BDC\n`;
  const styled = { ...style, size };
  for (const line of name.lines) {
    out += place(individual.set(line, styled), at.x, y, at.alignment);
    y -= leading;
  }
  return individual.nameLanguage === undefined ? out : `${out}EMC\n`;
}

function firstBaseline({ top, height }: { top: number; height: number }, used: number, size: number): number {
  // A little below the middle: the eye takes capitals for the whole line.
  return top - (height - used) * 0.56 - size * nameBaseline;
}
