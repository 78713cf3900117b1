import { type Refused, refused } from '../acts/refusal.ts';
import { actorIdSchema, isProgramId } from '../domain/ids.ts';
import type { Claims } from '../ports/token-check.ts';
import type { ApiSettings } from './api-ports.ts';
import { readCookie } from './cookies.ts';

export const roles = ['administrator', 'assessor', 'apprentice', 'auditor', 'operator'] as const;
export type Role = (typeof roles)[number];

/** Who calls: one person in one program, which the token says and no request can. */
export type Caller = { program: string; actor: string; roles: ReadonlySet<Role>; name?: string };

const maxNameLength = 200;

/**
 * Reads the caller from a token that was found good. Groups are `{program}:{role}`; others are not ours and do not
 * count. A token that names several programs is refused, since nothing else says which of them is meant.
 */
export function callerOf(claims: Claims, settings: Pick<ApiSettings, 'groupsClaim' | 'actorClaim'>): Caller | Refused {
  const actor = actorIdSchema.safeParse(claims[settings.actorClaim]);
  if (!actor.success)
    return refused('caller.no-actor', 'token: it does not say who acts in a form that records can hold');
  const groups = claims[settings.groupsClaim];
  const named = (Array.isArray(groups) ? groups : []).flatMap((group) => membershipOf(group) ?? []);
  const [first] = named;
  if (!first) return refused('caller.no-role', 'token: it names no role in any program; ask an administrator for one');
  if (named.some(({ program }) => program !== first.program))
    return refused(
      'caller.program-ambiguous',
      'token: it names more than one program; sign in with one account for each',
    );
  const name = typeof claims.name === 'string' ? claims.name.slice(0, maxNameLength) : undefined;
  return {
    program: first.program,
    actor: actor.data,
    roles: new Set(named.map(({ role }) => role)),
    ...(name !== undefined && { name }),
  };
}

function membershipOf(group: unknown): { program: string; role: Role } | undefined {
  if (typeof group !== 'string') return undefined;
  const [program, role, ...rest] = group.split(':');
  const known = roles.find((each) => each === role);
  return known && rest.length === 0 && isProgramId(program) ? { program, role: known } : undefined;
}

/** Where a request keeps its token: the API's callers in a header, the pages in a cookie that scripts cannot read. */
export type FoundToken = { token: string; from: 'bearer' | 'cookie' };

/** A header goes before a cookie. Undefined: there is neither. */
export function findToken(headers: Headers, cookieName: string): FoundToken | undefined {
  const bearer = /^Bearer +(?<token>[\w.~+/-]+=*)$/i.exec(headers.get('authorization') ?? '')?.groups?.token;
  if (bearer !== undefined) return { token: bearer, from: 'bearer' };
  const token = readCookie(headers, cookieName);
  return token === undefined ? undefined : { token, from: 'cookie' };
}
