import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readSealed } from '../../functions/acts/examine-checkpoints.ts';
import type { Finding } from '../../functions/acts/finding.ts';
import { type AuditEntry, type AuditFact, chain, emptyChain, systemActor } from '../../functions/domain/audit.ts';
import { checkpointStatement, enrollmentChain, type Head, nextCheckpoint } from '../../functions/domain/checkpoint.ts';
import type { CheckpointStore, StoredCheckpoint } from '../../functions/ports/checkpoint-store.ts';
import { auditor, keyPair, memoryAccess, memoryCheckpoints } from '../support/audit-world.ts';

const at = '2026-03-01T12:00:00.000Z';
const program = 'harbor';
const salt = 'salt'.repeat(8);
const ledgerKey = keyPair();

const factsOf = (count: number, word: string): AuditFact[] =>
  Array.from({ length: count }, (_, i) => ({
    actor: systemActor('test'),
    action: 'evidence-accepted',
    subject: `e${i}`,
    facts: { word },
    cause: `${word}#${i}`,
  }));

/** A ledger of so many entries; `from` an entry on it tells something else, in a chain that fits together all the same. */
function ledgerOf(enrollment: string, count: number, from = count + 1): AuditEntry[] {
  const begun = { chain: emptyChain({ program, enrollment }, at), salt };
  const first = chain(begun, factsOf(Math.min(count, from - 1), 'as it was'), at);
  const rest = chain({ chain: first.head, salt }, factsOf(count, 'forged').slice(first.entries.length), at);
  return [...first.entries, ...rest.entries];
}

const headOf = (enrollment: string, ledger: readonly AuditEntry[]): Head => {
  const { seq, hash } = ledger.at(-1) as AuditEntry;
  return { chain: enrollmentChain(enrollment), seq, hash };
};

async function seal(checkpoints: CheckpointStore, heads: readonly Head[], signer = ledgerKey.signer) {
  const { checkpoint } = nextCheckpoint(
    program,
    [...heads].sort((a, b) => (a.chain < b.chain ? -1 : 1)),
    at,
    (await checkpoints.latest(program))?.checkpoint,
  );
  const { keyId, signature } = await signer.sign(checkpointStatement(checkpoint));
  const sorted = [...heads].sort((a, b) => (a.chain < b.chain ? -1 : 1));
  const stored: StoredCheckpoint = { checkpoint, signature: { keyId, value: signature }, heads: sorted };
  await checkpoints.put(stored, 60);
  return stored;
}

type World = { checkpoints: CheckpointStore; access?: ReturnType<typeof memoryAccess>; now?: string };

/** What the doctor says of ledgers, held against the newest checkpoint. */
async function findingsOf(world: World, ledgers: ReadonlyMap<string, AuditEntry[]>): Promise<Finding[]> {
  const { checkpoints, access = memoryAccess(() => at), now = at } = world;
  const sealed = await readSealed({ checkpoints, access, isLedgerSignature: ledgerKey.isSignature }, program, now);
  const ofLedgers = [...ledgers].flatMap(([enrollment, ledger]) =>
    sealed.examineLedger({ program, enrollment }, ledger),
  );
  return [...sealed.findings, ...ofLedgers, ...sealed.missing(now), ...(await sealed.examineAccess())];
}

describe('a ledger, whatever was done to it behind a checkpoint', () => {
  const history = fc.record({
    sealedAt: fc.integer({ min: 1, max: 12 }),
    added: fc.integer({ min: 0, max: 6 }),
    others: fc.integer({ min: 0, max: 4 }),
  });
  const worldOf = async ({ sealedAt, others }: { sealedAt: number; others: number }) => {
    const checkpoints = memoryCheckpoints();
    const rest = new Map(Array.from({ length: others }, (_, i) => [`enr-${i + 2}`, ledgerOf(`enr-${i + 2}`, i + 1)]));
    const heads = [...rest].map(([enrollment, ledger]) => headOf(enrollment, ledger));
    await seal(checkpoints, [headOf('enr-1', ledgerOf('enr-1', sealedAt)), ...heads]);
    return { checkpoints, with: (ledger: AuditEntry[]) => new Map([['enr-1', ledger], ...rest]) };
  };

  test('is sound where it only grew', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        const world = await worldOf(given);
        const grown = world.with(ledgerOf('enr-1', given.sealedAt + given.added));
        expect(await findingsOf(world, grown)).toEqual([]);
      }),
    );
  });

  test('that was cut off before what is sealed is found, its own head rewritten or not', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (given, place) => {
        const world = await worldOf(given);
        const left = place % given.sealedAt;
        const [finding, ...more] = await findingsOf(world, world.with(ledgerOf('enr-1', left)));
        expect(finding).toMatchObject({ code: 'ledger.cut', ref: { program, enrollment: 'enr-1' } });
        expect(finding?.problem).toBe(
          `it ends at entry ${left}, and checkpoint 1 has sealed ${given.sealedAt} of them`,
        );
        expect(more).toEqual([]);
      }),
    );
  });

  test('of which a sealed entry was forged is found, even where the chain was made to fit again', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(), async (given, place) => {
        const world = await worldOf(given);
        const from = 1 + (place % given.sealedAt);
        const forged = world.with(ledgerOf('enr-1', given.sealedAt + given.added, from));
        expect((await findingsOf(world, forged)).map(({ code }) => code)).toEqual(['ledger.altered']);
      }),
    );
  });

  test('that is gone as a whole is missed', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (given) => {
        const world = await worldOf(given);
        const left = world.with([]);
        left.delete('enr-1');
        expect(await findingsOf(world, left)).toMatchObject([
          { code: 'ledger.missing', ref: { program, enrollment: 'enr-1' } },
        ]);
      }),
    );
  });
});

