import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { restoreBackup } from '../../functions/acts/restore.ts';
import { fromExportJson, toExportJson } from '../../functions/adapters/aws/attribute-text.ts';
import { dynamoArchive } from '../../functions/adapters/aws/dynamo-archive.ts';
import { dynamoInspection } from '../../functions/adapters/aws/dynamo-inspection.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { openBackup, writeBackup } from '../../functions/cli/backup-folder.ts';
import { findChainFault } from '../../functions/domain/audit.ts';
import { applyDeliveryEvent, type Delivery, mayBeOutReason, newDelivery } from '../../functions/domain/delivery.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import type { RequirementProgress } from '../../functions/domain/progress.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import type { ArchivedItem, RecordArchive } from '../../functions/ports/record-archive.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { newEnrollment, ref } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const operator = { id: 'olga', role: 'operator' } as const;
const at = '2026-03-01T12:00:00.000Z';
const clock = { now: () => '2026-03-02T12:00:00.000Z' };
const folder = mkdtempSync(join(tmpdir(), 'journeypaper-backup-'));
const states = ['queued', 'sending', 'bounced', 'sent', 'delivered', 'parked', 'cancelled'] as const;
let source: Awaited<ReturnType<typeof startRecordsTable>>;
let target: Awaited<ReturnType<typeof startRecordsTable>>;
let copies = 0;

/** One enrollment with an email in every state, a certificate being issued, and evidence. */
beforeAll(async () => {
  [source, target] = await Promise.all([startRecordsTable(), startRecordsTable()]);
  const store = dynamoStore(source);
  const pending: Enrollment['pointers'][string] = {
    pending: {
      ...{ credentialId: 'c1', code: 'C'.repeat(26), requestedAt: at, releaseAt: at, redrives: 0, dueAt: at },
      facts: {
        ...{ name: 'Zoë', completedOn: '2026-02-01', framework: newEnrollment().framework },
        hashes: { program: 'a'.repeat(64), template: 'b'.repeat(64), policy: 'c'.repeat(64) },
      } as never,
    },
  };
  const certificates = ['2026-03-01', '2026-03-02'].map((to): [string, RequirementProgress] => [
    `cert-${to}`,
    { status: 'met', since: at, basis: 'f'.repeat(12), intervals: [{ from: '2025-01-01', to, at }] },
  ]);
  // Written a month before: the first of its days has passed by now.
  const held = { progress: Object.fromEntries(certificates), lapseOn: '2026-02-01' };
  await store.createEnrollment(newEnrollment({ pointers: { completion: pending }, ...held }), []);
  const enrollment = await store.readEnrollment(ref);
  if (!enrollment) throw new Error('not stored');
  const emails = states.map((state): Delivery => {
    const about = { kind: 'credential' as const, credentialId: 'c1' };
    const email = newDelivery({ ...ref, deliveryId: `dlv-${state}`, about }, at);
    const { dueAt: _, ...settled } = email;
    return state === 'queued' || state === 'sending' || state === 'bounced'
      ? { ...email, state, attempt: 1 }
      : { ...settled, state };
  });
  await store.commit({ enrollment, guard: {}, patch: {}, entries: [], newDeliveries: emails });
  await store.putRaw('harbor#EVIDENCE#enr-1', 'EVIDENCE#engage-1#e1', { any: 'thing', of: [1, true, null] });
});
afterAll(async () => {
  await Promise.all([source.stop(), target.stop()]);
  rmSync(folder, { recursive: true, force: true });
});

async function backupFolder(): Promise<string> {
  const path = join(folder, `copy-${++copies}`);
  await writeBackup(path, at, dynamoArchive(source).items());
  return path;
}

/** An archive that fails at the nth put, as a process that is killed there. */
function failingAt(archive: RecordArchive, nth: number): RecordArchive {
  let puts = 0;
  return {
    ...archive,
    putItem: async (item, options) => {
      if (++puts === nth) throw new Error('killed');
      return archive.putItem(item, options);
    },
  };
}

