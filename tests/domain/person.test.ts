import { expect, test } from 'vitest';
import { personNameSchema } from '../../functions/domain/person.ts';

const messageOf = (name: string) => personNameSchema.safeParse(name).error?.issues[0]?.message;

test.each([
  'Nguyễn Thị Hồng Nhung',
  'Łukasz Żółć-Brzęczyszczykiewicz',
  'Ναταλία Παπαδοπούλου',
  'أحمد بن يوسف',
  '王小明',
  "O'Brien-Ñuñez III",
  'x'.repeat(120),
])('the name %s is kept as it is', (name) => expect(personNameSchema.parse(name)).toBe(name.normalize('NFC')));

test('decomposed letters are composed and white space is folded', () => {
  expect(personNameSchema.parse('  Zo\u0308e \u00a0 Smith ')).toBe('Zöe Smith');
});

test('a name of no or only blank characters is refused', () => {
  expect(messageOf('')).toBe('a name has at least one character');
  expect(messageOf('   ')).toBe('a name has at least one character');
});

test('a name of 300 characters is refused with its length', () =>
  expect(messageOf('x'.repeat(300))).toBe('a name has at most 120 characters; this one has 300'));

test.each(['a\r\nBcc: x@y.example', 'a\nb', 'a\u0000b', 'a\u2028b'])(
  'control characters and line ends are refused (%j)',
  (name) => {
    expect(messageOf(name)).toBe('a name is one line without control characters');
  },
);

test('characters that turn the direction of text around are refused', () =>
  expect(messageOf('a\u202eb')).toMatch(/direction-override/));
