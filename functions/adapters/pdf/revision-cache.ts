import type { Revision } from './revision.ts';

/** What a warm function may keep, in bytes of memory as estimated. */
const maxWeight = 48 * 1024 * 1024;
const maxRevisions = 200;

type Kept = { lines: string; texts: string[]; revision: Revision; weight: number };

/**
 * Revisions by the texts that they are made of and how many lines the name takes; the least recently used is given up
 * first.
 */
export function revisionCache(limits = { weight: maxWeight, count: maxRevisions }) {
  // The most recently used is last. There are a few: one for each program, achievement and number of lines.
  const kept: Kept[] = [];
  let weight = 0;
  return {
    get(lines: string, texts: string[]): Revision | undefined {
      for (let i = kept.length - 1; i >= 0; i--) {
        const each = kept[i] as Kept;
        if (each.lines !== lines || !equal(each.texts, texts)) continue;
        if (i < kept.length - 1) {
          kept.splice(i, 1);
          kept.push(each);
        }
        return each.revision;
      }
      return undefined;
    },
    put(lines: string, texts: string[], revision: Revision): void {
      const own = weightOf(texts, revision);
      kept.push({ lines, texts, revision, weight: own });
      weight += own;
      while (kept.length > 1 && (weight > limits.weight || kept.length > limits.count))
        weight -= kept.shift()?.weight ?? 0;
    },
    get size() {
      return kept.length;
    },
  };
}

function equal(some: string[], others: string[]): boolean {
  if (some.length !== others.length) return false;
  for (let i = 0; i < some.length; i++) if (some[i] !== others[i]) return false;
  return true;
}

/** A slot is some closures and strings; remembered phrases and dates come to some hundred kilobytes. */
function weightOf(texts: string[], { bytes, pages }: Revision): number {
  const slots = pages.reduce((sum, page) => sum + page.slots.length + page.dates.length, 0);
  return 2 * texts.reduce((sum, text) => sum + text.length, 0) + bytes.length + 600 * slots + 500_000;
}
