import { beforeAll, describe, expect, test } from 'vitest';
import { certificateSealer } from '../../functions/adapters/pdf/signing/sealer.ts';
import { findSlot } from '../../functions/adapters/pdf/signing/signature-slot.ts';
import { sha256 } from '../../functions/domain/hash.ts';
import { engineHere } from '../support/engine-here.ts';
import { realCertificate } from '../support/real-certificates.ts';
import { signerHere } from '../support/signer-here.ts';

// What the browser runs, in Node: both have the same cryptography.
type Record = { hash: string; statement: string; signature: string };
type Findings = { hash: string; signature: string; key: string | undefined; fingerprint: string | undefined };
let checkPdf: (bytes: Uint8Array, record: Record) => Promise<Findings>;

const statement = '{"statement":"journeypaper/credential/2"}';
const signer = signerHere();
let pdf: Uint8Array;
let record: Record;
let fingerprint: string;
beforeAll(async () => {
  const script = new URL('../../templates/web/pdf-signature.js', import.meta.url).href;
  ({ checkPdf } = await import(script));
  const content = realCertificate({ program: 'staten-island-peer-specialist', name: 'Nguyễn Thị Hồng Nhung' });
  const sealed = await certificateSealer({ signer }).seal(
    await engineHere().render(content),
    content.program,
    content.requestedAt,
  );
  pdf = new Uint8Array(sealed.bytes);
  const { signature } = await signer.sign(new TextEncoder().encode(statement));
  record = { hash: sealed.hash, statement, signature };
  fingerprint = sha256(new Uint8Array(await signer.publicKey()));
});

describe('a PDF dropped on the verify page', () => {
  test('that is the issued file is found so, signed by the key that signed the record', async () => {
    expect(await checkPdf(pdf, record)).toEqual({ hash: 'same', signature: 'good', key: 'same', fingerprint });
  });

  test('with one byte changed, anywhere, is neither the issued file nor soundly signed', async () => {
    const slot = findSlot(pdf);
    for (const at of [9, 2_000, (slot?.start ?? 0) - 40, pdf.length - 3]) {
      const changed = pdf.slice();
      changed[at] = (changed[at] ?? 0) ^ 1;
      const found = await checkPdf(changed, record);
      expect([at, found.hash, found.signature === 'good', found.key]).toEqual([at, 'other', false, undefined]);
    }
  });

  test('with something behind what was signed is signed in part only', async () => {
    const longer = new Uint8Array([...pdf, ...new TextEncoder().encode('\n% more\n')]);
    expect(await checkPdf(longer, record)).toMatchObject({ hash: 'other', signature: 'part' });
  });

  test('without a signature is found so', async () => {
    const plain = new TextEncoder().encode('%PDF-1.7\n%%EOF\n');
    expect(await checkPdf(plain, record)).toMatchObject({ hash: 'other', signature: 'none' });
  });

  test('whose place for a signature was never filled, as a preview is, has none', async () => {
    const content = realCertificate({ program: 'staten-island-peer-specialist', name: 'Sample Name' });
    const { bytes } = await engineHere().render({ ...content, isPreview: true });
    expect(await checkPdf(new Uint8Array(bytes), record)).toMatchObject({ hash: 'other', signature: 'none' });
  });

  test('signed soundly by somebody else is told from ours by the key', async () => {
    const stranger = signerHere();
    const content = realCertificate({ program: 'staten-island-peer-specialist', name: 'Nguyễn Thị Hồng Nhung' });
    const sealed = await certificateSealer({ signer: stranger }).seal(
      await engineHere().render(content),
      content.program,
      content.requestedAt,
    );
    const found = await checkPdf(new Uint8Array(sealed.bytes), record);
    expect(found).toMatchObject({ hash: 'other', signature: 'good', key: 'other' });
    expect(found.fingerprint).not.toBe(fingerprint);
  });

  test('whose signature is garbage is of a kind that is not known, and nothing throws', async () => {
    const slot = findSlot(pdf);
    const garbage = pdf.slice();
    garbage.set(new TextEncoder().encode('30820fff'), (slot?.start ?? 0) + 1);
    expect(await checkPdf(garbage, record)).toMatchObject({ hash: 'other', signature: 'unknown' });
  });

  test('of a record that was changed is not said to be signed by the same key', async () => {
    const found = await checkPdf(pdf, { ...record, statement: `${statement} ` });
    expect(found).toMatchObject({ hash: 'same', signature: 'good', key: 'other' });
  });
});

test('signatures of every length that DER gives are read: short and long numbers alike', async () => {
  const lengths = new Set<number>();
  for (let i = 0; i < 60; i++) {
    const { signature } = await signer.sign(new TextEncoder().encode(statement));
    lengths.add(Buffer.from(signature, 'base64').length);
    expect((await checkPdf(pdf, { ...record, signature })).key).toBe('same');
  }
  expect(lengths.size).toBeGreaterThan(1);
});
