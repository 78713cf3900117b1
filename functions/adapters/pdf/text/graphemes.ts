let segmenter: Intl.Segmenter | undefined;

/** What a reader takes for one character each: letters with their marks. Made late, since loading its rules takes a cold process 12 ms. */
export function* graphemesOf(text: string): Iterable<string> {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'grapheme' });
  for (const { segment } of segmenter.segment(text)) yield segment;
}
