import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { allRoutes } from '../../functions/api/all-routes.ts';
import { routeName } from '../../functions/api/route.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';

let world: ApiWorld;
let token: string;
beforeAll(async () => {
  world = await startApiWorld();
  await world.enroll({ enrollment: 'enr-1' });
  token = await world.issuer.tokenOf('ada', 'harbor:administrator', 'harbor:assessor', 'harbor:auditor');
});
afterAll(() => world.stop());

let made = 0;
async function ask(method: string, path: string, body?: unknown) {
  const headers = { 'idempotency-key': `wrong-fields-${++made}`, 'if-match': '"1.0"' };
  return readJson(await world.ask(method, path, { token, headers, ...(body !== undefined && { body }) }));
}

/** What the schema library says by itself: English of its own, for programmers. */
const libraryWords = /Invalid|expected|received|Unrecognized|Too (big|small)|>=|<=/;

describe('a request that is not of its form is told, of each field, what is wrong in our words', () => {
  test.each([
    ['POST', '/enrollments', {}, { apprentice: 'is missing; give an object' }],
    ['POST', '/enrollments', [], { body: 'is not an object; give one' }],
    [
      'POST',
      '/enrollments',
      { apprentice: { id: 'zoe', name: 7, surprise: 1 }, enrolledOn: 'soon' },
      {
        'apprentice.name': 'is not a text; give one',
        'apprentice.email': 'is missing; give a text',
        'apprentice.surprise': 'no such field',
        enrolledOn: 'is not a date; give YYYY-MM-DD',
      },
    ],
    [
      'GET',
      '/enrollments?status=sleeping',
      undefined,
      { status: 'is none of those that there are; give open, complete, withdrawn' },
    ],
    ['GET', '/audit/access?from=2026-03-01', undefined, { to: 'is missing; give a date such as 2026-03-01' }],
    ['GET', '/credentials?surname=x', undefined, { surname: 'no such field' }],
    [
      'POST',
      '/enrollments/enr-1/leaving',
      { code: 'bored', reason: 'x' },
      { reason: 'is too short; give at least 3 characters' },
    ],
    ['POST', '/audit/exports', { unredacted: 'yes' }, { unredacted: 'is not true or false; give one' }],
  ] as const)('%s %s %j', async (method, path, body, fields) => {
    const problem = await ask(method, path, body);
    expect(problem).toMatchObject({ status: 400, code: 'request.invalid' });
    const told = Object.fromEntries(
      problem.errors.map(({ field, message }: Record<string, string>) => [field, message]),
    );
    expect(told).toMatchObject(fields);
    const [first] = problem.errors;
    expect([problem.field, problem.detail]).toEqual([first.field, `${first.field}: ${first.message}`]);
    expect(JSON.stringify(problem)).not.toMatch(libraryWords);
  });

  const taking = allRoutes.filter(({ page, method, request }) => !page && method !== 'get' && request?.body);
  test.each(taking.map((route) => [routeName(route), route] as const))('%s, whatever is sent', async (_, route) => {
    await fc.assert(
      fc.asyncProperty(fc.jsonValue({ maxDepth: 2 }), async (body) => {
        const path = route.path.replaceAll(/\{(\w+)\}/g, (__, name) => (name === 'enrollment' ? 'enr-1' : 'engage-1'));
        const { code, detail = '', errors } = await ask(route.method.toUpperCase(), path, body);
        if (code === 'request.invalid') expect(JSON.stringify([detail, errors])).not.toMatch(libraryWords);
      }),
      { numRuns: 25 },
    );
  });
});
