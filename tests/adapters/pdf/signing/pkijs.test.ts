import { createHash, webcrypto } from 'node:crypto';
import * as asn1 from 'asn1js';
import fc from 'fast-check';
import * as pkijs from 'pkijs';
import { beforeAll, describe, expect, test } from 'vitest';
import { readChain } from '../../../../functions/adapters/pdf/signing/certificate-chain.ts';
import { certificateSealer } from '../../../../functions/adapters/pdf/signing/sealer.ts';
import { signatureTemplate } from '../../../../functions/adapters/pdf/signing/signature-template.ts';
import { fixturePdf, localKey, ownCertificate } from './fixtures.ts';
import { takeApart } from './openssl.ts';

const requestedAt = '2026-03-01T12:00:00.000Z';
const exact = (bytes: Uint8Array) => Uint8Array.from(bytes).buffer;

beforeAll(() => {
  pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto as typeof globalThis.crypto }));
});

const octets = (bytes: Uint8Array) => new asn1.OctetString({ valueHex: exact(bytes) });
const attribute = (type: string, value: asn1.BaseBlock) => new pkijs.Attribute({ type, values: [value] });

/** The same signature, put together by a library that nobody here wrote. */
function builtByPkijs(certificate: Uint8Array, digest: Uint8Array, signature: Uint8Array) {
  const leaf = pkijs.Certificate.fromBER(exact(certificate));
  const certHash = octets(createHash('sha256').update(certificate).digest());
  const sequence = (...value: asn1.BaseBlock[]) => new asn1.Sequence({ value });
  const attributes = [
    attribute('1.2.840.113549.1.9.3', new asn1.ObjectIdentifier({ value: '1.2.840.113549.1.7.1' })),
    attribute('1.2.840.113549.1.9.4', octets(digest)),
    attribute('1.2.840.113549.1.9.16.2.47', sequence(sequence(sequence(certHash)))),
  ];
  const bySize = (a: pkijs.Attribute, b: pkijs.Attribute) =>
    Buffer.compare(Buffer.from(a.toSchema().toBER()), Buffer.from(b.toSchema().toBER()));
  attributes.sort(bySize);
  const signed = new pkijs.SignedAndUnsignedAttributes({ type: 0, attributes });
  const sha256 = () => new pkijs.AlgorithmIdentifier({ algorithmId: '2.16.840.1.101.3.4.2.1' });
  const signedData = new pkijs.SignedData({
    version: 1,
    digestAlgorithms: [sha256()],
    encapContentInfo: new pkijs.EncapsulatedContentInfo({ eContentType: '1.2.840.113549.1.7.1' }),
    certificates: [leaf],
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({ issuer: leaf.issuer, serialNumber: leaf.serialNumber }),
        digestAlgorithm: sha256(),
        signedAttrs: signed,
        signatureAlgorithm: new pkijs.AlgorithmIdentifier({ algorithmId: '1.2.840.10045.4.3.2' }),
        signature: octets(signature),
      }),
    ],
  });
  const content = new pkijs.ContentInfo({ contentType: '1.2.840.113549.1.7.2', content: signedData.toSchema(true) });
  const toBeSigned = new asn1.Set({ value: attributes.map((a) => a.toSchema()) });
  return { cms: Buffer.from(content.toSchema().toBER()), toBeSigned: Buffer.from(toBeSigned.toBER()) };
}

/** An ECDSA signature over P-256 in DER: two whole numbers of up to 32 bytes, with a zero before a leading bit. */
const ecdsaSignature = fc
  .tuple(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.uint8Array({ minLength: 1, maxLength: 32 }))
  .map(([r, s]) => {
    const whole = (bytes: Uint8Array) => {
      const short = Buffer.from(bytes).subarray(
        Math.max(
          0,
          bytes.findIndex((byte) => byte !== 0),
        ),
      );
      const positive = (short[0] ?? 0) >= 0x80 ? Buffer.concat([Buffer.of(0), short]) : short;
      return Buffer.concat([Buffer.of(0x02, positive.length), positive]);
    };
    const both = Buffer.concat([whole(r), whole(s)]);
    return Buffer.concat([Buffer.of(0x30, both.length), both]);
  });

describe('pkijs', () => {
  test('builds the same bytes as splicing does, for any digest and any signature', async () => {
    const pem = await ownCertificate(localKey());
    const read = readChain([pem]);
    if ('fault' in read) throw new Error(read.fault);
    const template = signatureTemplate(read.chain);
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), ecdsaSignature, (digest, signature) => {
        const built = builtByPkijs(read.chain[0].der, digest, signature);
        expect(template.toBeSigned(digest).toString('hex')).toBe(built.toBeSigned.toString('hex'));
        expect(template.signedData(digest, signature).toString('hex')).toBe(built.cms.toString('hex'));
      }),
      { numRuns: 300 },
    );
  });

  test('verifies what was sealed, and not with a flipped bit', async () => {
    const rendered = await fixturePdf();
    const { bytes } = await certificateSealer(localKey()).seal(rendered, {}, requestedAt);
    const { cms, content } = takeApart(bytes, rendered.slot);
    const info = pkijs.ContentInfo.fromBER(exact(cms));
    const signedData = new pkijs.SignedData({ schema: info.content });
    expect(await signedData.verify({ signer: 0, data: exact(content) })).toBe(true);
    content[20] = (content[20] ?? 0) ^ 1;
    await expect(signedData.verify({ signer: 0, data: exact(content) })).rejects.toThrow(
      "Message digest doesn't match",
    );
  });
});
