import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { certificateSealer } from '../../../../functions/adapters/pdf/signing/sealer.ts';
import { signatureRoom } from '../../../../functions/adapters/pdf/signing/signature-room.ts';
import { findSlot } from '../../../../functions/adapters/pdf/signing/signature-slot.ts';
import type { Signer } from '../../../../functions/ports/signer.ts';
import { fixturePdf, localKey, ownCertificate } from './fixtures.ts';

const requestedAt = '2026-03-01T12:00:00.000Z';
const rendered = await fixturePdf();
/** As it came: a sealer signs the bytes where they stand. */
const unsigned = Buffer.from(rendered.bytes);
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('sealing', () => {
  test('fills the slot and changes no other byte', async () => {
    const sealed = await certificateSealer(localKey()).seal(rendered, {}, requestedAt);
    expect(sealed.bytes.length).toBe(unsigned.length);
    const { start, length } = rendered.slot;
    const zeroed = Buffer.from(sealed.bytes).fill('0', start + 1, start + 1 + length);
    expect(zeroed.equals(unsigned)).toBe(true);
    expect(findSlot(sealed.bytes)).toEqual(rendered.slot);
  });

  test('answers with the hashes of the bytes before and after', async () => {
    const sealed = await certificateSealer(localKey()).seal(rendered, {}, requestedAt);
    expect(sealed).toMatchObject({ hash: sha256(sealed.bytes), unsignedHash: sha256(unsigned), keyId: 'local' });
  });

  test('leaves nothing of a longer signature that stood there', async () => {
    const { bytes, slot } = await fixturePdf();
    bytes.fill(0x66, slot.start + 1, slot.start + 1 + slot.length);
    const sealed = await certificateSealer(localKey()).seal({ bytes, slot }, {}, requestedAt);
    const digits = Buffer.from(sealed.bytes).toString('latin1', slot.start + 1, slot.start + 1 + slot.length);
    expect(digits).toMatch(/[0-9a-f]+0{100,}$/);
    expect(sealed.unsignedHash).toBe(sha256(unsigned));
  });

  test('shows the key the signed attributes and nothing of the document', async () => {
    const key = localKey();
    const certificates = [await ownCertificate(key)];
    key.signed.length = 0;
    await certificateSealer(key).seal(rendered, { signing: { certificates } }, requestedAt);
    expect(key.signed).toHaveLength(1);
    expect(key.signed[0]?.length).toBeLessThan(200);
    expect(key.signed[0]?.[0]).toBe(0x31);
  });

  test('makes its own certificate once a process where the program has none', async () => {
    const key = localKey();
    const sealer = certificateSealer(key);
    for (const _ of ['first', 'second', 'third']) await sealer.seal(rendered, {}, requestedAt);
    expect(key.signed).toHaveLength(1 + 3);
  });
});

describe('the room that is kept for a signature', () => {
  const fits = async (certificates: string[] | undefined) => {
    const key = localKey();
    const own = certificates && [await ownCertificate(key), ...certificates];
    const signing = own && { certificates: own };
    const pdf = await fixturePdf(signatureRoom(signing));
    const { bytes } = await certificateSealer(key).seal(pdf, signing ? { signing } : {}, requestedAt);
    const slot = Buffer.from(bytes).toString('latin1', pdf.slot.start + 1, pdf.slot.start + 1 + pdf.slot.length);
    return { left: slot.length / 2 - slot.replace(/0+$/, '').length / 2 };
  };

  test("is enough for the deployment's own certificate and for a program's, with a little left", async () => {
    for (const certificates of [undefined, []]) {
      const { left } = await fits(certificates);
      expect(left).toBeGreaterThan(200);
      expect(left).toBeLessThan(1_500);
    }
  });

  test('grows with the chain and with a time stamp', async () => {
    const certificates = [await ownCertificate(localKey())];
    const room = signatureRoom({ certificates });
    expect(signatureRoom({ certificates: [...certificates, ...certificates] })).toBeGreaterThan(room + 400);
    expect(signatureRoom({ certificates, timestampUrl: 'https://stamps.example/' })).toBeGreaterThan(room + 8_000);
  });
});

