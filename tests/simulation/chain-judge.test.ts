import { expect, test } from 'vitest';
import { type AuditEntry, chain, emptyChain, systemActor } from '../../functions/domain/audit.ts';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { createChainJudge } from './chain-judge.ts';
import { historyOf } from './history.ts';
import type { Mutation } from './mutations.ts';
import { runWorld } from './run-world.ts';

const at = '2026-03-07T22:00:00.000Z';
const ref = { program: 'sim', enrollment: 'enr-0' };
const empty = { chain: emptyChain(ref, at), salt: 'salt' };
const factsOf = (...subjects: string[]) =>
  subjects.map((subject) => ({
    actor: systemActor('test'),
    action: 'progress-evaluated' as const,
    subject,
    facts: { about: subject },
    cause: `cause ${subject}`,
  }));
const enrollmentWith = (head: typeof empty.chain) => ({ ...ref, ...empty, chain: head }) as unknown as Enrollment;
const ledgerOf = (entries: readonly AuditEntry[]) => new Map(entries.map((entry) => [entry.cause, entry]));

/** Two commits that the judge has seen and found sound. */
function judged() {
  const judge = createChainJudge();
  const first = chain(empty, factsOf('a', 'b'), at);
  const second = chain({ ...empty, chain: first.head }, factsOf('c', 'd'), at);
  const [start, middle, end] = [empty.chain, first.head, second.head].map(enrollmentWith) as [
    Enrollment,
    Enrollment,
    Enrollment,
  ];
  expect(judge.findFaultAppended(start, middle, first.entries)).toBeUndefined();
  expect(judge.findFaultAppended(middle, end, second.entries)).toBeUndefined();
  const entries = [...first.entries, ...second.entries];
  expect(judge.findFault(end, ledgerOf(entries))).toBeUndefined();
  return { judge, entries, start, middle, end };
}

test('an entry in the middle that says something else now is noticed, though it was found sound when it came', () => {
  const { judge, entries, end } = judged();
  for (const [i, entry] of entries.entries()) {
    const others: Partial<AuditEntry>[] = [
      { facts: { about: 'somebody else' } },
      { subject: 'x' },
      { at: '2026-03-08T22:00:00.000Z' },
    ];
    for (const other of others) {
      const altered = entries.with(i, { ...entry, ...other });
      expect(judge.findFault(end, ledgerOf(altered))).toMatchObject({ fault: 'hash', seq: entry.seq });
    }
    expect(judge.findFault(end, ledgerOf(entries.toSpliced(i, 1)))).toBeDefined();
  }
  expect(judge.findFault(end, ledgerOf(entries))).toBeUndefined();
});

test('nobody can change in place what was found sound', () => {
  const { entries } = judged();
  for (const entry of entries) {
    expect(() => Object.assign(entry, { subject: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(entry.facts, { about: 'x' })).toThrow(TypeError);
    expect(() => Object.assign(entry.actor, { id: 'x' })).toThrow(TypeError);
  }
});

test('an entry that does not say what it was hashed as is noticed by the commit that brings it', () => {
  const { judge, end } = judged();
  const { entries, head } = chain(end, factsOf('e'), at);
  const altered = entries.map((entry) => ({ ...entry, facts: { about: 'somebody else' } }));
  expect(judge.findFaultAppended(end, enrollmentWith(head), altered)).toContain('is not what it was hashed as');
  expect(judge.findFaultAppended(end, enrollmentWith(head), entries)).toBeUndefined();
});

test('a hand that rewrites one entry of a running world is noticed at rest', async () => {
  // The third commit of anybody writes over the second entry, which was sound when it came.
  let commits = 0;
  const rewriting: Mutation = {
    rule: 'the ledger is append-only',
    how: 'one entry is written over',
    store: (_step, store, table) => ({
      ...store,
      commit: async (commit) => {
        const [, second] = [...(table.row(commit.enrollment)?.ledger.values() ?? [])];
        if (++commits === 3 && second)
          table
            .row(commit.enrollment)
            ?.ledger.set(second.cause, { ...second, facts: { ...second.facts, forged: true } });
        return store.commit(commit);
      },
    }),
  };
  const { failure } = await runWorld(historyOf(3, 'small'), { mutation: rewriting });
  expect(commits).toBeGreaterThan(3);
  expect(failure).toMatchObject({ judge: 'the chain is unbroken', message: expect.stringContaining('hash at 2') });
});
