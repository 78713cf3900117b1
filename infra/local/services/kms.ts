import { createHash, createPublicKey, type KeyObject, randomBytes, randomUUID, sign, verify } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import * as z from 'zod';
import { readBody, respond, serveHttp } from './http-server.ts';
import { decryptEnvelope, encryptEnvelope, keyIdOf } from './kms-envelope.ts';
import { type KeyDeclaration, type KeyRing, type LocalKey, openKeyRing } from './kms-keys.ts';
import { localAccountId } from './loopback.ts';
import { signDigest, verifyDigest } from './p256-digest.ts';
import { sha256Hex, signatureFault } from './sigv4.ts';

export interface KmsOptions {
  /** One file a key, mode 0600. */
  dataDir: string;
  /** 0 or none: any free port. */
  port?: number;
  /** The keys that exist. There is no CreateKey: the deployment declares them. */
  keys: KeyDeclaration[];
}

export interface RunningKms {
  endpoint: string;
  port: number;
  stop(): Promise<void>;
}

/** The request body limit of KMS is smaller; this only bounds memory. */
const maxRequestBytes = 1024 * 1024;

const base64 = z.base64().transform((text) => Buffer.from(text, 'base64'));
const context = z.record(z.string(), z.string()).default({});
const signing = {
  KeyId: z.string(),
  Message: base64,
  MessageType: z.enum(['RAW', 'DIGEST']).default('RAW'),
  SigningAlgorithm: z.literal('ECDSA_SHA_256'),
};

/** A refusal in KMS's own terms. Thrown by an operation, sent by the server; never a bug. */
class KmsRefusal extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

type Operation = (keys: KeyRing, request: unknown) => Record<string, unknown>;

/** The most bytes that Sign and Verify take as MessageType RAW, and Encrypt as Plaintext. */
const maxMessageBytes = 4096;

const operations: Record<string, Operation> = {
  DescribeKey: operation(z.object({ KeyId: z.string() }), (keys, { KeyId }) => {
    const key = findKey(keys, KeyId);
    return {
      KeyMetadata: {
        ...describe(key),
        AWSAccountId: localAccountId,
        Arn: key.arn,
        KeyId: key.id,
        CreationDate: key.createdAt.getTime() / 1000,
        Enabled: true,
        KeyState: 'Enabled',
        KeyManager: 'CUSTOMER',
        Origin: 'AWS_KMS',
        MultiRegion: false,
      },
    };
  }),
  GetPublicKey: operation(z.object({ KeyId: z.string() }), (keys, { KeyId }) => {
    const key = findKey(keys, KeyId);
    const spki = createPublicKey(signingKey(key)).export({ type: 'spki', format: 'der' });
    return { ...describe(key), KeyId: key.arn, PublicKey: spki.toString('base64') };
  }),
  Sign: operation(z.object(signing), (keys, request) => {
    const key = findKey(keys, request.KeyId);
    const privateKey = signingKey(key);
    checkMessage(request.Message, request.MessageType);
    const signature =
      request.MessageType === 'RAW'
        ? sign('sha256', request.Message, privateKey)
        : signDigest(request.Message, privateKey);
    return { KeyId: key.arn, Signature: signature.toString('base64'), SigningAlgorithm: request.SigningAlgorithm };
  }),
  Verify: operation(z.object({ ...signing, Signature: base64 }), (keys, request) => {
    const key = findKey(keys, request.KeyId);
    const privateKey = signingKey(key);
    checkMessage(request.Message, request.MessageType);
    const valid =
      request.MessageType === 'RAW'
        ? verify('sha256', request.Message, createPublicKey(privateKey), request.Signature)
        : verifyDigest(request.Message, request.Signature, privateKey);
    if (!valid) throw new KmsRefusal('KMSInvalidSignatureException', 'The signature does not verify.');
    return { KeyId: key.arn, SignatureValid: true, SigningAlgorithm: request.SigningAlgorithm };
  }),
  Encrypt: operation(
    z.object({ KeyId: z.string(), Plaintext: base64, EncryptionContext: context }),
    (keys, request) => {
      const key = findKey(keys, request.KeyId);
      if (request.Plaintext.length < 1 || request.Plaintext.length > maxMessageBytes) {
        throw new KmsRefusal('ValidationException', `Plaintext must have 1 to ${maxMessageBytes} bytes.`);
      }
      const blob = encryptEnvelope(key.id, secretOf(key), request.Plaintext, request.EncryptionContext);
      return { KeyId: key.arn, CiphertextBlob: blob.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
  ),
  Decrypt: operation(
    z.object({ KeyId: z.string().optional(), CiphertextBlob: base64, EncryptionContext: context }),
    (keys, request) => {
      const key = keys.find(keyIdOf(request.CiphertextBlob) ?? '');
      if (!key) throw new KmsRefusal('InvalidCiphertextException', 'No local key made this ciphertext.');
      if (request.KeyId && findKey(keys, request.KeyId) !== key) {
        throw new KmsRefusal('IncorrectKeyException', 'Another key made this ciphertext.');
      }
      const plaintext = decryptEnvelope(key.id, secretOf(key), request.CiphertextBlob, request.EncryptionContext);
      if (!plaintext)
        throw new KmsRefusal('InvalidCiphertextException', 'The ciphertext or its encryption context was changed.');
      return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), EncryptionAlgorithm: 'SYMMETRIC_DEFAULT' };
    },
  ),
  GenerateDataKey: operation(
    z.object({
      KeyId: z.string(),
      KeySpec: z.enum(['AES_256', 'AES_128']).optional(),
      NumberOfBytes: z.int().min(1).max(1024).optional(),
      EncryptionContext: context,
    }),
    (keys, request) => {
      const key = findKey(keys, request.KeyId);
      if ((request.KeySpec === undefined) === (request.NumberOfBytes === undefined)) {
        throw new KmsRefusal('ValidationException', 'Give KeySpec or NumberOfBytes, one of them.');
      }
      const plaintext = randomBytes(request.NumberOfBytes ?? (request.KeySpec === 'AES_128' ? 16 : 32));
      const blob = encryptEnvelope(key.id, secretOf(key), plaintext, request.EncryptionContext);
      return { KeyId: key.arn, Plaintext: plaintext.toString('base64'), CiphertextBlob: blob.toString('base64') };
    },
  ),
};

