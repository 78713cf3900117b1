import { expect, test } from 'vitest';
import { bundleText } from '../../functions/export/bundle-text.ts';
import type { BundleSink } from '../../functions/ports/bundle-sink.ts';

function collected() {
  const pieces: { path: string; text: string; head: string | undefined }[] = [];
  const sink: Pick<BundleSink, 'append'> = {
    append: async (path, content, head) => void pieces.push({ path, text: String(content), head }),
  };
  return { pieces, text: bundleText(sink) };
}

test('one huge record is handed on in pieces that a part of a file holds, whole lines each', async () => {
  const { pieces, text } = collected();
  const lines = Array.from({ length: 40_000 }, (_, i) => `${i} ${'x'.repeat(600)}\n`);
  for (const line of lines) text.add('master.ndjson', line, 'head');
  await text.flush(true);
  expect(pieces.map((piece) => piece.text).join('')).toBe(lines.join(''));
  for (const { text: piece, head } of pieces) {
    expect(piece.length).toBeLessThan(70_000);
    expect(piece.endsWith('\n')).toBe(true);
    expect(head).toBe('head');
  }
});

test('what has not grown to a piece waits for more, and is handed on at the end', async () => {
  const { pieces, text } = collected();
  text.add('a.csv', 'row\n');
  await text.flush();
  expect(pieces).toEqual([]);
  text.add('a.csv', 'row\n');
  await text.flush(true);
  await text.flush(true);
  expect(pieces).toEqual([{ path: 'a.csv', text: 'row\nrow\n', head: '' }]);
});
