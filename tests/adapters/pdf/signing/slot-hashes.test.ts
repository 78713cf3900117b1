import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { slotHashes } from '../../../../functions/adapters/pdf/signing/signature-slot.ts';
import { engineHere } from '../../../support/engine-here.ts';
import { realCertificate } from '../../../support/real-certificates.ts';

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('the hashes of a document just made are those of its bytes read again', async () => {
  const engine = engineHere();
  for (const name of ['Ada Lovelace', 'Grace Hopper']) {
    const { bytes, slot } = await engine.render(realCertificate({ program: 'staten-island-peer-specialist', name }));
    const again = slotHashes(Uint8Array.from(bytes), slot);
    const made = slotHashes(bytes, slot);
    expect(made.unsigned).toBe(sha256(bytes));
    expect(made.unsigned).toBe(again.unsigned);
    expect(made.signedRange.equals(again.signedRange)).toBe(true);
  }
});
