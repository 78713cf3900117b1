import { expect, test } from 'vitest';
import { signingSchema } from '../../functions/domain/signing.ts';

const certificates = ['-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'];
const isTaken = (timestampUrl: string) => signingSchema().safeParse({ certificates, timestampUrl }).success;

test('a time stamp server is asked over https, or on this machine', () => {
  expect(isTaken('https://stamps.example/tsa')).toBe(true);
  expect(isTaken('http://127.0.0.1:8080/')).toBe(true);
  expect(isTaken('http://stamps.example/tsa')).toBe(false);
  expect(isTaken('ftp://stamps.example/tsa')).toBe(false);
});

test("a time stamp server's address holds no password: the program is published with it", () => {
  expect(isTaken('https://user:secret@stamps.example/')).toBe(false);
  expect(isTaken('https://user@stamps.example/')).toBe(false);
});
