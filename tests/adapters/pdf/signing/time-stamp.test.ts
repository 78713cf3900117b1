import { createHash, randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  childrenOf,
  contentOf,
  contextTag,
  element,
  integer,
  octets,
  readElement,
  sequence,
  tags,
} from '../../../../functions/adapters/pdf/signing/der.ts';
import { oids, sha256Algorithm } from '../../../../functions/adapters/pdf/signing/object-identifiers.ts';
import { certificateSealer } from '../../../../functions/adapters/pdf/signing/sealer.ts';
import { requestTimeStamp } from '../../../../functions/adapters/pdf/signing/time-stamp.ts';
import { describeWith } from '../../../outside/tools.ts';
import { fixturePdf, localKey, ownCertificate } from './fixtures.ts';
import { openssl, takeApart, testInFolder, verdict } from './openssl.ts';

type Answer = (query: Buffer, response: ServerResponse) => void;

/** A server on this machine for as long as the body runs. */
async function withServer(answer: Answer, body: (url: string) => Promise<void>): Promise<void> {
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    answer(Buffer.concat(parts), response);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  try {
    await body(`http://127.0.0.1:${(server.address() as AddressInfo).port}/stamp`);
  } finally {
    server.closeAllConnections();
    await new Promise((closed) => server.close(closed));
  }
}

const signature = randomBytes(70);

describe('a time stamp server that does not do its part is a failure to be tried again', () => {
  /** What an honest server would sign, for this query or with something in it changed. */
  const answerTo = (query: Buffer, change: { imprint?: Buffer; nonce?: Buffer; status?: number } = {}) => {
    const [, , nonce] = contentOf(readElement(query), tags.sequence);
    const imprint = change.imprint ?? createHash('sha256').update(signature).digest();
    const time = element(tags.generalizedTime, Buffer.from('20260301120000Z'));
    const policy = element(tags.oid, Buffer.of(0x2a, 0x03));
    const about = sequence(sha256Algorithm, octets(imprint));
    const info = sequence(integer(1), policy, about, integer(7), time, change.nonce ?? nonce?.whole ?? integer(0));
    const encapsulated = sequence(oids.timeStampInfo, element(contextTag(0), octets(info)));
    const signedData = sequence(integer(3), element(tags.set), encapsulated, element(tags.set));
    const token = sequence(oids.signedData, element(contextTag(0), signedData));
    return sequence(sequence(integer(change.status ?? 0)), token);
  };
  const stranger = () => integer(Buffer.from('another nonce'));

  test('an honest answer is taken', async () => {
    await withServer(
      (query, response) => response.end(answerTo(query)),
      async (url) => expect((await requestTimeStamp(url, signature))[0]).toBe(tags.sequence),
    );
  });

  const faults: [string, Answer, string][] = [
    ['an error', (_, response) => response.writeHead(500).end(), 'timestamp.unreachable'],
    [
      'a redirection',
      (_, r) => r.writeHead(302, { location: 'https://elsewhere.example/' }).end(),
      'timestamp.unreachable',
    ],
    ['a page of text', (_, response) => response.end('<html>hello</html>'), 'timestamp.unreachable'],
    ['nothing', (_, response) => response.end(), 'timestamp.unreachable'],
    ['too much', (_, response) => response.end(Buffer.alloc(70_000, 0x30)), 'timestamp.unreachable'],
    ['no answer', () => undefined, 'timestamp.unreachable'],
    ['a broken line', (_, response) => response.destroy(), 'timestamp.unreachable'],
    ['a refusal', (query, response) => response.end(answerTo(query, { status: 2 })), 'timestamp.refused'],
    ['a refusal without a token', (_, r) => r.end(sequence(sequence(integer(2)))), 'timestamp.refused'],
    ["another signature's", (query, r) => r.end(answerTo(query, { imprint: randomBytes(32) })), 'timestamp.mismatch'],
    ["another request's", (query, r) => r.end(answerTo(query, { nonce: stranger() })), 'timestamp.mismatch'],
    ['half of one', (query, r) => r.end(answerTo(query).subarray(0, 100)), 'timestamp.unreachable'],
  ];
  test.each(faults)('%s', async (_, answer, code) => {
    await withServer(answer, async (url) => {
      await expect(requestTimeStamp(url, signature, 500)).rejects.toMatchObject({ code, retryable: true });
    });
  });

  test('nobody there', async () => {
    await expect(requestTimeStamp('http://127.0.0.1:1/', signature)).rejects.toMatchObject({
      code: 'timestamp.unreachable',
      retryable: true,
    });
  });
});

