import * as z from 'zod';
import { AdapterError } from '../../ports/adapter-error.ts';

const timeoutMs = 3_000;
const maxAgeMs = 60 * 60_000;

/** What an issuer says of itself (OpenID Connect Discovery 1.0, section 3), as far as we use it. */
const metadataSchema = z.object({
  issuer: z.string(),
  jwks_uri: z.url(),
  authorization_endpoint: z.url().optional(),
  token_endpoint: z.url().optional(),
  end_session_endpoint: z.url().optional(),
});
export type IssuerMetadata = z.infer<typeof metadataSchema>;

/**
 * Reads an issuer's description of itself, once an hour for a process; one that cannot be had is asked for again at the
 * next call. Refuses a description of another issuer, and addresses without TLS but on this machine.
 */
export function issuerMetadata(issuer: string, now: () => number = Date.now): () => Promise<IssuerMetadata> {
  let kept: { at: number; metadata: Promise<IssuerMetadata> } | undefined;
  return () => {
    if (!kept || now() - kept.at > maxAgeMs) {
      const metadata = fetchMetadata(issuer);
      const mine = { at: now(), metadata };
      kept = mine;
      metadata.catch(() => {
        if (kept === mine) kept = undefined;
      });
    }
    return kept.metadata;
  };
}

async function fetchMetadata(issuer: string): Promise<IssuerMetadata> {
  try {
    const url = `${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`;
    refusePlain(url);
    const answer = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' });
    if (!answer.ok) throw new Error(`answered ${answer.status}`);
    const metadata = metadataSchema.parse(await answer.json());
    if (metadata.issuer !== issuer) throw new Error('it describes another issuer');
    refusePlain(metadata.jwks_uri);
    return metadata;
  } catch (cause) {
    throw new AdapterError('oidc.unreachable', 'the issuer of tokens does not say where its keys are', {
      retryable: true,
      cause,
    });
  }
}

function refusePlain(url: string): void {
  const { protocol, hostname } = new URL(url);
  if (protocol !== 'https:' && !/^(127\.\d+\.\d+\.\d+|localhost|\[::1\])$/.test(hostname))
    throw new Error('an address without TLS');
}
