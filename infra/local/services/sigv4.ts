import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import { localCredentials, localRegion } from './loopback.ts';

export type SignatureFault = {
  code:
    | 'AccessDenied'
    | 'InvalidAccessKeyId'
    | 'SignatureDoesNotMatch'
    | 'RequestTimeTooSkewed'
    | 'AuthorizationQueryParametersError';
  message: string;
};

interface Signature {
  accessKeyId: string;
  /** date/region/service/aws4_request */
  scope: string;
  signedHeaders: string[];
  signature: string;
  /** `YYYYMMDD'T'HHMMSS'Z'` */
  time: string;
  /** Seconds that a presigned URL lives; undefined for a signed request. */
  expiresSeconds?: number;
}

const allowedSkewMs = 15 * 60 * 1000;
const longestExpirySeconds = 604_800;

/**
 * Checks a request's AWS Signature Version 4 against the local credentials: in the `Authorization` header, or in the query of a presigned URL,
 * whose expiry counts too. Wrong credentials fail here as they would on AWS, and no unsigned request passes.
 *
 * @param payloadHash what the signer hashed: the body's SHA-256 in hex, or the `x-amz-content-sha256` that the service allows
 * @returns undefined for a good signature
 */
export function signatureFault(
  request: IncomingMessage,
  service: string,
  payloadHash: string,
  now: number,
): SignatureFault | undefined {
  const [path = '/', query = ''] = splitOnce(request.url ?? '/', '?');
  const parameters = [...new URLSearchParams(query)];
  const signature = fromHeader(request) ?? fromQuery(new Map(parameters));
  if (!signature) return { code: 'AccessDenied', message: 'The request is not signed.' };
  if (signature.accessKeyId !== localCredentials.accessKeyId) {
    return {
      code: 'InvalidAccessKeyId',
      message: `Local services know one access key id: ${localCredentials.accessKeyId}.`,
    };
  }
  const timeFault = checkTime(signature, now);
  if (timeFault) return timeFault;
  const presigned = signature.expiresSeconds !== undefined;
  const canonical = [
    request.method ?? 'GET',
    path,
    canonicalQuery(parameters.filter(([name]) => name !== 'X-Amz-Signature')),
    ...signature.signedHeaders.map((name) => `${name}:${canonicalHeader(request, name)}`),
    '',
    signature.signedHeaders.join(';'),
    presigned ? 'UNSIGNED-PAYLOAD' : payloadHash,
  ].join('\n');
  const toSign = ['AWS4-HMAC-SHA256', signature.time, signature.scope, sha256Hex(canonical)].join('\n');
  const expected = createHmac('sha256', signingKey(signature.scope)).update(toSign).digest();
  const given = Buffer.from(signature.signature, 'hex');
  const [, region, signedService] = signature.scope.split('/');
  if (
    region === localRegion &&
    signedService === service &&
    given.length === expected.length &&
    timingSafeEqual(given, expected)
  ) {
    return undefined;
  }
  return {
    code: 'SignatureDoesNotMatch',
    message: `The signature is not that of the local credentials for ${service} in ${localRegion}.`,
  };
}

export function sha256Hex(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

function fromHeader(request: IncomingMessage): Signature | undefined {
  const header = request.headers.authorization;
  const match =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/([^,\s]+),\s*SignedHeaders=([^,\s]+),\s*Signature=([0-9a-f]+)$/.exec(
      header ?? '',
    );
  const time = request.headers['x-amz-date'];
  if (!match || typeof time !== 'string') return undefined;
  const [, accessKeyId = '', scope = '', signedHeaders = '', signature = ''] = match;
  return { accessKeyId, scope, signedHeaders: signedHeaders.split(';'), signature, time };
}

function fromQuery(query: Map<string, string>): Signature | undefined {
  const [accessKeyId, scope] = splitOnce(query.get('X-Amz-Credential') ?? '', '/');
  const signature = query.get('X-Amz-Signature');
  if (query.get('X-Amz-Algorithm') !== 'AWS4-HMAC-SHA256' || !accessKeyId || !scope || !signature) return undefined;
  return {
    accessKeyId,
    scope,
    signature,
    signedHeaders: (query.get('X-Amz-SignedHeaders') ?? '').split(';'),
    time: query.get('X-Amz-Date') ?? '',
    expiresSeconds: Number(query.get('X-Amz-Expires')),
  };
}

function checkTime({ time, expiresSeconds }: Signature, now: number): SignatureFault | undefined {
  const signedAt = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
  if (expiresSeconds === undefined) {
    if (Math.abs(now - signedAt) <= allowedSkewMs) return undefined;
    return { code: 'RequestTimeTooSkewed', message: 'The request was signed more than 15 minutes from now.' };
  }
  if (!(expiresSeconds >= 1 && expiresSeconds <= longestExpirySeconds)) {
    return { code: 'AuthorizationQueryParametersError', message: 'X-Amz-Expires must be 1 to 604800 seconds.' };
  }
  if (!(signedAt - allowedSkewMs <= now)) return { code: 'AccessDenied', message: 'Request is not yet valid' };
  if (now > signedAt + expiresSeconds * 1000) return { code: 'AccessDenied', message: 'Request has expired' };
  return undefined;
}

function signingKey(scope: string): Buffer {
  return scope
    .split('/')
    .reduce<Buffer>(
      (key, part) => createHmac('sha256', key).update(part).digest(),
      Buffer.from(`AWS4${localCredentials.secretAccessKey}`),
    );
}

function canonicalQuery(parameters: [string, string][]): string {
  return parameters
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .sort()
    .join('&');
}

function canonicalHeader(request: IncomingMessage, name: string): string {
  const value = request.headers[name];
  return (Array.isArray(value) ? value.join(',') : (value ?? '')).trim().replace(/\s+/g, ' ');
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function splitOnce(text: string, separator: string): [string, string] {
  const index = text.indexOf(separator);
  return index < 0 ? [text, ''] : [text.slice(0, index), text.slice(index + separator.length)];
}
