import { type Refused, refused } from '../acts/refusal.ts';
import { type Caller, type Role, roles } from './caller.ts';
import type { Access, Acting, Scope } from './route.ts';

/**
 * The caller in the role that reaches furthest by a route; of those that reach as far, the first that the route names.
 */
export function actingBy(access: Exclude<Access, 'public'>, caller: Caller): Acting | Refused {
  const held = (Object.entries(access) as [Role, Scope][]).filter(([role]) => caller.roles.has(role));
  const [role, scope] = held.find(([, each]) => each === 'any') ?? held[0] ?? [];
  if (role === undefined || scope === undefined) {
    const allowed = roles.filter((each) => access[each] !== undefined).join(', ');
    return refused('caller.forbidden', `this is for: ${allowed}; your token names none of them`);
  }
  return { ...caller, scope, as: { id: caller.actor, role } };
}
