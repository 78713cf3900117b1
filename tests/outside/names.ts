/** Names as people write them, by what makes them hard to print. */
export const names = {
  vietnamese: 'Nguyễn Thị Hồng Nhung',
  'stacked marks': 'Ọlọ́runfẹ́mi Ọ̀ṣúnlàjà',
  greek: 'Ελευθέριος Χατζηδάκης',
  polytonic: 'Ὀδυσσεὺς Ἀναγνωστόπουλος',
  cyrillic: 'Дмитро Їжакевич',
  arabic: 'أحمد بن محمد الفارسي',
  'arabic ligatures': 'علاء الأحمد',
  hebrew: 'יעל בן־דוד',
  'pointed hebrew': 'מִרְיָם כֹּהֵן',
  'pointed arabic': 'مُحَمَّد',
  devanagari: 'श्रीमती प्रियंका शर्मा',
  thai: 'กิ่งแก้ว น้ำทิพย์',
  chinese: '欧阳明华',
  japanese: '佐藤 さくら',
  korean: '김민준',
  'number and arabic': '2025 (أحمد)',
  mixture: 'Łukasz 王明 (محمد)',
} as const;
export type NameKind = keyof typeof names;
export const nameKinds = Object.keys(names) as NameKind[];
