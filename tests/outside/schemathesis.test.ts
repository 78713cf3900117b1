import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ApiWorld, startApiWorld } from '../api/api-world.ts';
import { serveApp } from '../api/serve-app.ts';
import { describeWith, type ToolName } from './tools.ts';

const command: ToolName = 'schemathesis';
const examples = 8;
const maxSeconds = 100;
/**
 * What an answer must be whatever was sent. Not among them: that everything which the schema allows is taken (it cannot
 * say which ids there are), nor that everything else is refused (a name is folded and trimmed before it is judged).
 */
const checks = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'unsupported_method',
  'ignored_auth',
].join(',');

describeWith([command], 'schemathesis, from the document alone', () => {
  let world: ApiWorld;
  let served: Awaited<ReturnType<typeof serveApp>>;
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-schemathesis-'));
  beforeAll(async () => {
    world = await startApiWorld();
    served = await serveApp(world.app);
  });
  afterAll(async () => {
    await served.stop();
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test('finds no answer that the document does not have, and no failure of ours', async () => {
    const token = await world.issuer.tokenOf('ada', 'harbor:administrator', 'harbor:assessor', 'harbor:auditor');
    const { status, said } = await schemathesis(
      ...['run', `${served.url}/openapi.json`, '--no-color', '--generation-deterministic'],
      ...['--header', `Authorization: Bearer ${token}`, '--checks', checks, '--max-examples', String(examples)],
      ...[
        '--phases',
        'examples,coverage,fuzzing',
        '--continue-on-failure',
        '--warnings',
        'off',
        '--max-time',
        String(maxSeconds),
      ],
    );
    expect(world.failures).toEqual([]);
    expect(status, said.slice(-6_000)).toBe(0);
    expect(said).toMatch(/Tested:\s+\d+/);
  }, 600_000);

  function schemathesis(...args: string[]): Promise<{ status: number | null; said: string }> {
    return new Promise((resolve, reject) => {
      const tool = spawn(command, args, { cwd: folder });
      let said = '';
      for (const stream of [tool.stdout, tool.stderr]) stream.on('data', (chunk) => (said += chunk));
      tool.on('error', reject);
      tool.on('close', (status) => resolve({ status, said }));
    });
  }
});
