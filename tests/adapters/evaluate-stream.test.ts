import { describe, expect, test } from 'vitest';
import type { EvaluatePorts } from '../../functions/evaluate/evaluate.ts';
import { evaluateStream } from '../../functions/evaluate/evaluate-stream.ts';
import type { StoredAside } from '../../functions/ports/record-store.ts';

const at = '2026-05-03T10:00:00.000Z';
const change = (sequence: string, sk = 'EVIDENCE#engage-1#ev-1') => ({ sk, kind: 'put' as const, sequence, at });
const group = (enrollment: string, ...sequences: string[]) => ({
  ref: { program: 'p-1', enrollment },
  changes: sequences.map((s) => change(s)),
});

/** A table that knows nobody and no program: every change is set aside, and reading fails for some programs. */
function world(fails: (program: string) => boolean = () => false) {
  const asides = new Map<string, StoredAside>();
  const ports = {
    store: {
      readEnrollment: async ({ program }: { program: string }) => {
        if (fails(program)) throw new Error('down');
      },
      readProgram: async () => undefined,
      putAside: async (aside: StoredAside) => void asides.set(`${aside.enrollment}/${aside.sk}`, aside),
      clearAside: async (ref: { enrollment: string }, sk: string) => void asides.delete(`${ref.enrollment}/${sk}`),
    },
    journal: () => {},
  } as unknown as EvaluatePorts;
  return { ports, asides };
}

describe('evaluating a batch of the stream', () => {
  test('nothing failed, nothing is retried', async () => {
    const { ports, asides } = world();
    expect(await evaluateStream(ports, { groups: [group('a', '1'), group('b', '2')], strays: [] })).toEqual([]);
    expect(asides.size).toBe(2);
  });

  test('a failing enrollment holds no other up, and the batch begins again at its lowest sequence number', async () => {
    const { ports, asides } = world((program) => program === 'bad');
    const bad = (enrollment: string, ...sequences: string[]) => ({
      ...group(enrollment, ...sequences),
      ref: { program: 'bad', enrollment },
    });
    const groups = [group('a', '8'), bad('b', '1000000000000000000000', '99'), bad('c', '100'), group('d', '7')];
    const failures = await evaluateStream(ports, { groups, strays: [] });
    expect(failures.map(({ sequence }) => sequence)).toEqual(['99', '100']);
    expect([...asides.values()].map(({ enrollment }) => enrollment)).toEqual(['a', 'd']);
  });

  test.each([
    ['set aside where it was deleted and put again', ['deleted', 'put'], 1],
    ['not set aside where it was put and deleted', ['put', 'deleted'], 0],
  ] as const)('a stray is %s in one batch', async (_, kinds, expected) => {
    const { ports, asides } = world();
    const { putAside } = ports.store;
    // Slower than the deletion: what comes later must still win.
    ports.store.putAside = async (aside) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      await putAside(aside);
    };
    const strays = kinds.map((kind, i) => ({ ...change(String(i + 1), 'no partition|EVIDENCE#x'), kind }));
    await evaluateStream(ports, { groups: [], strays });
    expect(asides.size).toBe(expected);
  });

  test('a stray is set aside where it can be seen, once, and cleared when it is deleted', async () => {
    const { ports, asides } = world();
    const stray = change('5', 'no partition|EVIDENCE#x');
    await evaluateStream(ports, { groups: [], strays: [stray, stray] });
    expect([...asides.values()]).toEqual([
      {
        program: 'unknown',
        enrollment: 'unknown',
        sk: stray.sk,
        code: 'item.key',
        reason: expect.any(String),
        at,
        sequence: '5',
      },
    ]);
    await evaluateStream(ports, { groups: [], strays: [{ ...stray, kind: 'deleted' }] });
    expect(asides.size).toBe(0);
  });

  test('a stray that cannot be set aside is retried', async () => {
    const { ports } = world();
    ports.store.putAside = async () => {
      throw new Error('down');
    };
    expect(await evaluateStream(ports, { groups: [], strays: [change('5')] })).toMatchObject([{ sequence: '5' }]);
  });

  test('more enrollments than are evaluated at once are all evaluated', async () => {
    const { ports, asides } = world();
    await evaluateStream(ports, {
      groups: Array.from({ length: 50 }, (_, i) => group(`e${i}`, String(i))),
      strays: [],
    });
    expect(asides.size).toBe(50);
  });
});
