import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';

/*
 * A ciphertext blob of ours: version 1, the length of the key id, the key id, a 12-byte nonce, the ciphertext, a 16-byte tag.
 * AES-256-GCM; key id and encryption context are authenticated. AWS's blobs look otherwise, and are as opaque.
 */
const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Name → value pairs that Decrypt must repeat exactly. */
export type EncryptionContext = Record<string, string>;

export function encryptEnvelope(keyId: string, secret: Buffer, plaintext: Buffer, context: EncryptionContext): Buffer {
  const nonce = randomBytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', secret, nonce);
  cipher.setAAD(authenticated(keyId, context));
  const head = Buffer.concat([Buffer.from([version, keyId.length]), Buffer.from(keyId)]);
  return Buffer.concat([head, nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/** The id of the key that made a blob; undefined for what is no blob of ours. */
export function keyIdOf(blob: Buffer): string | undefined {
  const length = blob[1] ?? 0;
  if (blob[0] !== version || blob.length < 2 + length + nonceBytes + tagBytes) return undefined;
  return blob.subarray(2, 2 + length).toString();
}

/** The plaintext; undefined where the blob, the key or the context is not what it was. */
export function decryptEnvelope(
  keyId: string,
  secret: Buffer,
  blob: Buffer,
  context: EncryptionContext,
): Buffer | undefined {
  const body = blob.subarray(2 + keyId.length);
  const decipher = createDecipheriv('aes-256-gcm', secret, body.subarray(0, nonceBytes));
  decipher.setAAD(authenticated(keyId, context));
  decipher.setAuthTag(body.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(body.subarray(nonceBytes, -tagBytes)), decipher.final()]);
  } catch {
    return undefined;
  }
}

function authenticated(keyId: string, context: EncryptionContext): Buffer {
  const sorted = Object.entries(context).sort(([a], [b]) => (a < b ? -1 : 1));
  return Buffer.from(JSON.stringify([keyId, sorted]));
}
