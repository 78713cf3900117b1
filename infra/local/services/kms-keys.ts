import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import * as z from 'zod';
import { readKept } from '../kept-file.ts';
import { LocalError } from '../local-error.ts';
import { openFolder, writeDurably } from './durable-file.ts';
import { localAccountId, localRegion } from './loopback.ts';

const keyIdSchema = z.string().regex(/^[\w-]{1,64}$/, 'letters, digits, _ and -');

/** A key that the deployment declares. */
export interface KeyDeclaration {
  /** Letters, digits, `_` and `-`: it names the file and ends the ARN. */
  id: string;
  /** `alias/…` */
  alias?: string;
  spec: 'ECC_NIST_P256' | 'SYMMETRIC_DEFAULT';
}

export type LocalKey = { id: string; arn: string; createdAt: Date } & (
  | { spec: 'ECC_NIST_P256'; privateKey: KeyObject }
  | { spec: 'SYMMETRIC_DEFAULT'; secret: Buffer }
);

const keyFileSchema = z.object({
  spec: z.enum(['ECC_NIST_P256', 'SYMMETRIC_DEFAULT']),
  createdAt: z.string(),
  /** PKCS #8 in PEM, or 32 bytes in base64. */
  material: z.string(),
});
const secretBytes = 32;
type KeyFile = z.infer<typeof keyFileSchema>;

export interface KeyRing {
  /** By id, ARN, alias or alias ARN. */
  find(reference: string): LocalKey | undefined;
}

/**
 * The declared keys, each in a file of mode 0600, made where it does not exist yet. A key file that is there is never replaced: what it signed
 * or encrypted must stay readable.
 *
 * @throws LocalError `invalid-options` for a bad id, or a key whose spec has changed; `data-damaged` for a file that holds no key.
 */
export async function openKeyRing(folder: string, declared: KeyDeclaration[]): Promise<KeyRing> {
  const existing = await openFolder(folder);
  const keys = new Map<string, LocalKey>();
  for (const declaration of declared) {
    if (!keyIdSchema.safeParse(declaration.id).success) {
      throw new LocalError('invalid-options', `KMS key id "${declaration.id}" may have letters, digits, _ and - only.`);
    }
    const file = join(folder, `${declaration.id}.json`);
    const read = (text: string) => readKey(declaration.id, keyFileSchema.parse(JSON.parse(text)));
    const key = existing.includes(`${declaration.id}.json`)
      ? await readKept(file, read)
      : readKey(declaration.id, await createKey(file, declaration.spec));
    if (key.spec !== declaration.spec) {
      throw new LocalError(
        'invalid-options',
        `KMS key ${declaration.id} is ${key.spec} in ${file}, and ${declaration.spec} was asked for. Give the new key another id.`,
      );
    }
    keys.set(key.id, key);
    keys.set(key.arn, key);
    if (declaration.alias) {
      keys.set(declaration.alias, key);
      keys.set(`arn:aws:kms:${localRegion}:${localAccountId}:${declaration.alias}`, key);
    }
  }
  return { find: (reference) => keys.get(reference) };
}

async function createKey(file: string, spec: KeyFile['spec']): Promise<KeyFile> {
  const material =
    spec === 'SYMMETRIC_DEFAULT'
      ? randomBytes(secretBytes).toString('base64')
      : generateKeyPairSync('ec', { namedCurve: 'P-256' })
          .privateKey.export({ type: 'pkcs8', format: 'pem' })
          .toString();
  const kept: KeyFile = { spec, createdAt: new Date().toISOString(), material };
  await writeDurably(file, `${JSON.stringify(kept, null, 2)}\n`, 0o600);
  return kept;
}

function readKey(id: string, { spec, createdAt, material }: KeyFile): LocalKey {
  const common = { id, arn: `arn:aws:kms:${localRegion}:${localAccountId}:key/${id}`, createdAt: new Date(createdAt) };
  if (spec === 'ECC_NIST_P256') return { ...common, spec, privateKey: createPrivateKey(material) };
  const secret = Buffer.from(material, 'base64');
  if (secret.length !== secretBytes) throw new Error(`a secret of ${secret.length} bytes`);
  return { ...common, spec, secret };
}
