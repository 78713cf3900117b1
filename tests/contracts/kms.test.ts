import { createHash, createPublicKey, createVerify, randomBytes } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import {
  CreateKeyCommand,
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  GetPublicKeyCommand,
  KMSClient,
  SignCommand,
  VerifyCommand,
} from '@aws-sdk/client-kms';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kmsSignatureCheck } from '../../functions/adapters/aws/kms-signer.ts';
import { type RunningKms, startKms } from '../../infra/local/services/kms.ts';
import type { KeyDeclaration } from '../../infra/local/services/kms-keys.ts';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { stopLater, temporaryFolder } from './local-service.ts';

const keys: KeyDeclaration[] = [
  { id: 'signing', alias: 'alias/certificates', spec: 'ECC_NIST_P256' },
  { id: 'data', alias: 'alias/data', spec: 'SYMMETRIC_DEFAULT' },
];
const signingArn = 'arn:aws:kms:us-east-1:000000000000:key/signing';
const folder = temporaryFolder();
let server: RunningKms;
let kms: KMSClient;

beforeAll(async () => {
  server = await startKms({ dataDir: folder.path, keys });
  kms = new KMSClient(localClientConfig(server.endpoint));
});
afterAll(async () => {
  kms.destroy();
  await server.stop();
  folder.remove();
});

const sign = (Message: Uint8Array, MessageType: 'RAW' | 'DIGEST') =>
  kms.send(new SignCommand({ KeyId: 'alias/certificates', Message, MessageType, SigningAlgorithm: 'ECDSA_SHA_256' }));
const publicKey = async () => {
  const { PublicKey } = await kms.send(new GetPublicKeyCommand({ KeyId: 'signing' }));
  return createPublicKey({ key: Buffer.from(PublicKey ?? []), format: 'der', type: 'spki' });
};

test('a signature over a message, or over its digest, verifies with the public key outside KMS', async () => {
  const key = await publicKey();
  for (let round = 0; round < 20; round += 1) {
    const message = randomBytes(100 + round);
    for (const type of ['RAW', 'DIGEST'] as const) {
      const subject = type === 'RAW' ? message : createHash('sha256').update(message).digest();
      const { Signature, KeyId } = await sign(subject, type);
      expect(KeyId).toBe(signingArn);
      expect(
        createVerify('sha256')
          .update(message)
          .verify(key, Signature ?? Buffer.alloc(0)),
      ).toBe(true);
    }
  }
});

test('a signature check asks for the public key once it has failed again, and once it has come never', async () => {
  let asked = 0;
  const check = kmsSignatureCheck({
    publicKey: async () => {
      if (++asked === 1) throw new Error('not now');
      return (await publicKey()).export({ type: 'spki', format: 'der' });
    },
  });
  const message = Buffer.from('completed');
  const { Signature } = await sign(message, 'RAW');
  const signature = Buffer.from(Signature ?? []).toString('base64');
  await expect(check(message, signature)).rejects.toThrow('not now');
  expect(await check(message, signature)).toBe(true);
  expect(await check(Buffer.from('revoked'), signature)).toBe(false);
  for (const garbage of ['', 'AAAA', 'no base64', signature.slice(0, -8)])
    expect(await check(message, garbage)).toBe(false);
  expect(asked).toBe(2);
});

test('KMS verifies a signature over message or digest, and refuses one over another message', async () => {
  const message = Buffer.from('completed');
  const digest = createHash('sha256').update(message).digest();
  const { Signature } = await sign(message, 'RAW');
  const common = { KeyId: signingArn, Signature, SigningAlgorithm: 'ECDSA_SHA_256' as const };
  const verify = (Message: Uint8Array, MessageType: 'RAW' | 'DIGEST') =>
    kms.send(new VerifyCommand({ ...common, Message, MessageType }));
  expect((await verify(message, 'RAW')).SignatureValid).toBe(true);
  expect((await verify(digest, 'DIGEST')).SignatureValid).toBe(true);
  await expect(verify(Buffer.from('revoked'), 'RAW')).rejects.toMatchObject({ name: 'KMSInvalidSignatureException' });
  await expect(verify(randomBytes(32), 'DIGEST')).rejects.toMatchObject({ name: 'KMSInvalidSignatureException' });
});

