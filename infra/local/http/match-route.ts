import type { RoutePart, RoutePlan } from '../template/plan-http.ts';

export interface Match {
  route: RoutePlan;
  /** What stood where the route has `{name}` or `{name+}`. */
  parameters: Record<string, string>;
}

/**
 * The route of a request, chosen as the gateway chooses: part by part, a text before a parameter before the rest of the
 * path, and a route with the method before one with ANY. Undefined: there is none.
 *
 * @param path decoded, beginning with `/`
 */
export function matchRoute(routes: readonly RoutePlan[], method: string, path: string): Match | undefined {
  const texts = path.split('/').slice(1);
  const found = routes
    .filter((route) => route.method === method || route.method === 'ANY')
    .flatMap((route) => {
      const parameters = parametersOf(route.parts, texts);
      return parameters ? [{ route, parameters }] : [];
    });
  return found.sort((a, b) => compare(a.route, b.route))[0];
}

function parametersOf(parts: readonly RoutePart[], texts: readonly string[]): Record<string, string> | undefined {
  const parameters: Record<string, string> = {};
  for (const [i, part] of parts.entries()) {
    const text = texts[i];
    if (text === undefined) return undefined;
    if (part.kind === 'rest') {
      const rest = texts.slice(i).join('/');
      return rest === '' ? undefined : { ...parameters, [part.name]: rest };
    }
    if (part.kind === 'text' ? part.text !== text : text === '') return undefined;
    if (part.kind === 'one') parameters[part.name] = text;
  }
  return parts.length === texts.length ? parameters : undefined;
}

const order = { text: 0, one: 1, rest: 2 };

function compare(a: RoutePlan, b: RoutePlan): number {
  for (const [i, part] of a.parts.entries()) {
    const other = b.parts[i];
    if (other && order[part.kind] !== order[other.kind]) return order[part.kind] - order[other.kind];
  }
  return Number(a.method === 'ANY') - Number(b.method === 'ANY');
}
