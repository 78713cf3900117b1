import type { BundleSink } from '../ports/bundle-sink.ts';

/** Text for a bundle's files, handed on to the sink in pieces: waiting for it line by line costs more than the lines. */
export type BundleText = {
  add(path: string, text: string, head?: string): void;
  /** Hands on what has grown to a piece; or with `all`, everything. */
  flush(all?: boolean): Promise<void>;
};

/** UTF-16 units. */
const pieceLength = 64 * 1024;

export function bundleText(sink: BundleSink): BundleText {
  const waiting = new Map<string, { lines: string[]; length: number; head: string }>();
  return {
    add(path, text, head = '') {
      let file = waiting.get(path);
      if (!file) {
        file = { lines: [], length: 0, head };
        waiting.set(path, file);
      }
      file.lines.push(text);
      file.length += text.length;
    },
    async flush(all = false) {
      for (const [path, file] of waiting) {
        if (file.length === 0 || (!all && file.length < pieceLength)) continue;
        const text = file.lines.join('');
        file.lines = [];
        file.length = 0;
        await sink.append(path, text, file.head);
      }
    },
  };
}
