import { fileURLToPath } from 'node:url';
import { typefaceFiles } from '../../../../functions/adapters/pdf/text/typeface-files.ts';
import { type FontSource, type GlyphRun, openTypefaces } from '../../../../functions/adapters/pdf/text/typefaces.ts';

export const fontFiles = typefaceFiles(fileURLToPath(new URL('../../../..', import.meta.url)));
export const typefaces = await openTypefaces(fontFiles);

/** The files, and which of them were asked for. */
export function watchedFiles(): { source: FontSource; read: string[] } {
  const read: string[] = [];
  return {
    read,
    source(file) {
      read.push(file);
      return fontFiles(file);
    },
  };
}

/** What a run's glyphs extract as, read in the order of the letters. */
export function extracted({ glyphs, rtl }: GlyphRun): string {
  const texts = glyphs.map(({ text }) => text);
  return (rtl ? texts.reverse() : texts).join('');
}

/** Names that a certificate has to print, and the fonts of their runs from left to right. */
export const names: [name: string, ...fonts: string[]][] = [
  ['Nguyễn Thị Hồng Nhung', 'EBGaramond-Regular'],
  ['Łukasz Żółć-Brzęczyszczykiewicz', 'EBGaramond-Regular'],
  ['Ναταλία Παπαδοπούλου', 'EBGaramond-Regular'],
  ['Дмитро Ковальчук', 'EBGaramond-Regular'],
  ['Ọlọ́runfẹ́mi Ọ̀ṣúnlàjà', 'EBGaramond-Regular'],
  ["O'Brien-Ñuñez III", 'EBGaramond-Regular'],
  ['أحمد بن يوسف', 'Amiri-Regular'],
  ['نیک\u200cنام', 'Amiri-Regular'],
  ['יוסף בן־דוד', 'NotoSerifHebrew-Regular'],
  ['אַבְרָהָם', 'NotoSerifHebrew-Regular'],
  ['अनुष्का श्रीवास्तव', 'NotoSerifDevanagari-Regular'],
  ['ณัฐวุฒิ สุขสวัสดิ์', 'NotoSerifThai-Regular'],
  ['น้ำฝน', 'NotoSerifThai-Regular'],
  ['王小明', 'NotoSerifSC-Regular'],
  ['山田 太郎', 'NotoSerifSC-Regular'],
  ['山田 さくら', 'NotoSerifJP-Regular', 'NotoSerifJP-Regular'],
  ['김민준', 'NotoSerifKR-Regular'],
  ['2025 (أحمد)', 'Amiri-Regular', 'EBGaramond-Regular', 'EBGaramond-Regular'],
  ['José אברהם', 'EBGaramond-Regular', 'NotoSerifHebrew-Regular'],
  ['王小明 Wang', 'NotoSerifSC-Regular', 'EBGaramond-Regular'],
  ['홍길동 (洪吉童)', 'NotoSerifKR-Regular', 'NotoSerifSC-Regular'],
];