describe('a list of who read what', () => {
  const reads = async (count: number) => {
    const access = memoryAccess(() => at);
    for (let i = 0; i < count; i++)
      await access.append(program, { actor: auditor, action: 'record-read', subject: `enr-${i}`, facts: {} });
    return access;
  };

  test('that was cut off before what is sealed, its head along, is found', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.nat(), async (count, place) => {
        const checkpoints = memoryCheckpoints();
        const heads: Head[] = [];
        for await (const head of (await reads(count)).heads(program, '0000-01-01')) heads.push(head);
        await seal(checkpoints, heads);
        expect(await findingsOf({ checkpoints, access: await reads(count) }, new Map())).toEqual([]);
        expect(await findingsOf({ checkpoints, access: await reads(count + 2) }, new Map())).toEqual([]);
        const left = place % count;
        const [finding] = await findingsOf({ checkpoints, access: await reads(left) }, new Map());
        expect(finding).toMatchObject({ code: 'access.broken', subject: `harbor access/auditor-1/2026-03-01` });
      }),
    );
  });
});

describe('a checkpoint', () => {
  const ledger = ledgerOf('enr-1', 3);
  const ledgers = new Map([['enr-1', ledger]]);
  const codes = async (world: World) => (await findingsOf(world, ledgers)).map(({ code }) => code);

  test('that another key signed is not ours, and no ledger is held against it', async () => {
    const checkpoints = memoryCheckpoints();
    await seal(checkpoints, [{ ...headOf('enr-1', ledger), seq: 99 }], keyPair().signer);
    expect(await codes({ checkpoints })).toEqual(['checkpoint.foreign']);
  });

  test('whose heads are not those that were signed is not ours', async () => {
    const checkpoints = memoryCheckpoints();
    const stored = await seal(checkpoints, [headOf('enr-1', ledger)]);
    const forged = { ...stored, heads: [headOf('enr-1', ledger.slice(0, 1))] };
    expect(await codes({ checkpoints: { ...checkpoints, latest: async () => forged } })).toEqual([
      'checkpoint.foreign',
    ]);
  });

  test('before which one is gone, or another stands, says so', async () => {
    const checkpoints = memoryCheckpoints();
    const first = await seal(checkpoints, [headOf('enr-1', ledger.slice(0, 1))]);
    await seal(checkpoints, [headOf('enr-1', ledger)]);
    expect(await codes({ checkpoints })).toEqual([]);
    expect(await codes({ checkpoints: { ...checkpoints, readSigned: async () => undefined } })).toEqual([
      'checkpoint.missing',
    ]);
    const other = { ...first, checkpoint: { ...first.checkpoint, size: 7 } };
    expect(await codes({ checkpoints: { ...checkpoints, readSigned: async () => other } })).toEqual([
      'checkpoint.missing',
    ]);
  });

  test('that is older than a day and a bit is overdue; so is the first, once there is a ledger of that age', async () => {
    const checkpoints = memoryCheckpoints();
    const now = '2026-03-02T14:00:01.000Z';
    expect(await codes({ checkpoints })).toEqual([]);
    expect(await codes({ checkpoints, now })).toEqual(['checkpoint.none']);
    await seal(checkpoints, [headOf('enr-1', ledger)]);
    expect(await codes({ checkpoints, now: '2026-03-02T13:59:00.000Z' })).toEqual([]);
    expect(await codes({ checkpoints, now })).toEqual(['checkpoint.old']);
  });
});
