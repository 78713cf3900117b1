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
import * as z from 'zod';
import { readKept } from '../kept-file.ts';
import { openFolder, writeDurably } from './durable-file.ts';

/** Signs tokens, and says by which key. */
export interface TokenKey {
  /** The public half, as the JWKS has it. */
  publicJwk: JWK;
  sign(claims: JWTPayload): Promise<string>;
}

/** What a file must have to be a key; `importJWK` reads the numbers. */
const jwkSchema = z.looseObject({ kty: z.literal('RSA'), n: z.string(), e: z.string(), d: z.string() });

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
    return await readKept(file, (text) => jwkSchema.parse(JSON.parse(text)) as JWK);
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
