/** The faces of the certificate's own family. */
export type FaceName = 'regular' | 'italic' | 'bold';

/** Fonts of `templates/fonts/`, by the names of their files without `.ttf`. Every text is in these where they have it. */
export const latinFonts: Record<FaceName, string> = {
  regular: 'EBGaramond-Regular',
  italic: 'EBGaramond-Italic',
  bold: 'EBGaramond-SemiBold',
};

/** The script of each font, or its foremost: as this a run is set that has characters of no script only. */
export const fontScripts: Record<string, string> = {
  'EBGaramond-Regular': 'Latn',
  'EBGaramond-Italic': 'Latn',
  'EBGaramond-SemiBold': 'Latn',
  'NotoSerifHebrew-Regular': 'Hebr',
  'Amiri-Regular': 'Arab',
  'NotoSerifDevanagari-Regular': 'Deva',
  'NotoSerifThai-Regular': 'Thai',
  'NotoSerifSC-Regular': 'Hani',
  'NotoSerifJP-Regular': 'Hani',
  'NotoSerifKR-Regular': 'Hang',
};

/** For what Garamond lacks, small fonts of a script each. */
export const scriptFonts: readonly string[] = [
  'NotoSerifHebrew-Regular',
  'Amiri-Regular',
  'NotoSerifDevanagari-Regular',
  'NotoSerifThai-Regular',
];

type HanStyle = 'zh' | 'ja' | 'ko';
/** Fonts of megabytes, read when a text needs one. Each writes Han characters in the manner of its country. */
export const hanFonts: Record<HanStyle, string> = {
  zh: 'NotoSerifSC-Regular',
  ja: 'NotoSerifJP-Regular',
  ko: 'NotoSerifKR-Regular',
};

const orders: Record<HanStyle, readonly HanStyle[]> = {
  zh: ['zh', 'ja', 'ko'],
  ja: ['ja', 'zh', 'ko'],
  ko: ['ko', 'zh', 'ja'],
};

const kana = /[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]/;
const hangul = /[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]/;

/** The fonts of Han characters, the fitting one first: by the language, by kana or hangul in the text, else Chinese. */
export function hanOrder(text: string, language: string | undefined): string[] {
  const style = styleOf(language) ?? (kana.test(text) ? 'ja' : hangul.test(text) ? 'ko' : 'zh');
  return orders[style].map((each) => hanFonts[each]);
}

function styleOf(language: string | undefined): HanStyle | undefined {
  const primary = language?.split('-')[0]?.toLowerCase();
  return primary === 'zh' || primary === 'ja' || primary === 'ko' ? primary : undefined;
}
