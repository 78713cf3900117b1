import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
  type JWK,
  type JWTPayload,
  SignJWT,
} from 'jose';
import { openFolder, writeDurably } from './durable-file.ts';

/** Signs tokens, and says by which key. */
export interface TokenKey {
  /** The public half, as the JWKS has it. */
  publicJwk: JWK;
  sign(claims: JWTPayload): Promise<string>;
}

/** As Cognito's. */
const algorithm = 'RS256';

/** The issuer's key of this data folder, made at its first use: a token outlives a restart of the stack. */
export async function openTokenKey(folder: string): Promise<TokenKey> {
  await openFolder(folder);
  const file = join(folder, 'key.json');
  const jwk = (await readKey(file)) ?? (await makeKey(file));
  const key = await importJWK(jwk, algorithm);
  const { kty, n, e } = jwk;
  const kid = await calculateJwkThumbprint(jwk);
  return {
    publicJwk: { ...(kty && { kty }), ...(n && { n }), ...(e && { e }), kid, alg: algorithm, use: 'sig' },
    sign: (claims) => new SignJWT(claims).setProtectedHeader({ alg: algorithm, kid, typ: 'JWT' }).sign(key),
  };
}

async function readKey(file: string): Promise<JWK | undefined> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as JWK;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

async function makeKey(file: string): Promise<JWK> {
  const { privateKey } = await generateKeyPair(algorithm, { modulusLength: 2048, extractable: true });
  const jwk = await exportJWK(privateKey);
  await writeDurably(file, JSON.stringify(jwk), 0o600);
  return jwk;
}
