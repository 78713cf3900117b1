import { describe, expect, test } from 'vitest';
import { evidencePartition, evidenceSortKey } from '../../functions/domain/evidence.ts';
import { evaluateEnrollment } from '../../functions/evaluate/evaluate.ts';
import { evaluateStream } from '../../functions/evaluate/evaluate-stream.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { ref, submission } from '../support/small-world.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

const withoutFrameworks = (store: RecordStore): RecordStore => ({ ...store, readFramework: async () => undefined });

describe('a framework that is not in the table', () => {
  test('lets nobody enroll, and says what to do', async () => {
    const store = memoryStore();
    const world = stepsWorld(withoutFrameworks(store));
    await world.publish();
    expect(await world.enroll()).toEqual({
      outcome: 'refused',
      code: 'framework.unknown',
      message: expect.stringMatching(/small 1 is not in the table/),
      remedy: { next: 'load-program', again: true },
    });
    expect(await store.readRecord(ref)).toBeUndefined();
  });

  test('fails the evaluation for good and leaves the enrollment as it was', async () => {
    const world = stepsWorld(memoryStore());
    await world.publish();
    await world.enroll();
    const before = await world.record();
    const change = { sk: 'EVIDENCE#engage-1#e1', kind: 'put' as const, sequence: '7', at: '2026-03-02T12:00:00.000Z' };
    const ports = { ...world.ports, store: withoutFrameworks(world.ports.store) };
    await expect(evaluateEnrollment(ports, { ref, changes: [change], whole: false })).rejects.toMatchObject({
      name: 'AdapterError',
      code: 'framework.unknown',
      retryable: false,
    });
    const failures = await evaluateStream(ports, { groups: [{ ref, changes: [change] }], strays: [] });
    expect(failures).toEqual([{ sequence: '7', error: expect.objectContaining({ code: 'framework.unknown' }) }]);
    expect([await world.record(), world.sent]).toEqual([before, []]);
  });
});

describe.each(['required', 'self-attested'] as const)('evidence after completion, assessment %s', (assessment) => {
  test.each([
    ['of the day', '2026-03-01T12:00:10.000Z', '2026-03-01'],
    ['dated before all the rest', '2026-01-06T12:00:00.000Z', '2026-01-06'],
  ])(
    'written straight into the table, %s, is in the ledger and changes neither completion nor credential',
    async (_, submittedAt, occurredOn) => {
      const world = stepsWorld(memoryStore(), { assessment });
      await world.publish();
      await world.enroll();
      await world.complete();
      expect(await issueCredential(world.ports, world.issueRequest())).toBe('issued');
      const before = await world.record();
      const { length: sentBefore } = world.sent;
      expect(before.enrollment).toMatchObject({ status: 'complete' });

      const late = submission('engage-1', 'late', occurredOn, { submittedAt, submittedBy: 'other-system' });
      const sk = evidenceSortKey({ ...late, part: 'evidence' });
      await world.ports.store.putRaw(evidencePartition(ref), sk, late);
      await world.settle();

      const after = await world.record();
      const { status, completion, pointers, met } = before.enrollment;
      expect(after.enrollment).toMatchObject({ status, completion, pointers, met });
      expect([after.credentials, after.deliveries]).toEqual([before.credentials, before.deliveries]);
      const added = after.ledger.slice(before.ledger.length);
      expect(added.map(({ action, subject, actor }) => [action, subject, actor.id])).toEqual([
        ['evidence-accepted', 'late', 'other-system'],
      ]);
      expect(world.sent.slice(sentBefore)).toEqual([]);
      expect((await world.ports.store.listAside(ref.program)).items).toEqual([]);
    },
  );
});
