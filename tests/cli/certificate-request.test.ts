import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GetPublicKeyCommand, KMSClient } from '@aws-sdk/client-kms';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { kmsSigner } from '../../functions/adapters/aws/kms-signer.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type LocalKey, localKey, ownCertificate } from '../adapters/pdf/signing/fixtures.ts';
import { openssl } from '../adapters/pdf/signing/openssl.ts';
import { describeWith } from '../outside/tools.ts';
import { run as runCli } from './cli-run.ts';
import { enrollZoe, everyPiece, writeHarbor } from './harbor.ts';
import { type ServicesStack, signingKey, startServices } from './services-stack.ts';
import { stepsOn } from './steps-in-process.ts';

let stack: ServicesStack;
let key: KeyObject;
let kms: KMSClient;
const run = (...args: string[]) => runCli([...args, '--stack', stack.file]);

beforeAll(async () => {
  stack = await startServices();
  kms = new KMSClient(localClientConfig(stack.endpoints.kms));
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: signingKey }));
  key = createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
  expect((await run(...writeHarbor(stack.folder))).exitCode).toBe(0);
});
afterAll(async () => {
  kms.destroy();
  await stack.stop();
});

const programFile = () => join(stack.folder, 'harbor.json');
const reload = () => {
  const templates = join(import.meta.dirname, '../../templates/certificate');
  return run(
    'program',
    'load',
    programFile(),
    '--frameworks',
    join(stack.folder, 'frameworks'),
    '--templates',
    templates,
  );
};
const withSigning = (signing: unknown) =>
  writeHarbor(stack.folder, ({ program }) => Object.assign(program, { signing }));

describeWith(['openssl'], 'certificate request', () => {
  test("is signed by the stack's key and names the program's sponsor", async () => {
    const ran = await run('certificate', 'request', 'harbor', '--country', 'US', '--state', 'New York');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const file = join(stack.folder, 'harbor.csr');
    writeFileSync(file, ran.stdout);
    const words = openssl(
      stack.folder,
      'req',
      '-in',
      file,
      '-verify',
      '-noout',
      '-subject',
      '-pubkey',
      '-nameopt',
      'sep_comma_plus',
    );
    expect(words).toContain('C=US,ST=New York,O=Harbor Sponsor,CN=Harbor Sponsor');
    expect(words).toContain(key.export({ type: 'spki', format: 'pem' }));
  });

  test('goes to a file, or into JSON', async () => {
    const out = join(stack.folder, 'out.csr');
    const ran = await run('certificate', 'request', 'harbor', '--common-name', 'Hafen Überlingen', '--out', out);
    expect(ran).toMatchObject({ exitCode: 0, stdout: `Wrote ${out}\n` });
    expect(readFileSync(out, 'utf8')).toMatch(
      /^-----BEGIN CERTIFICATE REQUEST-----\n[\w+/=\n]+-----END CERTIFICATE REQUEST-----\n$/,
    );
    expect((await run('certificate', 'request', 'harbor', '--json')).json()).toMatchObject({
      outcome: 'made',
      program: 'harbor',
      subject: { O: 'Harbor Sponsor', CN: 'Harbor Sponsor' },
      pem: expect.stringContaining('BEGIN CERTIFICATE REQUEST'),
    });
  });
});

describe('certificate self-signed', () => {
  test("is the stack key's own, for as long as it is asked to be", async () => {
    const ran = await run('certificate', 'self-signed', 'harbor', '--years', '3');
    expect(ran).toMatchObject({ exitCode: 0, stderr: '' });
    const certificate = new X509Certificate(ran.stdout);
    expect(certificate.publicKey.equals(key)).toBe(true);
    expect(certificate.verify(key)).toBe(true);
    expect(certificate.subject).toBe('O=Harbor Sponsor\nCN=Harbor Sponsor');
    const years = certificate.validToDate.getUTCFullYear() - new Date().getUTCFullYear();
    expect(years).toBe(3);
    for (const line of ran.stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });

  test('goes into the program, which then signs with it', async () => {
    const ran = await run(
      'certificate',
      'self-signed',
      'harbor',
      '--common-name',
      'Harbor Seal',
      '--into',
      programFile(),
    );
    expect(ran).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('program load') });
    expect((await reload()).exitCode).toBe(0);
    const steps = stepsOn(stack);
    const ref = { program: 'harbor', enrollment: 'enr-1' };
    await run(...enrollZoe('enr-1'));
    const pieces = join(stack.folder, 'pieces.json');
    writeFileSync(pieces, JSON.stringify(everyPiece));
    expect((await run('submit', '--program', 'harbor', '--enrollment', 'enr-1', '--file', pieces)).exitCode).toBe(0);
    for (const { requirement, evidence } of everyPiece) {
      const on = ['--requirement', requirement, '--evidence', evidence];
      const assessed = await run(
        'assess',
        '--program',
        'harbor',
        '--enrollment',
        'enr-1',
        ...on,
        '--outcome',
        'met',
        '--as',
        'mentor',
      );
      expect(assessed.exitCode).toBe(0);
    }
    await steps.settle(ref);
    const [credential] = (await steps.store.readRecord(ref))?.credentials ?? [];
    const pdf = Buffer.from((await steps.documents.get(credential?.document.key ?? '')) ?? []);
    steps.close();
    const certificates = JSON.parse(readFileSync(programFile(), 'utf8')).signing.certificates;
    const der = new X509Certificate(certificates[0]).raw.toString('hex');
    expect(pdf.toString('latin1')).toContain(der);
  });
});

