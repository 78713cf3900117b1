/** Scripts that names are made up in. */
export const scripts = [
  'latin',
  'greek',
  'cyrillic',
  'arabic',
  'hebrew',
  'devanagari',
  'thai',
  'chinese',
  'japanese',
  'korean',
] as const;
export type Script = (typeof scripts)[number];

/** Pieces that words are made of: letters or syllables that may follow one another in any order. */
const pieces: Record<Script, string> = {
  latin:
    'ba cha đe fí gô hươ ja kâ lạ mễ na ngọ phí quỳ rơ sẽ tha tô ủy vân wi xo ẏa zé ňe łu ßo ġi şa țe ção ñu ber đặn fran gild harn jür kov lisz minh nørd pér qvist rós stef tov wój žák dūm čer ğul ilö yıl ēlo ąca øs åb æl œf þó',
  greek: 'αλ βά γε δη εί ζω θέ κα λο μη νί ξε ός πα ρού σο τη φι χά ψω',
  cyrillic: 'ан бо вє га ді ел жу за ик їв ко ля мо ні ор пе ро св та ух фе ць чи шо юк яв ъл ы',
  arabic: 'أحم بدر تقي جمي حسن خال دين رضا زهر سعد شمس صلا ضيا طه ظفر عبد غان فات قاس كري لطف محم نور هاش وليد ين',
  hebrew: 'אב בר גד דן הל וא זך חי טל יש כר לי מש נע סמ עז פל צב קד רו שר תם',
  devanagari: 'अ क्षि ग श्री ज्ञा टि ड ता द्रु न प्र बि भा मं य र ल वि श ष सु हो क्य र्मा नी',
  thai: 'กา ขิ คุ เจ ชัย ณรงค์ ดี ต้น ถั่ว ทิพย์ นุช บุญ ปิ่น พร ฟ้า มณี ยุทธ รัตน์ ลักษ์ ศรี สม หญิง อำ',
  chinese:
    '王 李 张 刘 陈 杨 黄 赵 周 吴 徐 孙 马 朱 胡 郭 何 林 高 罗 郑 梁 谢 宋 唐 许 韩 冯 邓 曹 彭 曾 伟 芳 娜 敏 静 丽 强 磊 军 洋 勇 艳 杰 娟 涛 明 超 秀 霞 平',
  japanese:
    '佐 藤 鈴 木 高 橋 田 中 伊 渡 辺 山 本 村 小 林 加 吉 さ く ら は な ひ ろ み ゆ き あ い の ア ン ナ マ リ コ',
  korean: '김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 유 홍 민 준 지 현 수 영 은 하 경 혜 원 빈',
};
const lists = Object.fromEntries(scripts.map((script) => [script, pieces[script].split(' ')])) as Record<
  Script,
  string[]
>;

/** How many pieces a word has. */
const lengths: Record<Script, number> = { ...fill(3), arabic: 2, chinese: 3, japanese: 3, korean: 3, hebrew: 2 };

/** So many different words there are of three pieces of twenty: more than any run makes of one script but Latin. */
const bits = 18;

/**
 * A name that this run has not had: whatever remembers names, or words of them, is never asked for one twice. The same
 * number gives the same name to everybody. Latin ones, with the diacritics of a dozen languages, last for 262,144.
 */
export function nameFor(i: number, script: Script = 'latin'): string {
  const list = lists[script];
  const joint = script === 'chinese' || script === 'japanese' || script === 'korean' ? '' : ' ';
  // Odd factors permute the numbers below a power of two, so that both words are new each time.
  return [0x2c1b5, 0x1e35d].map((factor) => capital(word(list, (i * factor) % 2 ** bits, lengths[script]))).join(joint);
}

function word(list: readonly string[], seed: number, length: number): string {
  let rest = seed;
  let text = '';
  for (let n = 0; n < length || rest > 0; n++) {
    text += list[rest % list.length];
    rest = Math.floor(rest / list.length);
  }
  return text;
}

function capital(text: string): string {
  const [first = ''] = text;
  return first.toUpperCase() + text.slice(first.length);
}

function fill(length: number): Record<Script, number> {
  return Object.fromEntries(scripts.map((script) => [script, length])) as Record<Script, number>;
}