/**
 * AWS KMS (JSON 1.1) on 127.0.0.1 for the declared keys: DescribeKey, GetPublicKey, Sign and Verify (ECDSA_SHA_256, DER), Encrypt, Decrypt and
 * GenerateDataKey. Any other call answers 501 UnknownOperationException; one with a bad parameter or signature, what KMS answers.
 *
 * @throws LocalError `port-in-use`, `invalid-options`.
 */
export async function startKms(options: KmsOptions): Promise<RunningKms> {
  const keys = await openKeyRing(options.dataDir, options.keys);
  return serveHttp('KMS', options.port ?? 0, async (request, response) => {
    const body = await readBody(request, maxRequestBytes);
    if (body === 'too-large') return refuse(response, 413, 'ValidationException', 'The request is too large.');
    const unsigned = signatureFault(request, 'kms', sha256Hex(body), Date.now());
    if (unsigned) return refuse(response, 400, unsigned.code, unsigned.message);
    const target = String(request.headers['x-amz-target'] ?? '');
    const run = operations[target.replace(/^TrentService\./, '')];
    if (!run)
      return refuse(
        response,
        501,
        'UnknownOperationException',
        `The local KMS does not know ${target || 'this call'}.`,
      );
    try {
      send(response, 200, run(keys, JSON.parse(body.toString('utf8') || '{}')));
    } catch (error) {
      if (error instanceof KmsRefusal) return refuse(response, 400, error.code, error.message);
      if (error instanceof SyntaxError) return refuse(response, 400, 'SerializationException', 'The body is not JSON.');
      throw error;
    }
  });
}

function operation<T>(schema: z.ZodType<T>, run: (keys: KeyRing, request: T) => Record<string, unknown>): Operation {
  return (keys, request) => {
    const parsed = schema.safeParse(request);
    if (parsed.success) return run(keys, parsed.data);
    const [issue] = parsed.error.issues;
    throw new KmsRefusal('ValidationException', `${issue?.path.join('.')}: ${issue?.message}`);
  };
}

function findKey(keys: KeyRing, reference: string): LocalKey {
  const key = keys.find(reference);
  if (!key) throw new KmsRefusal('NotFoundException', `Key '${reference}' does not exist.`);
  return key;
}

function signingKey(key: LocalKey): KeyObject {
  if (key.spec === 'ECC_NIST_P256') return key.privateKey;
  throw new KmsRefusal('InvalidKeyUsageException', `${key.arn} encrypts and decrypts; it does not sign.`);
}

function secretOf(key: LocalKey): Buffer {
  if (key.spec === 'SYMMETRIC_DEFAULT') return key.secret;
  throw new KmsRefusal('InvalidKeyUsageException', `${key.arn} signs; it does not encrypt.`);
}

function checkMessage(message: Buffer, type: 'RAW' | 'DIGEST'): void {
  if (type === 'DIGEST' && message.length !== createHash('sha256').digest().length) {
    throw new KmsRefusal('ValidationException', 'Digest is invalid length for algorithm ECDSA_SHA_256.');
  }
  if (message.length < 1 || message.length > maxMessageBytes) {
    throw new KmsRefusal(
      'ValidationException',
      `Message must have 1 to ${maxMessageBytes} bytes: sign a longer one by its digest.`,
    );
  }
}

function describe(key: LocalKey): Record<string, unknown> {
  const usage =
    key.spec === 'ECC_NIST_P256'
      ? { KeyUsage: 'SIGN_VERIFY', SigningAlgorithms: ['ECDSA_SHA_256'] }
      : { KeyUsage: 'ENCRYPT_DECRYPT', EncryptionAlgorithms: ['SYMMETRIC_DEFAULT'] };
  return { KeySpec: key.spec, CustomerMasterKeySpec: key.spec, ...usage };
}

function send(response: ServerResponse, status: number, body: Record<string, unknown>): void {
  respond(response, status, 'application/x-amz-json-1.1', JSON.stringify(body), { 'x-amzn-requestid': randomUUID() });
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  send(response, status, { __type: code, message });
}
