import type { RawObject } from './font-objects.ts';
import { compressed } from './static-bytes.ts';

/**
 * Ornaments that repeat a path again and again, as forms that a page draws in the colour and thickness that it has set.
 * Without colours they are the same for every program, so that they are among the streams that are stored compressed.
 */
export type OrnamentPatterns = {
  /** The name in the page's resources of a pattern with these operators. */
  keyOf(operators: string): string;
  /** The operators of each. */
  contents(): string[];
  write(allot: () => number): { key: string; number: number; object: RawObject }[];
};

export function ornamentPatterns(): OrnamentPatterns {
  const keys = new Map<string, string>();
  return {
    keyOf(operators) {
      const known = keys.get(operators) ?? `O${keys.size}`;
      keys.set(operators, known);
      return known;
    },
    contents: () => [...keys.keys()],
    write: (allot) =>
      [...keys].map(([operators, key]) => {
        const number = allot();
        const entries = `/Type/XObject/Subtype/Form/BBox[-${reach} -${reach} ${reach} ${reach}]/Resources<<>>`;
        return { key, number, object: compressed(number, Buffer.from(operators, 'latin1'), entries) };
      }),
  };
}

/** Points, further than any page. */
const reach = 999;
