import { hash, randomBytes } from 'node:crypto';
import { AdapterError } from '../../../ports/adapter-error.ts';
import { contentOf, contextTag, type Der, integer, NotDer, octets, readElement, sequence, tags } from './der.ts';
import { oids, sha256Algorithm } from './object-identifiers.ts';

/** Issue has a minute for the whole certificate. */
const usualTimeoutMs = 10_000;
const maxAnswerBytes = 64 * 1024;
const nonceBytes = 8;

/**
 * Has an RFC 3161 server confirm that it has seen this signature. The token is checked to be about this signature and
 * to answer this request; whether its own signer is to be trusted is for whoever reads the certificate to say.
 *
 * Rejects with an `AdapterError`, always retryable, since the server belongs to somebody else and may be mended:
 * `timestamp.unreachable` (no answer in ten seconds, or none that is one), `timestamp.refused`, `timestamp.mismatch`.
 */
export async function requestTimeStamp(url: string, signature: Uint8Array, timeoutMs = usualTimeoutMs): Promise<Der> {
  const imprint = hash('sha256', signature, 'buffer');
  const nonce = integer(randomBytes(nonceBytes));
  const wantsCertificates = Buffer.of(0x01, 0x01, 0xff);
  const query = sequence(integer(1), sequence(sha256Algorithm, octets(imprint)), nonce, wantsCertificates);
  const answer = await post(url, query, timeoutMs);
  try {
    return tokenOf(answer, imprint, nonce);
  } catch (error) {
    if (error instanceof NotDer) throw failure('timestamp.unreachable', 'answered with something else', error);
    throw error;
  }
}

async function post(url: string, query: Der, timeoutMs: number): Promise<Buffer> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
      body: new Uint8Array(query),
      // To another host the program did not agree.
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    if (!response.ok) throw failure('timestamp.unreachable', `answered ${response.status}`);
    const parts: Uint8Array[] = [];
    let size = 0;
    for await (const part of response.body ?? []) {
      size += part.length;
      if (size > maxAnswerBytes) throw failure('timestamp.unreachable', 'answered more than 64 KB');
      parts.push(part);
    }
    return Buffer.concat(parts);
  } catch (error) {
    if (error instanceof AdapterError) throw error;
    const isLate = error instanceof Error && error.name === 'TimeoutError';
    throw failure('timestamp.unreachable', isLate ? 'did not answer in time' : 'cannot be reached', error);
  }
}

function tokenOf(answer: Buffer, imprint: Buffer, nonce: Der): Der {
  const [statusInfo, token] = contentOf(readElement(answer), tags.sequence);
  const [status] = contentOf(statusInfo, tags.sequence);
  const code = status?.content.length === 1 ? status.content[0] : undefined;
  // Granted, or granted with changes that the checks below would see.
  if ((code !== 0 && code !== 1) || !token) throw failure('timestamp.refused', `refused with status ${code}`);
  const info = timeStampInfoOf(token.whole);
  const [, , about, , , ...optional] = contentOf(readElement(info), tags.sequence);
  const [algorithm, digest] = contentOf(about, tags.sequence);
  const [type] = contentOf(algorithm, tags.sequence);
  const [wantedType] = contentOf(readElement(sha256Algorithm), tags.sequence);
  const isAboutIt = type?.whole.equals(wantedType?.whole ?? sha256Algorithm) && digest?.content.equals(imprint);
  if (!isAboutIt || !optional.some(({ whole }) => whole.equals(nonce)))
    throw failure('timestamp.mismatch', 'answered about something else');
  return token.whole;
}

/** RFC 3161 `TSTInfo`, which the token signs. */
function timeStampInfoOf(token: Der): Der {
  const [type, explicit] = contentOf(readElement(token), tags.sequence);
  const [signedData] = contentOf(explicit, contextTag(0));
  const [, , encapsulated] = contentOf(signedData, tags.sequence);
  const [contentType, content] = contentOf(encapsulated, tags.sequence);
  if (!type?.whole.equals(oids.signedData) || !contentType?.whole.equals(oids.timeStampInfo))
    throw new NotDer('not a time stamp');
  const [info] = contentOf(content, contextTag(0));
  if (info?.tag !== tags.octetString) throw new NotDer('not a time stamp');
  return info.content;
}

function failure(code: string, what: string, cause?: unknown): AdapterError {
  return new AdapterError(code, `the time stamp server of signing.timestampUrl ${what}`, { retryable: true, cause });
}
