import { join } from 'node:path';
import { openTokenKey } from '../../infra/local/services/oidc-key.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import type { Answer } from './insist.ts';

export type Who = { program: string; role: string; id: string };
/** What the app said, where it did not refuse. */
export type Said = { json: Record<string, unknown>; etag: string | undefined };

export type ApiCalls = {
  read(who: Who, path: string): Promise<Said | Answer>;
  /** `ifMatch`: where the change is of what is there. */
  write(
    who: Who,
    path: string,
    sent: { key: string; body: unknown; ifMatch?: string | undefined },
  ): Promise<Said | Answer>;
  /** Answers that were kept from an earlier try under the same key. */
  replayed(): number;
};

/** Longer than a call that hangs at a service; shorter than the gateway waits. */
const patienceMs = 10_000;
const tokenSeconds = 900;

/**
 * Calls of the app through the local gateway, in anybody's name. Each throws where nobody knows what became of it: no
 * answer, or one that says that the fault is the app's.
 */
export async function apiCalls(
  { endpoints, issuer, clientId, dataFolder }: StackDescription,
  now: () => number,
): Promise<ApiCalls> {
  // The first who asks for it has the issuer make its key.
  await fetch(`${issuer}/.well-known/jwks.json`);
  const key = await openTokenKey(join(dataFolder, 'data/oidc'));
  let replayed = 0;
  /** As the issuer's own, for whoever it may be: its page offers the first few apprentices only. */
  const tokenOf = ({ program, role, id }: Who) => {
    const iat = Math.floor(now() / 1000);
    const groups = { 'cognito:username': id, 'cognito:groups': [`${program}:${role}`] };
    return key.sign({ iss: issuer, aud: clientId, sub: id, token_use: 'id', iat, exp: iat + tokenSeconds, ...groups });
  };
  const call = async (who: Who, path: string, init: RequestInit): Promise<Said | Answer> => {
    const answer = await fetch(new URL(path, endpoints.http), {
      ...init,
      signal: AbortSignal.timeout(patienceMs),
      headers: { ...(init.headers as Record<string, string>), authorization: `Bearer ${await tokenOf(who)}` },
    });
    const text = await answer.text();
    if (answer.status >= 500 || answer.status === 429) throw new Error(`${path} answered ${answer.status}`);
    const json = JSON.parse(text) as Record<string, unknown>;
    if (!answer.ok) return { outcome: 'refused', code: String(json.code ?? answer.status) };
    replayed += Number(answer.headers.has('idempotency-replayed'));
    return { json, etag: answer.headers.get('etag') ?? undefined };
  };
  return {
    read: (who, path) => call(who, path, {}),
    write: (who, path, { key, body, ifMatch }) =>
      call(who, path, {
        method: 'POST',
        body: JSON.stringify(body),
        headers: {
          'content-type': 'application/json',
          'idempotency-key': key,
          ...(ifMatch !== undefined && { 'if-match': ifMatch }),
        },
      }),
    replayed: () => replayed,
  };
}
