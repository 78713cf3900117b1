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
    '97892683790d15c219d61a45e0e668e063645c0fa3fad14f76dc0f54e2a34393',
  ],
  [
    { program: 'recovery-support-specialist', name: 'أحمد بن يوسف' },
    'fc9f499334507f2291df6061f8fe198b16764aad432f6f7c9d64ee14152059e3',
  ],
  [
    { program: 'staten-island-peer-specialist', name: '王小明', page: 'a4', bare: true },
    '1abab826234649183e031607a106695d8a2635d5137b5da846190d3254d5fa3b',
  ],
];

test.each(printed)('journeypaper-pdf/3 with CLDR 48.0 prints %o as it always did', async (given, hash) => {
  const { engine, bytes } = await engineHere().render(realCertificate(given));
  expect(engine).toBe('journeypaper-pdf/3 cldr/48.0');
  expect(sha256(bytes)).toBe(hash);
});