/** openssl as a time stamp authority, and its certificate. */
function authority(folder: string): { root: string; answer: Answer } {
  const at = (name: string) => join(folder, name);
  const config = [
    '[tsa]',
    `serial=${at('serial')}`,
    `signer_cert=${at('tsa.pem')}`,
    `signer_key=${at('tsa.key')}`,
    'signer_digest=sha256',
    'default_policy=1.2.3.4.1',
    'digests=sha256',
    'accuracy=secs:1',
    'ordering=yes',
    'ess_cert_id_alg=sha256',
  ];
  writeFileSync(at('tsa.cnf'), config.join('\n'));
  writeFileSync(at('serial'), '01\n');
  openssl(folder, 'genpkey', '-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048', '-out', 'tsa.key');
  const extensions = [
    '-addext',
    'extendedKeyUsage=critical,timeStamping',
    '-addext',
    'keyUsage=critical,digitalSignature',
  ];
  openssl(
    folder,
    'req',
    '-new',
    '-x509',
    '-key',
    'tsa.key',
    '-subj',
    '/CN=Stamper',
    '-days',
    '10',
    ...extensions,
    '-out',
    'tsa.pem',
  );
  return {
    root: at('tsa.pem'),
    answer: (query, response) => {
      writeFileSync(at('query'), query);
      openssl(folder, 'ts', '-reply', '-config', 'tsa.cnf', '-section', 'tsa', '-queryfile', 'query', '-out', 'reply');
      response.setHeader('content-type', 'application/timestamp-reply');
      response.end(readFileSync(at('reply')));
    },
  };
}

const requestedAt = '2026-03-01T12:00:00.000Z';

describeWith(['openssl'], 'with openssl as the time stamp server', () => {
  testInFolder('the signature carries a token about itself, and stays valid', async (folder) => {
    const { root, answer } = authority(folder);
    const rendered = await fixturePdf(6_000);
    const key = localKey();
    const certificate = await ownCertificate(key);
    await withServer(answer, async (timestampUrl) => {
      const signing = { certificates: [certificate], timestampUrl };
      const sealer = certificateSealer(key);
      const { bytes, unsignedHash } = await sealer.seal(rendered, { signing }, requestedAt);
      expect(await sealer.isSealOf(bytes, unsignedHash)).toBe(true);
      const { cms, content } = takeApart(bytes, rendered.slot);
      const stamped = stampOf(cms);
      const write = (name: string, what: string | Buffer) => {
        writeFileSync(join(folder, name), what);
        return join(folder, name);
      };
      const token = ['-in', write('token', stamped.token), '-token_in', '-CAfile', root];
      const verified = verdict('openssl', ['ts', '-verify', '-data', write('value', stamped.signature), ...token]);
      expect(verified).toEqual({ ok: true, words: expect.stringContaining('Verification: OK') });
      const other = verdict('openssl', ['ts', '-verify', '-data', write('other', randomBytes(70)), ...token]);
      expect(other.ok).toBe(false);
      const files = [
        '-in',
        write('cms', cms),
        '-content',
        write('content', content),
        '-CAfile',
        write('own', certificate),
      ];
      expect(
        verdict('openssl', ['cms', '-verify', '-cades', '-binary', '-inform', 'DER', ...files, '-out', '/dev/null']).ok,
      ).toBe(true);
    });
  });

  testInFolder('a server that fails leaves the document unsigned', async () => {
    const key = localKey();
    const signing = { certificates: [await ownCertificate(key)], timestampUrl: 'http://127.0.0.1:1/' };
    await expect(certificateSealer(key).seal(await fixturePdf(6_000), { signing }, requestedAt)).rejects.toMatchObject({
      code: 'timestamp.unreachable',
      retryable: true,
    });
  });
});

/** The signature's value and the token about it. */
function stampOf(cms: Buffer): { signature: Buffer; token: Buffer } {
  const [, explicit] = childrenOf(readElement(cms));
  const [signedData] = contentOf(explicit, contextTag(0));
  const signerInfo = contentOf(signedData, tags.sequence).at(-1);
  const [info] = contentOf(signerInfo, tags.set);
  const [, , , , , value, unsigned] = contentOf(info, tags.sequence);
  const [attribute] = contentOf(unsigned, contextTag(1));
  const [, values] = contentOf(attribute, tags.sequence);
  return { signature: value?.content ?? Buffer.of(), token: contentOf(values, tags.set)[0]?.whole ?? Buffer.of() };
}
