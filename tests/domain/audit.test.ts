import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type AuditFact,
  chain,
  detailHash,
  emptyChain,
  entryHash,
  findChainFault,
  systemActor,
} from '../../functions/domain/audit.ts';
import { noon, ref, salt } from '../support/small-world.ts';

const start = { chain: emptyChain(ref, noon('2026-01-05')), salt };
const facts = (n: number): AuditFact[] =>
  Array.from({ length: n }, (_, i) => ({
    actor: systemActor('test'),
    action: 'evidence-accepted',
    subject: `e${i}`,
    facts: { n: i },
    cause: `c${i}`,
  }));

describe('the hash chain', () => {
  test('links every entry to the one before and is whole in any order', () => {
    const { entries, head } = chain(start, facts(5), noon('2026-02-01'));
    expect(entries.map((e) => e.seq)).toEqual([1, 2, 3, 4, 5]);
    expect(entries[1]?.prevHash).toBe(entries[0]?.hash);
    expect(findChainFault({ ...ref, salt, chain: head }, [...entries].reverse())).toBeUndefined();
  });

  test('never runs backwards in time, whatever the clock does', () => {
    const first = chain(start, facts(1), noon('2026-02-02'));
    const second = chain({ chain: first.head, salt }, facts(1), noon('2026-02-01'));
    expect(second.entries[0]?.at).toBe(noon('2026-02-02'));
  });

  test('of one enrollment does not pass for that of another', () => {
    const { entries, head } = chain(start, facts(2), noon('2026-02-01'));
    expect(findChainFault({ ...ref, enrollment: 'other', salt, chain: head }, entries)).toEqual({
      seq: 1,
      fault: 'link',
    });
  });

  test('can be followed without its details, which no guess can find out', () => {
    const { entries, head } = chain(start, facts(3), noon('2026-02-01'));
    let previous = start.chain.hash;
    for (const { subject: _, facts: __, cause: ___, ...open } of entries) {
      const entry = entries[open.seq - 1];
      if (!entry) throw new Error('no such entry');
      expect(open.prevHash).toBe(previous);
      previous = entryHash(entry, detailHash(salt, entry));
      expect(detailHash('another salt', entry)).not.toBe(detailHash(salt, entry));
    }
    expect(previous).toBe(head.hash);
  });

  test('shows any entry that is changed, dropped, added or swapped', () => {
    const { entries, head } = chain(start, facts(6), noon('2026-02-01'));
    const spoil = fc.constantFrom('change', 'drop', 'double', 'swap', 'truncate');
    fc.assert(
      fc.property(spoil, fc.nat(4), (how, i) => {
        const spoiled = structuredClone(entries);
        const [a, b] = [spoiled[i], spoiled[i + 1]];
        if (!a || !b) return;
        if (how === 'change') a.facts = { n: 99 };
        if (how === 'drop') spoiled.splice(i, 1);
        if (how === 'double') spoiled.push({ ...a, seq: 7 });
        if (how === 'swap') [a.seq, b.seq] = [b.seq, a.seq];
        if (how === 'truncate') spoiled.length = 5;
        expect(findChainFault({ ...ref, salt, chain: head }, spoiled)).toBeDefined();
      }),
    );
  });
});
