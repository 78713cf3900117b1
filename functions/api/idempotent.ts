import { type Refused, refused } from '../acts/refusal.ts';
import { documentHash } from '../domain/hash.ts';
import type { RequestKey } from '../ports/idempotency.ts';
import type { ApiPorts } from './api-ports.ts';
import { keyedIds } from './keyed-ids.ts';
import type { Acting, Answer, Route } from './route.ts';
import { routeName } from './route.ts';

export const keyPattern = /^[\x21-\x7e]{8,128}$/;

type Attempt = { ports: ApiPorts; isRerun: boolean };

/** What somebody sends under one key is done once; sent again, it has the answer that it had. */
export async function onceByKey(
  { route, ports, who, headers }: { route: Route; ports: ApiPorts; who: Acting; headers: Headers },
  asked: { params: unknown; query: unknown; body: unknown },
  run: (attempt: Attempt) => Promise<Answer>,
): Promise<Answer> {
  const key = headers.get('idempotency-key');
  if (key === null)
    return refused('idempotency.missing', 'Idempotency-Key: give one, new for each thing that you want done');
  if (!keyPattern.test(key))
    return refused('idempotency.invalid', 'Idempotency-Key: 8 to 128 visible ASCII characters, such as a UUID');
  const of: RequestKey = { program: who.program, actor: who.actor, key };
  const claim = await ports.idempotency.claim(of, hashOf(route, asked));
  if (claim.outcome === 'answered')
    return { ...claim.answer, headers: { ...claim.answer.headers, 'Idempotency-Replayed': 'true' } };
  if (claim.outcome !== 'claimed') return refusalOf(claim.outcome);
  let answer: Answer;
  try {
    answer = await run({ ports: { ...ports, ids: keyedIds(of, claim.since, ports.ids) }, isRerun: claim.isRerun });
  } catch (error) {
    // How far it came nobody knows: whoever sends it again carries it on, and need not wait.
    await ports.idempotency.release(of, claim, { undone: false }).catch(() => undefined);
    throw error;
  }
  // A refusal did nothing: put right, the request may use its key again.
  if ('code' in answer) await ports.idempotency.release(of, claim, { undone: !claim.isRerun });
  else await keep(ports, () => ports.idempotency.answer(of, claim, keptOf(answer)));
  return answer;
}

/** What was done is done, and is answered: where the answer cannot be kept, a repeat runs again and finds it. */
async function keep(ports: ApiPorts, write: () => Promise<void>): Promise<void> {
  await write().catch((error: unknown) =>
    ports.failed(error, { message: 'An answer could not be kept for its repeats' }),
  );
}

function hashOf(route: Route, { params, query, body }: { params: unknown; query: unknown; body: unknown }): string {
  return documentHash({ route: routeName(route), params: params ?? null, query: query ?? null, body: body ?? null });
}

function refusalOf(outcome: 'running' | 'reused'): Refused {
  return outcome === 'running'
    ? refused('idempotency.running', 'Idempotency-Key: a request with it is under way; ask again in a moment')
    : refused('idempotency.reused', 'Idempotency-Key: it was used for another request; take a new one');
}

function keptOf(answer: Exclude<Answer, Refused>) {
  if (!('json' in answer)) throw new Error('a route that is done once by its key answers in JSON');
  const headers = Object.entries(answer.headers ?? {}).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value]] : [],
  );
  return { status: answer.status, json: answer.json, headers: Object.fromEntries(headers) };
}