describe('a stored document is adopted', () => {
  test('where it holds these bytes and a signature of ours, whichever certificate it names', async () => {
    const key = localKey();
    const certificates = [await ownCertificate(key)];
    for (const program of [{}, { signing: { certificates } }]) {
      const { bytes, unsignedHash } = await certificateSealer(key).seal(rendered, program, requestedAt);
      expect(await certificateSealer(key).isSealOf(bytes, unsignedHash)).toBe(true);
    }
  });

  test('and not where another key signed it, or none', async () => {
    const { bytes, unsignedHash } = await certificateSealer(localKey()).seal(rendered, {}, requestedAt);
    const sealer = certificateSealer(localKey());
    expect(await sealer.isSealOf(bytes, unsignedHash)).toBe(false);
    expect(await sealer.isSealOf(rendered.bytes, unsignedHash)).toBe(false);
    expect(await sealer.isSealOf(new Uint8Array(), unsignedHash)).toBe(false);
  });

  test('and not where it is the signature of other bytes', async () => {
    const key = localKey();
    const sealer = certificateSealer(key);
    const { bytes, unsignedHash } = await sealer.seal(rendered, {}, requestedAt);
    const other = Buffer.from(rendered.bytes);
    other[100] = (other[100] ?? 0) ^ 1;
    const signature = Buffer.from(bytes).subarray(rendered.slot.start, rendered.slot.start + rendered.slot.length);
    const moved = Buffer.from(other);
    moved.set(signature, rendered.slot.start);
    expect(await sealer.isSealOf(moved, sha256(other))).toBe(false);
    expect(await sealer.isSealOf(bytes, sha256(other))).toBe(false);
    expect(await sealer.isSealOf(bytes, unsignedHash)).toBe(true);
  });

  test('and not with any one bit changed, in the document or in the signature', async () => {
    const sealer = certificateSealer(localKey());
    const { bytes, unsignedHash } = await sealer.seal(rendered, {}, requestedAt);
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 0, max: bytes.length - 1 }),
        fc.integer({ min: 0, max: 7 }),
        async (at, bit) => {
          const changed = Buffer.from(bytes);
          changed[at] = (changed[at] ?? 0) ^ (1 << bit);
          expect(await sealer.isSealOf(changed, unsignedHash)).toBe(false);
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe('what cannot be sealed says why', () => {
  const refused = async (certificates: string[], at = requestedAt, key = localKey(), pdf = rendered) =>
    certificateSealer(key)
      .seal(pdf, { signing: { certificates } }, at)
      .catch((error: unknown) => error);

  test('a certificate that is none', async () => {
    const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n';
    expect(await refused([broken])).toMatchObject({
      code: 'seal.certificates',
      retryable: false,
      message: expect.stringContaining('signing.certificates.0: not an X.509 certificate'),
    });
  });

  test("another key's certificate", async () => {
    expect(await refused([await ownCertificate(localKey())])).toMatchObject({
      code: 'seal.certificates',
      retryable: false,
      message: expect.stringContaining("signing.certificates.0: not a certificate of this deployment's signing key"),
    });
  });

  test('one that had expired when the credential was requested', async () => {
    const key = localKey();
    const certificate = await ownCertificate(key, { to: '2026-02-28T00:00:00.000Z' });
    expect(await refused([certificate], requestedAt, key)).toMatchObject({
      code: 'seal.certificates',
      retryable: false,
      message: expect.stringContaining('signing.certificates.0: expired on 2026-02-28'),
    });
    expect(await refused([certificate], '2026-02-27T00:00:00.000Z', key)).toMatchObject({ keyId: 'local' });
  });

  test('an issuer that issued nothing', async () => {
    const key = localKey();
    expect(
      await refused([await ownCertificate(key), await ownCertificate(localKey())], requestedAt, key),
    ).toMatchObject({
      code: 'seal.certificates',
      message: expect.stringContaining('signing.certificates.1: did not issue signing.certificates.0'),
    });
  });

  test('a place that is too small, or that is not there', async () => {
    const key = localKey();
    const certificates = [await ownCertificate(key)];
    const small = await fixturePdf(300);
    expect(await refused(certificates, requestedAt, key, small)).toMatchObject({
      code: 'seal.does-not-fit',
      retryable: false,
    });
    const nowhere = { ...rendered, slot: { ...rendered.slot, start: rendered.slot.start + 1 } };
    expect(await refused(certificates, requestedAt, key, nowhere)).toMatchObject({
      code: 'seal.slot',
      retryable: false,
    });
  });

  test.each([
    ['something else', 'bm90aGluZw=='],
    ['a signature of no length', ''],
    ['an empty sequence', 'MAA='],
  ])('a key that answers with %s is asked again later', async (_, signature) => {
    const { signer } = localKey();
    const odd: Signer = { ...signer, sign: async () => ({ keyId: 'local', signature }) };
    const before = Buffer.from(rendered.bytes);
    await expect(certificateSealer({ signer: odd }).seal(rendered, {}, requestedAt)).rejects.toMatchObject({
      code: 'signer.malformed',
      retryable: true,
    });
    expect(before.equals(rendered.bytes), 'nothing half-written').toBe(true);
  });

  test('a key that failed once is asked again at the next certificate', async () => {
    const { signer } = localKey();
    let failures = 1;
    const flaky: Signer = {
      ...signer,
      publicKey: async () => {
        if (failures-- > 0) throw new Error('late');
        return signer.publicKey();
      },
    };
    const sealer = certificateSealer({ signer: flaky });
    await expect(sealer.seal(rendered, {}, requestedAt)).rejects.toThrow('late');
    await expect(sealer.seal(rendered, {}, requestedAt)).resolves.toMatchObject({ keyId: 'local' });
  });
});
