import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { allRoutes } from '../../functions/api/all-routes.ts';
import { honoPath } from '../../functions/api/app.ts';
import { type Role, roles } from '../../functions/api/caller.ts';
import { isIdempotent, type Route, routeName } from '../../functions/api/route.ts';
import { accessTable, type Place } from './access-table.ts';
import { type ApiWorld, startApiWorld } from './api-world.ts';

let world: ApiWorld;
beforeAll(async () => {
  world = await startApiWorld();
});
afterAll(() => world.stop());

const places = [
  { program: 'harbor', own: true },
  { program: 'harbor', own: false },
  { program: 'harbor-annex', own: true },
  { program: 'harbor-annex', own: false },
] as const;
type Cell = { route: Route; role: Role | 'nobody'; place: (typeof places)[number]; expected: number };

test('the table has every route of the application, and no other', () => {
  expect(Object.keys(accessTable).sort()).toEqual(allRoutes.map(routeName).sort());
});

test('no route is on the app but by its declaration', () => {
  const declared = allRoutes.map(({ method, path }) => `${method.toUpperCase()} ${honoPath(path)}`);
  const refusals = allRoutes.map(({ path }) => `ALL ${honoPath(path)}`);
  const onApp = world.app.routes.map(({ method, path }) => `${method} ${path}`);
  // What is there for every path is middleware: it answers nothing by itself.
  expect(new Set(onApp)).toEqual(new Set(['ALL /*', ...declared, ...refusals]));
});

test('every read of one record by an administrator, an auditor or an operator is one for the access log', () => {
  const staff = ['administrator', 'auditor', 'operator'] as const;
  const reading = allRoutes.filter(
    ({ method, path, access }) =>
      method === 'get' &&
      /\{(enrollment|credential)\}/.test(path) &&
      access !== 'public' &&
      staff.some((role) => access[role]),
  );
  const unlogged = reading.filter(({ reads }) => reads === undefined).map(routeName);
  // They enter themselves what they give: a redirect is no success by its status.
  expect(unlogged).toEqual([
    'GET /people/{enrollment}/credentials/{credential}/document',
    'GET /records/{enrollment}/credentials/{credential}/document',
  ]);
});

function cellsOf(route: Route): Cell[] {
  const { cells } = accessTable[routeName(route)] ?? { cells: undefined };
  if (!cells) return [];
  const ofRole = roles.flatMap((role) => {
    const expected = cells[role].split(' ').map(Number);
    expect(expected).toHaveLength(places.length);
    return places.map((place, i) => ({ route, role, place, expected: expected[i] as number }));
  });
  return [...ofRole, { route, role: 'nobody', place: places[0], expected: Number(cells.nobody) }];
}

/** Marks what is harbor's: no answer to a caller of another program may hold it. */
const mark = 'Harbors Own Apprentice';

test('every cell of the table is as it says, in whatever order they are asked, and nobody sees another program', async () => {
  const cells = allRoutes.flatMap(cellsOf);
  // Numbers, so that a failure is told in a line: its message names the cell.
  const shuffled = fc.shuffledSubarray([...cells.keys()], { minLength: cells.length });
  await fc.assert(
    fc.asyncProperty(shuffled, async (inSomeOrder) => {
      for (const i of inSomeOrder) await check(cells[i] as Cell);
    }),
    { numRuns: 1, endOnFailure: true },
  );
  expect(world.failures).toEqual([]);
}, 120_000);

let made = 0;
async function check({ route, role, place, expected }: Cell): Promise<void> {
  const serial = ++made;
  const apprentice = `apprentice-of-${serial}`;
  const record = await world.enroll({
    enrollment: `enr-${serial}`,
    apprentice: { id: apprentice, name: mark, email: `a${serial}@apprentices.example` },
  });
  const target: Place = { enrollment: record.enrollment, apprentice, etag: `"${record.version}.${record.fence}"` };
  const caller = place.own ? apprentice : `somebody-${serial}`;
  const token = role === 'nobody' ? undefined : await world.issuer.tokenOf(caller, `${place.program}:${role}`);
  const answer = await send(route, target, token);
  const said = `${role} of ${place.program} for ${place.own ? 'their own' : "another's"} record: ${routeName(route)}`;
  const body = await answer.text();
  expect(`${said} → ${answer.status}`, body.slice(0, 400)).toBe(`${said} → ${expected}`);
  if (place.program !== 'harbor') expect(body).not.toContain(mark);
}

async function send(route: Route, place: Place, token: string | undefined): Promise<Response> {
  const {
    params,
    query = '',
    body,
    headers,
    form,
  } = (await accessTable[routeName(route)]?.request?.(place, world)) ?? {};
  const values: Record<string, string> = { enrollment: place.enrollment, ...params };
  const path = route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? ''));
  return world.ask(route.method.toUpperCase(), path + query, {
    token,
    ...(body !== undefined && { body }),
    ...(form !== undefined && { body: form }),
    headers: {
      ...(isIdempotent(route) && { 'idempotency-key': `cell-${made}-${Math.random()}` }),
      ...(form !== undefined && { 'content-type': 'application/x-www-form-urlencoded', origin: world.origin }),
      ...headers,
    },
  });
}