describe('what cannot be made names the flag', () => {
  const faults: [string, string[], number, string][] = [
    ['a program that is not there', ['request', 'nowhere'], 3, 'program: there is no "nowhere"'],
    ['a country in words', ['request', 'harbor', '--country', 'usa'], 2, '--country: give the two capital letters'],
    [
      'a name that is too long',
      ['request', 'harbor', '--common-name', 'x'.repeat(65)],
      2,
      '--common-name: give one line',
    ],
    ['no years', ['self-signed', 'harbor', '--years', '0'], 2, '--years: give a whole number from 1 to 30'],
    [
      'a folder that is not there',
      ['request', 'harbor', '--out', '/nowhere/at/all.csr'],
      2,
      '--out /nowhere/at/all.csr: cannot be written',
    ],
    [
      'no program file',
      ['self-signed', 'harbor', '--into', '/nowhere.json'],
      2,
      '--into /nowhere.json: cannot be read',
    ],
  ];
  test.each(faults)('%s', async (_, args, exitCode, words) => {
    const ran = await run('certificate', ...args);
    expect(ran).toMatchObject({ exitCode, stdout: '' });
    expect(ran.stderr).toContain(words);
  });

  test("another program's file is left as it is", async () => {
    const other = join(stack.folder, 'other.json');
    writeFileSync(other, '{"id": "other"}');
    const ran = await run('certificate', 'self-signed', 'harbor', '--into', other);
    expect(ran).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('is not the file of harbor') });
    expect(readFileSync(other, 'utf8')).toBe('{"id": "other"}');
    expect(existsSync(`${other}.${process.pid}.new`)).toBe(false);
  });
});

describe('a program is loaded only with certificates that can sign', () => {
  const signing = async (
    change: Parameters<typeof ownCertificate>[1] = {},
    certified: Pick<LocalKey, 'signer'> = localKey(),
  ) => ({
    certificates: [await ownCertificate(certified, change)],
  });
  test('not with those of another key', async () => {
    const ran = await run(...withSigning(await signing()));
    expect(ran).toMatchObject({ exitCode: 2, stdout: '' });
    expect(ran.stderr).toContain("program signing.certificates.0: not a certificate of this deployment's signing key");
  });

  test.each([
    ['expired ones', { to: '2026-02-01T00:00:00.000Z' }, 'expired on 2026-02-01'],
    ['ones of the future', { from: '2035-01-01T00:00:00.000Z' }, 'valid from 2035-01-01 on'],
  ])('not with %s', async (_, change, words) => {
    expect(
      (await run(...withSigning(await signing(change, { signer: kmsSigner({ client: kms, keyId: signingKey }) }))))
        .stderr,
    ).toContain(`signing.certificates.0: ${words}`);
  });

  test('not with text that is no certificate, and not with a server that is not safe', async () => {
    const { certificates } = await signing();
    const faults = [
      [{ certificates: ['hello'] }, 'signing.certificates.0: one certificate in PEM'],
      [{ certificates: [] }, 'signing.certificates'],
      [{ certificates, timestampUrl: 'http://stamps.example/' }, 'signing.timestampUrl: an https address'],
    ] as const;
    for (const [given, words] of faults) {
      const ran = await run(...withSigning(given));
      expect(ran.exitCode).toBe(2);
      expect(ran.stderr).toContain(`program ${words}`);
    }
  });
});
