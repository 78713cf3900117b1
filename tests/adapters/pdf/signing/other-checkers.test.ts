import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { certificateSealer } from '../../../../functions/adapters/pdf/signing/sealer.ts';
import { describeWith } from '../../../outside/tools.ts';
import { fixturePdf, localKey, ownCertificate, ownRequest } from './fixtures.ts';
import { certify, openssl, takeApart, testInFolder, verdict } from './openssl.ts';

const requestedAt = '2026-03-01T12:00:00.000Z';
const rendered = await fixturePdf();

function writeParts(folder: string, signed: Uint8Array, root: string): string[] {
  const { cms, content } = takeApart(signed, rendered.slot);
  writeFileSync(join(folder, 'signature.der'), cms);
  writeFileSync(join(folder, 'content'), content);
  writeFileSync(join(folder, 'trusted.pem'), root);
  const at = (name: string) => join(folder, name);
  const files = ['-in', at('signature.der'), '-content', at('content'), '-CAfile', at('trusted.pem')];
  return ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', ...files, '-out', at('out')];
}

describeWith(['openssl'], 'openssl', () => {
  testInFolder('verifies the signature as CAdES by its chain, up to the root that it trusts', async (folder) => {
    const key = localKey();
    const { chain, root } = certify(folder, await ownRequest(key));
    const sealer = certificateSealer(key);
    const sealed = await sealer.seal(rendered, { signing: { certificates: chain } }, requestedAt);
    expect(await sealer.isSealOf(sealed.bytes, sealed.unsignedHash)).toBe(true);
    expect(verdict('openssl', writeParts(folder, sealed.bytes, root))).toEqual({
      ok: true,
      words: expect.stringContaining('CAdES Verification successful'),
    });
  });

  testInFolder('verifies one by a self-signed certificate that it trusts', async (folder) => {
    const key = localKey();
    const certificate = await ownCertificate(key);
    const program = { signing: { certificates: [certificate] } };
    const sealed = await certificateSealer(key).seal(rendered, program, requestedAt);
    expect(verdict('openssl', writeParts(folder, sealed.bytes, certificate))).toMatchObject({ ok: true });
  });

  testInFolder('refuses content with one flipped bit, and a stranger who vouches for it', async (folder) => {
    const key = localKey();
    const { chain, root } = certify(folder, await ownRequest(key));
    const program = { signing: { certificates: chain } };
    const { bytes } = await certificateSealer(key).seal(rendered, program, requestedAt);
    for (const at of [
      0,
      9,
      rendered.slot.start - 1,
      rendered.slot.start + rendered.slot.length + 2,
      bytes.length - 1,
    ]) {
      const changed = Buffer.from(bytes);
      changed[at] = (changed[at] ?? 0) ^ 1;
      expect(verdict('openssl', writeParts(folder, changed, root)), `byte ${at}`).toMatchObject({
        ok: false,
        words: expect.stringMatching(/digest failure|verification failure/i),
      });
    }
    const stranger = await ownCertificate(localKey());
    expect(verdict('openssl', writeParts(folder, bytes, stranger))).toMatchObject({ ok: false });
  });

  testInFolder('reads a request, finds it signed by its key, and the subject in it', async (folder) => {
    writeFileSync(join(folder, 'request.pem'), await ownRequest(localKey()));
    const words = openssl(
      folder,
      'req',
      '-in',
      'request.pem',
      '-verify',
      '-noout',
      '-text',
      '-nameopt',
      'utf8,sep_comma_plus',
    );
    expect(words).toContain('C=US,O=Harbour Sponsor,CN=Harbour Sponsor Záznamy');
    expect(words).toMatch(/Key Usage: critical\s+Digital Signature, Non Repudiation/);
    expect(words).toContain('CA:FALSE');
    expect(verdict('openssl', ['req', '-in', join(folder, 'request.pem'), '-verify', '-noout']).ok).toBe(true);
  });

  testInFolder('verifies a self-signed certificate by itself, strictly', async (folder) => {
    writeFileSync(join(folder, 'own.pem'), await ownCertificate(localKey()));
    const file = join(folder, 'own.pem');
    expect(verdict('openssl', ['verify', '-check_ss_sig', '-x509_strict', '-CAfile', file, file])).toMatchObject({
      ok: true,
    });
  });
});

describeWith(['poppler'], 'pdfsig', () => {
  testInFolder('finds the signature valid, over the whole document', async (folder) => {
    const key = localKey();
    const file = join(folder, 'signed.pdf');
    for (const program of [{}, { signing: { certificates: [await ownCertificate(key)] } }]) {
      writeFileSync(file, (await certificateSealer(key).seal(rendered, program, requestedAt)).bytes);
      const { words } = verdict('pdfsig', ['-nocert', file]);
      expect(words).toContain('Signature Validation: Signature is Valid.');
      expect(words).toContain('Signature Type: ETSI.CAdES.detached');
      expect(words).toContain('Total document signed');
      expect(words).toContain('Signing Hash Algorithm: SHA-256');
    }
  });

  testInFolder('finds one flipped byte', async (folder) => {
    const { bytes } = await certificateSealer(localKey()).seal(rendered, {}, requestedAt);
    const changed = Buffer.from(bytes);
    const at = changed.indexOf('stream') + 12;
    changed[at] = (changed[at] ?? 0) ^ 1;
    writeFileSync(join(folder, 'changed.pdf'), changed);
    const { words } = verdict('pdfsig', ['-nocert', join(folder, 'changed.pdf')]);
    expect(words).toContain('Digest Mismatch');
    expect(words).not.toContain('Signature is Valid');
  });
});
