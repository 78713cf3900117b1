import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'vitest';
import type { SignatureSlot } from '../../../../functions/ports/certificate-engine.ts';

/** A test with a folder of its own. */
export function testInFolder(title: string, body: (folder: string) => Promise<void>): void {
  test(title, { timeout: 60_000 }, async () => {
    const folder = mkdtempSync(join(tmpdir(), 'journeypaper-signing-'));
    try {
      await body(folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
}

/** Runs a tool whose verdict is its exit code; the words are both its outputs. */
export function verdict(tool: string, parameters: readonly string[], folder = tmpdir()) {
  const { status, stdout, stderr } = spawnSync(tool, parameters, { encoding: 'utf8', cwd: folder });
  return { ok: status === 0, words: `${stdout}${stderr}` };
}

/** Runs openssl in a folder, where nothing may go wrong; what it wrote. */
export function openssl(folder: string, ...parameters: string[]): string {
  const { ok, words } = verdict('openssl', parameters, folder);
  if (!ok) throw new Error(`openssl ${parameters.join(' ')}: ${words}`);
  return words;
}

/** What a verifier needs of a signed file: the CMS from its slot, and the bytes around it. */
export function takeApart(signed: Uint8Array, { start, length }: SignatureSlot) {
  const file = Buffer.from(signed);
  const padded = Buffer.from(file.toString('latin1', start + 1, start + 1 + length), 'hex');
  const cms = padded.subarray(0, 4 + padded.readUInt16BE(2));
  return { cms, content: Buffer.concat([file.subarray(0, start), file.subarray(start + length + 2)]) };
}

/**
 * An authority of openssl's own making: a root, one beneath it, and a certificate of theirs for a request.
 * The chain is the certificate and the authority beneath the root.
 */
export function certify(folder: string, request: string, extensions = ''): { chain: string[]; root: string } {
  const authority =
    'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\nsubjectKeyIdentifier=hash\n';
  writeFileSync(join(folder, 'authority.cnf'), authority);
  writeFileSync(join(folder, 'leaf.cnf'), `keyUsage=critical,digitalSignature,nonRepudiation\n${extensions}`);
  writeFileSync(join(folder, 'leaf.csr'), request);
  const key = (name: string) =>
    openssl(folder, 'genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-384', '-out', `${name}.key`);
  key('root');
  key('middle');
  const subject = (name: string) => ['-subj', `/C=US/O=Harbour Authority/CN=Harbour ${name}`];
  openssl(folder, 'req', '-new', '-key', 'root.key', ...subject('Root'), '-out', 'root.csr');
  openssl(folder, 'req', '-new', '-key', 'middle.key', ...subject('Issuing'), '-out', 'middle.csr');
  const dates = ['-days', '3650', '-sha256'];
  openssl(
    folder,
    'x509',
    '-req',
    '-in',
    'root.csr',
    '-signkey',
    'root.key',
    '-extfile',
    'authority.cnf',
    ...dates,
    '-out',
    'root.pem',
  );
  const issued = (name: string, by: string, extfile: string) =>
    openssl(
      folder,
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-CA',
      `${by}.pem`,
      '-CAkey',
      `${by}.key`,
      '-CAcreateserial',
      '-extfile',
      extfile,
      ...dates,
      '-out',
      `${name}.pem`,
    );
  issued('middle', 'root', 'authority.cnf');
  issued('leaf', 'middle', 'leaf.cnf');
  const read = (name: string) => openssl(folder, 'x509', '-in', `${name}.pem`);
  return { chain: [read('leaf'), read('middle')], root: read('root') };
}
