import type { BundleSink } from '../ports/bundle-sink.ts';

/** Text for a bundle's files, handed on to the sink in pieces: waiting for it line by line costs more than the lines. */
export type BundleText = {
  /** One line, or one row. */
  add(path: string, text: string, head?: string): void;
  /** One more line of the master. In no canonical form: whoever checks a hash writes what it is over in that form. */
  line(value: object): void;
  /** Hands on what has grown to a piece; or with `all`, everything. */
  flush(all?: boolean): Promise<void>;
};

/** UTF-16 units. A sink parts a file between pieces: each is far smaller than a part. */
const pieceLength = 64 * 1024;

type Waiting = { head: string; lines: string[]; length: number; pieces: string[] };

const master = 'master.ndjson';

export function bundleText(sink: Pick<BundleSink, 'append'>): BundleText {
  const files = new Map<string, Waiting>();
  const close = (file: Waiting) => {
    if (file.length === 0) return;
    file.pieces.push(file.lines.join(''));
    file.lines = [];
    file.length = 0;
  };
  const add: BundleText['add'] = (path, text, head = '') => {
    let file = files.get(path);
    if (!file) {
      file = { head, lines: [], length: 0, pieces: [] };
      files.set(path, file);
    }
    file.lines.push(text);
    file.length += text.length;
    if (file.length >= pieceLength) close(file);
  };
  return {
    add,
    line: (value) => add(master, `${JSON.stringify(value)}\n`),
    async flush(all = false) {
      for (const [path, file] of files) {
        if (all) close(file);
        for (const piece of file.pieces.splice(0)) await sink.append(path, piece, file.head);
      }
    },
  };
}
