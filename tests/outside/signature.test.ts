import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { printSpecimens, type Specimen, specimenIds } from './specimens.ts';
import { describeWith, run } from './tools.ts';

// Each test starts a tool or more; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 });

let printed: { folder: string; specimens: Map<string, Specimen> };
beforeAll(async () => {
  printed = await printSpecimens();
});
afterAll(() => rmSync(printed.folder, { recursive: true, force: true }));

const some = specimenIds.filter((id) => !id.startsWith('name-'));

function specimen(id: string): Specimen {
  const found = printed.specimens.get(id);
  if (!found) throw new Error(`there is no specimen ${id}`);
  return found;
}

test.each(some)('%s is its unsigned bytes but for the slot', (id) => {
  const { bytes, rendered } = specimen(id);
  const { start, length } = rendered.slot;
  expect(bytes).toHaveLength(rendered.bytes.length);
  const zeroed = Buffer.from(bytes).fill('0', start + 1, start + 1 + length);
  expect(zeroed.equals(rendered.bytes)).toBe(true);
  expect(Buffer.from(rendered.bytes.slice(start, start + 2)).toString()).toBe('<0');
});

describeWith(['poppler'], 'pdfsig', () => {
  test.each(some)('finds the signature of %s valid, and over the whole document', (id) => {
    const { text } = run('pdfsig', ['-nocert', specimen(id).path]);
    expect(text).toContain('- Signature Validation: Signature is Valid.');
    expect(text).toContain('- Total document signed');
    expect(text).toMatch(/- Signature Type: ETSI\.CAdES\.detached/);
    expect(text).toContain('- Signing Hash Algorithm: SHA-256');
    expect(text).not.toContain('Signature #2');
  });

  test('finds a document changed by one letter', () => {
    const path = changed(specimen(some[0] ?? ''));
    expect(run('pdfsig', ['-nocert', path]).text).toContain('Digest Mismatch');
  });
});

describeWith(['openssl'], 'openssl cms -verify -cades', () => {
  test.each(some)('verifies the signature of %s by its own certificate', (id) => {
    const { status, err } = verify(specimen(id).bytes);
    expect(err).toContain('CAdES Verification successful');
    expect(status).toBe(0);
  });

  test('refuses a document changed by one letter', () => {
    const { bytes, rendered } = specimen(some[0] ?? '');
    const other = Buffer.from(bytes);
    other[rendered.slot.start - 200] = (other[rendered.slot.start - 200] ?? 0) ^ 1;
    const { status, err } = verify(other);
    expect(status).not.toBe(0);
    expect(err).toMatch(/verif/i);
  });
});

/** One letter of the attached record or of a stream: far from the slot, where a reader would not stumble. */
function changed({ id, bytes, rendered }: Specimen): string {
  const other = Buffer.from(bytes);
  const at = rendered.slot.start > 4_000 ? 3_000 : rendered.slot.start + rendered.slot.length + 3_000;
  other[at] = (other[at] ?? 0) ^ 1;
  const path = join(printed.folder, `${id}-changed.pdf`);
  writeFileSync(path, other);
  return path;
}

/** Cuts the signature out by the document's own byte range, as any verifier does. */
function verify(bytes: Uint8Array) {
  const range = /\/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]/.exec(Buffer.from(bytes).toString('latin1'));
  if (!range) throw new Error('there is no byte range');
  const [from = 0, length = 0, resume = 0, rest = 0] = range.slice(1).map(Number);
  expect({ from, end: resume + rest }).toEqual({ from: 0, end: bytes.length });
  const hex = Buffer.from(bytes.slice(length + 1, resume - 1)).toString('latin1');
  const padded = Buffer.from(hex, 'hex');
  const der = padded.subarray(0, 4 + padded.readUInt16BE(2));
  expect(padded[1], 'a length of two bytes').toBe(0x82);
  const file = (name: string, content: Uint8Array | string) => {
    const path = join(printed.folder, name);
    writeFileSync(path, content);
    return path;
  };
  const signature = file('signature.der', der);
  const signed = Buffer.concat([bytes.slice(0, length), bytes.slice(resume)]);
  const certificates = run('openssl', ['pkcs7', '-inform', 'DER', '-in', signature, '-print_certs']).text;
  const trusted = file('certificates.pem', certificates);
  const args = ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', '-in', signature, '-CAfile', trusted];
  const parameters = [...args, '-purpose', 'any', '-content', file('signed.bin', signed), '-out', '/dev/null'];
  return run('openssl', parameters);
}
