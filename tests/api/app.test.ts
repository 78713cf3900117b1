import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { frameworkRef } from '../../functions/domain/framework.ts';
import { smallFramework } from '../support/small-world.ts';
import { type ApiWorld, readJson, startApiWorld } from './api-world.ts';

let world: ApiWorld;
let token: string;
beforeAll(async () => {
  world = await startApiWorld();
  token = await world.issuer.tokenOf('ada', 'harbor:administrator');
});
afterAll(() => world.stop());

describe('what is public', () => {
  test('the application says that it runs, without asking anything of what is behind it', async () => {
    const before = world.requests.count();
    const answer = await world.ask('GET', '/healthz');
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'ok' }]);
    expect(world.requests.count()).toBe(before);
  });

  test('the document is OpenAPI 3.1 and tells of every resource', async () => {
    const document = await readJson(await world.ask('GET', '/openapi.json'));
    expect(document.openapi).toBe('3.1.0');
    expect(Object.keys(document.paths)).toEqual(expect.arrayContaining(['/programs', '/frameworks/{id}/{version}']));
    expect(document.paths['/healthz'].get.security).toEqual([]);
  });

  test('its page has nothing inline and nothing from elsewhere, and names each operation', async () => {
    const answer = await world.ask('GET', '/docs');
    const page = await answer.text();
    expect(answer.headers.get('content-type')).toContain('text/html');
    expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain('GET /frameworks/{id}/{version}');
    expect(page).not.toMatch(/<script(?![^>]* src="\/web\/)|<style|style=|https?:\/\//);
  });
});

describe('programs and frameworks', () => {
  test("a caller sees their token's program alone", async () => {
    const { items } = await readJson(await world.ask('GET', '/programs', { token }));
    expect(items).toMatchObject([{ id: 'harbor', framework: frameworkRef(smallFramework) }]);
  });

  test('a framework is read by its id and version, and its ETag is its hash', async () => {
    const answer = await world.ask('GET', '/frameworks/small/1', { token });
    expect(await answer.json()).toEqual(smallFramework);
    expect(answer.headers.get('etag')).toBe(`"${frameworkRef(smallFramework).hash}"`);
  });

  test('one that is not there is a problem with a code', async () => {
    const answer = await world.ask('GET', '/frameworks/small/2', { token });
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(await answer.json()).toMatchObject({ status: 404, code: 'framework.unknown', field: 'framework' });
  });
});

describe('what is at no address', () => {
  test('an unknown address, a wrong method and an address without end are problems', async () => {
    expect(await code(await world.ask('GET', '/nothing', { token }))).toBe('route.unknown');
    const wrong = await world.ask('PUT', '/programs', { token });
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    expect(await code(wrong)).toBe('request.method');
    expect(await code(await world.ask('GET', `/programs?${'a'.repeat(9_000)}`, { token }))).toBe('request.too-long');
  });

  test('a browser gets a page that says so', async () => {
    const answer = await world.ask('GET', '/nothing', { headers: { accept: 'text/html' } });
    expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8']);
  });
});

async function code(answer: Response): Promise<string> {
  return (await readJson(answer)).code;
}
