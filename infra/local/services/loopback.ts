import { createServer } from 'node:net';
import { LocalError } from '../local-error.ts';

/** The only address that anything local listens on. */
export const loopbackHost = '127.0.0.1';

/** The region and the account that every local service plays. */
export const localRegion = 'us-east-1';
export const localAccountId = '000000000000';

/** The only credentials that local services accept. Secret to nobody, and good for nothing on AWS. */
export const localCredentials = { accessKeyId: 'local', secretAccessKey: 'local' };

/**
 * Settings for an AWS SDK client of a local service.
 *
 * @throws LocalError `endpoint-not-local` when the endpoint is not on this machine: no client made here can reach AWS.
 */
export function localClientConfig(endpoint: string): {
  endpoint: string;
  region: string;
  credentials: typeof localCredentials;
} {
  if (!isLoopbackUrl(endpoint)) {
    throw new LocalError(
      'endpoint-not-local',
      `${endpoint} is not on this machine. Local clients talk to 127.0.0.1, ::1 or localhost only.`,
    );
  }
  return { endpoint, region: localRegion, credentials: localCredentials };
}

/** Whether a URL's host is this machine, by name or number. What does not parse is not. */
export function isLoopbackUrl(url: string): boolean {
  return URL.canParse(url) && isLoopbackHostname(new URL(url).hostname);
}

/** `hostname` as `URL` gives it: lower case, IPv6 in brackets. */
export function isLoopbackHostname(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname);
}

/**
 * A TCP port of 127.0.0.1 that nobody listens on: the given one, or for 0 any.
 *
 * @throws LocalError `port-in-use` when the given one is taken.
 */
export function claimPort(port: number, service: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error) => reject(listenError(error, port, service)));
    probe.listen(port, loopbackHost, () => {
      const address = probe.address();
      const claimed = address && typeof address === 'object' ? address.port : port;
      probe.close(() => resolve(claimed));
    });
  });
}

/** What a failed `listen` means, as the LocalError to show. */
export function listenError(error: unknown, port: number, service: string): unknown {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE') {
    return new LocalError(
      'port-in-use',
      `Port ${port} on ${loopbackHost} is in use, so ${service} cannot start. Stop what listens there (ss -ltnp 'sport = :${port}'), or choose another port.`,
      { cause: error },
    );
  }
  if (code === 'EACCES') {
    return new LocalError('port-in-use', `Port ${port} needs privileges. Choose one above 1023 for ${service}.`, {
      cause: error,
    });
  }
  return error;
}
