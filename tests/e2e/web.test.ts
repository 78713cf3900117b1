import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { readDemoProgram } from '../../infra/local/demo/program-files.ts';
import { beginWalk } from '../../infra/local/demo/walk.ts';
import type { StackDescription } from '../../infra/local/stack-description.ts';
import { authorizeParameters, pkce, signIn } from '../support/sign-in.ts';
import { actsOn, awaitStack, dataFolder, root, runScript } from './stack-process.ts';

const peer = readDemoProgram(root, 'staten-island-peer-specialist');
const program = peer.program.id;

async function local(folder: string) {
  const run = runScript('infra/local/local.ts', ['--data', folder, '--port', '0']);
  return { ...run, description: await awaitStack(folder, run) };
}

const placeOf = ({ issuer, clientId, endpoints }: StackDescription) => ({
  issuer,
  clientId,
  redirectUri: `${endpoints.http}/signed-in`,
});

const ask = ({ endpoints }: StackDescription, path: string, token?: string) =>
  fetch(`${endpoints.http}${path}`, token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } });

test('the app is at the address that is printed, and takes whom the sign-in page sends, for one program', {
  timeout: 180_000,
}, async () => {
  const folder = dataFolder();
  const { description, said } = await local(folder);
  await expect.poll(() => said.out).toContain(`App        ${description.endpoints.http}\n`);
  const ports = actsOn(folder);
  await loadProgram(ports, peer.files);
  await beginWalk(ports, peer, peer.sample.apprentice);
  const place = placeOf(description);

  const page = await fetch(
    `${description.issuer}/oauth2/authorize?${new URLSearchParams(authorizeParameters(place, pkce().challenge))}`,
  );
  const people = await page.text();
  for (const { name } of peer.program.assessors) expect(people).toContain(name);
  expect(people).toContain(peer.sample.apprentice.name);
  expect(people).toContain('program load data/programs/recovery-support-specialist.json');

  const [assessor] = peer.program.assessors;
  const { id_token: token, access_token: access } = await signIn(place, {
    program,
    role: 'assessor',
    id: assessor?.id ?? '',
  });
  const own = await ask(description, '/programs', token);
  expect([own.status, await own.json()]).toEqual([200, { items: [expect.objectContaining({ id: program })] }]);
  const elsewhere = await signIn(place, {
    program: 'recovery-support-specialist',
    role: 'auditor',
    id: 'local-auditor',
  });
  expect(await (await ask(description, '/programs', elsewhere.id_token)).json()).toEqual({ items: [] });

  const [head, body] = token.split('.');
  for (const wrong of [undefined, access, 'nonsense', `${head}.${body}.`, `${token.slice(0, -4)}AAAA`]) {
    const refused = await ask(description, '/programs', wrong);
    expect([wrong, refused.status]).toEqual([wrong, 401]);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
  }
  // No path, and so no code of a certificate, in what is kept of requests.
  await ask(description, '/v/NOBODY-MAY-READ-THIS');
  // A request is logged once it was answered.
  const log = await vi.waitUntil(() => {
    const lines = readFileSync(join(folder, 'logs/requests.log'), 'utf8').trim().split('\n');
    return lines.length >= 8 && lines;
  }, 10_000);
  expect(log.map((line) => Object.keys(JSON.parse(line)).length)).toEqual(log.map(() => 9));
  expect(log.join('')).not.toContain('NOBODY-MAY-READ-THIS');
});