describe('a restore', () => {
  test('goes into a table into which another system has put evidence already', async () => {
    const archive = dynamoArchive(target);
    await dynamoStore(target).putRaw('harbor#EVIDENCE#enr-9', 'EVIDENCE#engage-1#e1', { any: 'thing' });
    expect(await archive.isEmpty()).toBe(true);
    expect(await dynamoArchive(source).isEmpty()).toBe(false);
  });

  test('killed in its middle is finished by the next, and parks what may be out once', async () => {
    const backup = await openBackup(await backupFolder());
    const archive = dynamoArchive(target);
    const records = dynamoInspection(target);
    for (const nth of [2, 5]) {
      const killed = restoreBackup({ archive: failingAt(archive, nth), records, clock }, operator, backup);
      await expect(killed).rejects.toThrow('killed');
    }
    const restored = await restoreBackup({ archive, records, clock }, operator, backup);
    expect(restored).toMatchObject({ outcome: 'restored', enrollments: 1, parked: 3, pending: 1 });

    const { enrollment, deliveries, ledger, misindexed } = await records.inspect(ref);
    const now = Object.fromEntries(deliveries.map(({ deliveryId, state }) => [deliveryId.slice(4), state]));
    expect(now).toEqual({
      ...{ queued: 'parked', sending: 'parked', bounced: 'parked', parked: 'parked' },
      ...{ sent: 'sent', delivered: 'delivered', cancelled: 'cancelled' },
    });
    expect(deliveries.filter(({ reason }) => reason === mayBeOutReason(at))).toHaveLength(3);
    expect(enrollment?.pointers.completion?.pending?.emailMayBeOut).toBe(mayBeOutReason(at));
    expect(ledger.map(({ action }) => action).sort()).toEqual([
      ...['delivery-parked', 'delivery-parked', 'delivery-parked', 'restored'],
    ]);
    expect(enrollment && findChainFault(enrollment, ledger)).toBeUndefined();
    expect(misindexed).toEqual([]);
    const [evidence] = await dynamoStore(target).readAllEvidence(ref);
    expect(evidence?.attributes).toEqual({ any: 'thing', of: [1, true, null] });
  });

  test('of a backup from before some index was there shows in it what should be', async () => {
    const later = await startRecordsTable();
    const items = (await openBackup(await backupFolder())).items;
    const before = new Set(['troublePk', 'troubleAt', 'lapsePk', 'lapseOn']);
    const older: ArchivedItem[] = [];
    for await (const item of items()) {
      const kept = Object.entries(fromExportJson(item.json)).filter(([name]) => !before.has(name));
      older.push({ ...item, json: toExportJson(Object.fromEntries(kept)) });
    }
    async function* asRead() {
      yield* older;
    }
    const records = dynamoInspection(later);
    const backup = { takenAt: at, items: asRead };
    await restoreBackup({ archive: dynamoArchive(later), records, clock }, operator, backup);
    expect((await records.inspect(ref)).misindexed).toEqual([]);
    const store = dynamoStore(later);
    const told = (await store.listTrouble('harbor')).items.map(({ deliveryId }) => deliveryId);
    expect(told.sort()).toEqual(['dlv-bounced', 'dlv-parked', 'dlv-queued', 'dlv-sending']);
    const lapsing = (await store.listLapsing('harbor', '2030-01-01')).items;
    // Its program may have the day before still; the daily look moves it on.
    expect(lapsing).toEqual([{ ...ref, on: '2026-03-01' }]);
    await later.stop();
  });

  test('is not done twice, nor over what another left', async () => {
    const ports = { archive: dynamoArchive(target), records: dynamoInspection(target), clock };
    const backup = await openBackup(await backupFolder());
    expect(await restoreBackup(ports, operator, backup)).toMatchObject({ code: 'restore.done' });
    const later = { ...backup, takenAt: '2026-03-05T12:00:00.000Z' };
    expect(await restoreBackup(ports, operator, later)).toMatchObject({ code: 'restore.not-empty' });
  });
});

