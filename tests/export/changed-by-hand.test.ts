import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { changeApprentice } from '../../functions/acts/change-apprentice.ts';
import { exportRecords } from '../../functions/export/export-records.ts';
import type { Exported } from '../../functions/export/open-bundle.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import { auditor, auditWorld, verifyBundle } from '../support/audit-world.ts';
import { ref } from '../support/small-world.ts';

const root = mkdtempSync(join(tmpdir(), 'journeypaper-changed-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const administrator = { id: 'ada', role: 'administrator' as const };
type World = Awaited<ReturnType<typeof issued>>;

async function issued() {
  const world = auditWorld();
  await world.publish();
  await world.enroll();
  await world.complete();
  expect(await world.issue()).toBe('issued');
  return world;
}

/** As a hand in the table would, without a word in the ledger. */
async function put(world: World, changed: { name?: string; email?: string }): Promise<void> {
  const { enrollment } = await world.record();
  const patch = { apprentice: { ...enrollment.apprentice, ...changed } };
  const { outcome } = await world.ports.store.commit({ enrollment, guard: {}, patch, entries: [] });
  expect(outcome).toBe('committed');
}

async function verified(world: World): Promise<{ exitCode: number; said: string; folder: string }> {
  const folder = join(root, String(++made));
  await world.exportTo(folder);
  return { ...(await verifyBundle(folder, '--key', world.fingerprint)), folder };
}

/** What whoever makes the bundle is told. */
async function findingsOf({ exportPorts }: World): Promise<Exported['findings']> {
  const sink = { append: async () => undefined, put: async () => undefined };
  const request = { program: 'harbor', scope: { kind: 'program' as const }, actor: auditor, unredacted: false };
  return (await exportRecords(exportPorts, request, sink as never)).findings;
}

describe('an apprentice changed by hand', () => {
  test.each([
    ['name', { name: 'Forged Name' }],
    ['address', { email: 'forged@elsewhere.example' }],
  ])('is told to whoever makes a bundle and to whoever checks it: the %s', async (_, forged) => {
    const world = await issued();
    await put(world, forged);
    await world.checkpoint();
    const { exitCode, said, folder } = await verified(world);
    expect([exitCode, said]).toEqual([
      1,
      "DOES NOT FIT: enrollment enr-1: the apprentice's name or address is not what the ledger holds a hash of",
    ]);
    expect(await findingsOf(world)).toEqual([{ enrollment: 'enr-1', problem: 'apprentice' }]);
    expect(readFileSync(join(folder, 'master.ndjson'), 'utf8')).not.toContain('elsewhere.example');
  });

  test('after a correction is told too, and the correction itself fits', async () => {
    const world = await issued();
    await changeApprentice(world.ports, administrator, ref, { name: 'Łukasz Corrected' });
    await world.checkpoint();
    expect((await verified(world)).exitCode).toBe(0);
    await put(world, { name: 'Forged Name' });
    expect((await verified(world)).exitCode).toBe(1);
  });

  test.each([
    ['as it was enrolled', undefined],
    ['once corrected', 'Łukasz Corrected'],
  ])('is found by a checker who need not believe whoever made the bundle: a name %s', async (_, correction) => {
    const world = await issued();
    if (correction) await changeApprentice(world.ports, administrator, ref, { name: correction });
    await world.checkpoint();
    const { folder } = await verified(world);
    const master = readFileSync(join(folder, 'master.ndjson'), 'utf8');
    const { name } = (await world.record()).enrollment.apprentice;
    expect(master).toContain(`"name":"${name}"`);
    await world.forge(folder, 'master.ndjson', master.replace(`"name":"${name}"`, '"name":"Forged Name"'));
    expect(await verifyBundle(folder, '--key', world.fingerprint)).toEqual({
      exitCode: 1,
      said: "DOES NOT FIT: enrollment enr-1: the apprentice's name is not what the ledger holds a hash of",
    });
  });

  test('by a correction after the checkpoint is no fault, and is told', async () => {
    const world = await issued();
    await world.checkpoint();
    await changeApprentice(world.ports, administrator, ref, { name: 'Łukasz Corrected' });
    const { exitCode, said } = await verified(world);
    expect(exitCode).toBe(0);
    expect(said).toContain('corrected since the checkpoint, and held against nothing: the name of enr-1');
    expect(await findingsOf(world)).toEqual([]);
  });
});

describe('a paper', () => {
  const only = (world: World) => {
    const [[key, stored] = ['', { bytes: new Uint8Array() }]] = [...world.documents];
    return { key, stored };
  };
  const idOf = async (world: World) => (await world.record()).credentials[0]?.credentialId ?? '';

  test('that is missing keeps nobody from a bundle, which says so, and is genuine but for it', async () => {
    const world = await issued();
    await world.checkpoint();
    world.documents.delete(only(world).key);
    const id = await idOf(world);
    const { exitCode, said } = await verified(world);
    expect(exitCode).toBe(0);
    expect(said).toContain(`WITHOUT ITS PAPER: ${id};`);
    expect(said).toMatch(/genuine: signed by the key that you named, but 1 of its credentials came without a paper$/);
    expect(await findingsOf(world)).toEqual([{ enrollment: 'enr-1', problem: 'paper-missing', credential: id }]);
  });

  test('that is damaged is left out and told; a bucket that does not answer fails the bundle', async () => {
    const world = await issued();
    await world.checkpoint();
    const failing = (code: string) => ({
      ...world,
      exportPorts: {
        ...world.exportPorts,
        documents: {
          ...world.exportPorts.documents,
          get: () => Promise.reject(new AdapterError(code, 'no', { retryable: true })),
        },
      },
    });
    const problem = { enrollment: 'enr-1', problem: 'paper-damaged', credential: await idOf(world) };
    expect(await findingsOf(failing('document.unreadable'))).toEqual([problem]);
    await expect(findingsOf(failing('document.get'))).rejects.toMatchObject({ code: 'document.get' });
  });

  test('that is another is in the bundle, and does not fit', async () => {
    const world = await issued();
    await world.checkpoint();
    const { key, stored } = only(world);
    world.documents.set(key, { ...stored, bytes: new TextEncoder().encode('another') });
    const id = await idOf(world);
    const { exitCode, said } = await verified(world);
    expect([exitCode, said]).toEqual([1, `DOES NOT FIT: certificates/${id}.pdf: is not the document that was issued`]);
    expect(await findingsOf(world)).toEqual([{ enrollment: 'enr-1', problem: 'paper-altered', credential: id }]);
  });
});