test('a raw message of more than 4096 bytes, a digest of another length and an unknown key are refused', async () => {
  await sign(randomBytes(4096), 'RAW');
  await expect(sign(randomBytes(4097), 'RAW')).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(sign(randomBytes(31), 'DIGEST')).rejects.toMatchObject({ name: 'ValidationException' });
  await expect(kms.send(new GetPublicKeyCommand({ KeyId: 'alias/nobody' }))).rejects.toMatchObject({
    name: 'NotFoundException',
  });
});

test('a ciphertext opens with its encryption context only, and says itself which key made it', async () => {
  const EncryptionContext = { program: 'peer-specialist', enrollment: 'e-1' };
  const { CiphertextBlob } = await kms.send(
    new EncryptCommand({ KeyId: 'alias/data', Plaintext: Buffer.from('secret'), EncryptionContext }),
  );
  const open = (context: Record<string, string>, blob = CiphertextBlob) =>
    kms.send(new DecryptCommand({ CiphertextBlob: blob, EncryptionContext: context }));
  const opened = await open({ enrollment: 'e-1', program: 'peer-specialist' });
  expect(Buffer.from(opened.Plaintext ?? []).toString()).toBe('secret');
  expect(opened.KeyId).toMatch(/key\/data$/);
  await expect(open({ program: 'peer-specialist' })).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
  await expect(open(EncryptionContext, randomBytes(60))).rejects.toMatchObject({ name: 'InvalidCiphertextException' });
});

test('a data key comes in the clear and enciphered, and both are the same', async () => {
  const { Plaintext, CiphertextBlob } = await kms.send(
    new GenerateDataKeyCommand({ KeyId: 'data', KeySpec: 'AES_256' }),
  );
  expect(Plaintext).toHaveLength(32);
  expect((await kms.send(new DecryptCommand({ CiphertextBlob }))).Plaintext).toEqual(Plaintext);
});

test('a key is used for its purpose only, and describes it', async () => {
  const { KeyMetadata } = await kms.send(new DescribeKeyCommand({ KeyId: 'alias/certificates' }));
  expect(KeyMetadata).toMatchObject({
    Arn: signingArn,
    KeySpec: 'ECC_NIST_P256',
    KeyUsage: 'SIGN_VERIFY',
    Enabled: true,
  });
  await expect(kms.send(new GetPublicKeyCommand({ KeyId: 'data' }))).rejects.toMatchObject({
    name: 'InvalidKeyUsageException',
  });
  await expect(kms.send(new EncryptCommand({ KeyId: 'signing', Plaintext: Buffer.from('x') }))).rejects.toMatchObject({
    name: 'InvalidKeyUsageException',
  });
});

test('an operation that the server does not know answers 501', async () => {
  await expect(kms.send(new CreateKeyCommand({}))).rejects.toMatchObject({
    name: 'UnknownOperationException',
    $metadata: { httpStatusCode: 501 },
  });
});

test('keys lie in files that only their owner reads, and are the same after a restart', async () => {
  for (const name of readdirSync(folder.path)) expect(statSync(join(folder.path, name)).mode & 0o777).toBe(0o600);
  const again = await stopLater(startKms({ dataDir: folder.path, keys }));
  const other = new KMSClient(localClientConfig(again.endpoint));
  const [before, after] = [
    await kms.send(new GetPublicKeyCommand({ KeyId: 'signing' })),
    await other.send(new GetPublicKeyCommand({ KeyId: 'signing' })),
  ];
  expect(after.PublicKey).toEqual(before.PublicKey);
  other.destroy();
  const changed: KeyDeclaration[] = [{ id: 'signing', spec: 'SYMMETRIC_DEFAULT' }];
  await expect(startKms({ dataDir: folder.path, keys: changed })).rejects.toMatchObject({ code: 'invalid-options' });
});