describe('a backup', () => {
  test('that is damaged or not whole is refused before anything is put', async () => {
    const damaged = await backupFolder();
    appendFileSync(join(damaged, 'data/items.json.gz'), 'x');
    await expect(openBackup(damaged)).rejects.toThrow('its checksum differs');
    const partial = await backupFolder();
    rmSync(join(partial, 'data/items.json.gz'));
    await expect(openBackup(partial)).rejects.toThrow('copy the whole export');
    await expect(openBackup(join(folder, 'nowhere'))).rejects.toThrow('has no manifest-summary.json');
  });

  test("of AWS's own, in several files under the export's key, is opened too", async () => {
    const path = await backupFolder();
    const manifest = join(path, 'manifest-files.json');
    const line = JSON.parse(readFileSync(manifest, 'utf8')) as Record<string, unknown>;
    const dataFileS3Key = 'AWSDynamoDB/0169/data/items.json.gz';
    writeFileSync(manifest, `${JSON.stringify({ ...line, dataFileS3Key, etag: 'x-1' })}\n`);
    const items: ArchivedItem[] = [];
    for await (const item of (await openBackup(path)).items()) items.push(item);
    expect(items).toHaveLength(9);
  });

  test('keeps every kind of attribute', () => {
    const bytes = new Uint8Array([0, 255]);
    const item = { B: { B: bytes }, BS: { BS: [bytes] }, L: { L: [{ N: '1.0' }, { M: { x: { SS: ['a'] } } }] } };
    const back = fromExportJson(JSON.parse(JSON.stringify(toExportJson(item as never))));
    expect(toExportJson(back)).toEqual(toExportJson(item as never));
    expect(Buffer.from(back.B?.B ?? [])).toEqual(Buffer.from(bytes));
  });

  test('is never written over another', async () => {
    await expect(writeBackup(await backupFolder(), at, dynamoArchive(source).items())).rejects.toThrow(
      'holds something already',
    );
  });
});

test('the email of a certificate that goes on after a restore is parked, and its document locked', async () => {
  const world = stepsWorld(memoryStore());
  await world.publish();
  await world.enroll();
  await world.complete();
  const { enrollment } = await world.record();
  const pending = enrollment.pointers.completion?.pending;
  if (!pending) throw new Error('nothing is pending');
  const marked = { pending: { ...pending, emailMayBeOut: mayBeOutReason(at) } };
  await world.ports.store.commit({ enrollment, guard: {}, patch: { pointers: { completion: marked } }, entries: [] });
  expect(await issueCredential(world.ports, world.issueRequest())).toBe('issued');
  const { deliveries, ledger } = await world.record();
  expect(deliveries).toMatchObject([{ state: 'parked', reason: mayBeOutReason(at) }]);
  expect(ledger.at(-1)).toMatchObject({ action: 'delivery-parked' });
  expect([...world.documents.values()][0]?.keptUntil).toBeDefined();
});

describe("the mail service's own word", () => {
  const about = { kind: 'credential' as const, credentialId: 'c1' };
  const { dueAt: _, ...email } = newDelivery({ ...ref, deliveryId: 'dlv-1', about }, at);
  const event = { attempt: 1, at, providerId: 'mail-1' };

  test.each(['send', 'delivery', 'complaint'] as const)('%s settles an email that may be out', (type) => {
    const parked: Delivery = { ...email, state: 'parked', attempt: 1, reason: mayBeOutReason(at) };
    expect(applyDeliveryEvent(parked, { ...event, type })).toMatchObject({ outcome: 'changed' });
  });

  test.each(['send', 'delivery', 'complaint'] as const)('%s leaves one parked that came back', (type) => {
    const parked: Delivery = { ...email, state: 'parked', attempt: 1, reason: 'bounced: Permanent/General' };
    expect(applyDeliveryEvent(parked, { ...event, type })).toMatchObject({ outcome: 'unchanged' });
  });
});
