import { expect, test } from 'vitest';
import { sha256 } from '../../../functions/domain/hash.ts';
import { engineHere } from '../../support/engine-here.ts';
import { type RealCertificate, realCertificate } from '../../support/real-certificates.ts';

/**
 * What the engine printed when its version was set. Where one of these differs, equal content gives other bytes than it
 * gave: what was issued can no longer be printed again, so that the engine's version must change with it.
 */
const printed: [RealCertificate, string][] = [
  [
    { program: 'staten-island-peer-specialist', name: 'Nguyễn Thị Hồng Nhung' },
    'a10aaaed5697705d4994fbc074197b4d16fdf19e976e78c66455edcd944a9261',
  ],
  [
    { program: 'recovery-support-specialist', name: 'أحمد بن يوسف' },
    '6de43233684ce90433a9d53029941a235d842af94b4f5663368d05ceb7079785',
  ],
  [
    { program: 'staten-island-peer-specialist', name: '王小明', page: 'a4', bare: true },
    '71df510c11e563a20d8ed295d11228523f2010560640ef43252628bf3a7844ac',
  ],
];

test.each(printed)('journeypaper-pdf/2 with CLDR 48.0 prints %o as it always did', async (given, hash) => {
  const { engine, bytes } = await engineHere().render(realCertificate(given));
  expect(engine).toBe('journeypaper-pdf/2 cldr/48.0');
  expect(sha256(bytes)).toBe(hash);
});
