import { inflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { commonStreams } from '../../../functions/adapters/pdf/common-streams.ts';
import stored from '../../../functions/adapters/pdf/file/deflated.json' with { type: 'json' };
import { deflate, deflated } from '../../../functions/adapters/pdf/file/deflated.ts';
import { knownLocales } from '../../../functions/adapters/pdf/layout/known-locales.ts';
import { fromNode, localeOf } from '../../../functions/adapters/pdf/layout/locale.ts';
import locales from '../../../functions/adapters/pdf/layout/locales.json' with { type: 'json' };
import { engineHere } from '../../support/engine-here.ts';
import { realCertificate, realPrograms } from '../../support/real-certificates.ts';
import { typefaces } from './text/sample-typefaces.ts';

// Where one of these differs: npm run printable

test('what is stored compressed is what the pinned library makes of the streams that programs share', () => {
  expect(stored).toEqual(commonStreams(typefaces));
});

test('a stream that is not stored is compressed by the library, and reads back', () => {
  const content = Buffer.from('a program of its own, of its own');
  expect(Buffer.from(deflated(content))).toEqual(Buffer.from(deflate(content)));
  expect(inflateSync(deflated(content))).toEqual(content);
});

test('a first certificate finds its common font, its colours and its ornaments stored', async () => {
  const streams = Object.values(stored).map((bytes) => Buffer.from(bytes, 'base64'));
  for (const program of realPrograms) {
    for (const page of ['letter', 'a4'] as const) {
      const { bytes } = await engineHere().render(realCertificate({ program, page, name: 'Ana Díaz' }));
      // The profile, the font and its texts, the braid, the corners, and behind the words the rosettes.
      expect(streams.filter((stream) => Buffer.from(bytes).includes(stream))).toHaveLength(6);
    }
  }
});

test('the words for dates are those of the locale data that the file names', () => {
  expect(locales).toEqual(knownLocales());
});

test('a date is worded as Node words it, by the file or by Node', () => {
  for (const language of ['en', 'en-GB', 'es', 'fr', 'de', 'pl', 'zh', 'ja', 'ar', 'fa', 'th', 'he', 'en-ZA']) {
    for (const date of ['2026-05-01', '1999-12-31', '2028-02-29', '1582-10-04', '0987-01-01']) {
      expect(localeOf(language).date(date)).toBe(fromNode(language).date(date));
    }
    expect(localeOf(language).figures(1_204)).toBe(fromNode(language).figures(1_204));
  }
});
