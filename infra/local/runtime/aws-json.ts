import { Agent, request } from 'node:http';
import { LocalError } from '../local-error.ts';
import { isLoopbackUrl, localCredentials, localRegion } from '../services/loopback.ts';

/** A refusal by a service: `code` is its exception's name. */
export class AwsCallError extends Error {
  override readonly name = 'AwsCallError';
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

export interface AwsJsonClient {
  /** @throws AwsCallError for a refusal, and the network's own errors. */
  call(target: string, body: unknown, signal?: AbortSignal): Promise<Record<string, unknown>>;
  close(): void;
}

const callTimeoutMs = 30_000;

/**
 * A client of a local service that speaks AWS's JSON protocol 1.0. The pollers call twenty times a second for ever,
 * where an SDK client's cost shows; nothing here is made for a real endpoint, nor can it reach one.
 *
 * @throws LocalError `endpoint-not-local`.
 */
export function awsJsonClient(endpoint: string): AwsJsonClient {
  if (!isLoopbackUrl(endpoint)) throw new LocalError('endpoint-not-local', `${endpoint} is not on this machine.`);
  const { hostname, port, protocol } = new URL(endpoint);
  if (protocol !== 'http:') throw new LocalError('endpoint-not-local', `${endpoint}: local services speak plain http.`);
  const agent = new Agent({ keepAlive: true });
  return {
    close: () => agent.destroy(),
    call: (target, body, signal) =>
      new Promise((resolve, reject) => {
        const text = JSON.stringify(body);
        const outgoing = request(
          {
            agent,
            hostname,
            port,
            method: 'POST',
            path: '/',
            timeout: callTimeoutMs,
            headers: { ...headersOf(target), 'content-length': Buffer.byteLength(text) },
            ...(signal && { signal }),
          },
          (answer) => {
            const chunks: Buffer[] = [];
            answer.on('data', (chunk: Buffer) => chunks.push(chunk));
            answer.on('error', reject);
            answer.on('end', () => {
              try {
                resolve(readAnswer(answer.statusCode ?? 0, Buffer.concat(chunks).toString()));
              } catch (error) {
                reject(error);
              }
            });
          },
        );
        outgoing.on('timeout', () => outgoing.destroy(new Error(`${target} did not answer`)));
        outgoing.on('error', reject);
        outgoing.end(text);
      }),
  };
}

/** Emulators look for a signature and do not check it: there is nothing to protect. */
function headersOf(target: string): Record<string, string> {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const service = target.startsWith('DynamoDB') ? 'dynamodb' : 'sqs';
  const scope = `${localCredentials.accessKeyId}/${time.slice(0, 8)}/${localRegion}/${service}/aws4_request`;
  return {
    'content-type': 'application/x-amz-json-1.0',
    'x-amz-target': target,
    'x-amz-date': time,
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host;x-amz-date, Signature=0`,
  };
}

function readAnswer(status: number, text: string): Record<string, unknown> {
  const body = (text ? JSON.parse(text) : {}) as Record<string, unknown>;
  if (status < 300) return body;
  const code = String(body.__type ?? status).replace(/^.*#/, '');
  throw new AwsCallError(code, `${code}: ${String(body.message ?? body.Message ?? text)}`);
}
