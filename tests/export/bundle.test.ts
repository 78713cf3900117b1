import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withdrawEvidence } from '../../functions/acts/evidence.ts';
import type { Framework } from '../../functions/domain/framework.ts';
import { documentHash } from '../../functions/domain/hash.ts';
import { auditWorld, verifyBundle } from '../support/audit-world.ts';
import { ref, smallFramework } from '../support/small-world.ts';

const root = mkdtempSync(join(tmpdir(), 'journeypaper-bundle-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let made = 0;
const freshFolder = () => join(root, String(++made));

/** One apprentice who completed, whose certificate was issued and whose evidence was withdrawn after that. */
async function issuedAndSuspended(framework?: Framework) {
  const world = auditWorld({}, framework);
  await world.publish();
  await world.enroll();
  await world.complete();
  expect(await world.issue()).toBe('issued');
  await world.checkpoint();
  await withdrawEvidence(world.ports, ref, { requirement: 'engage-1', evidence: 'e1', withdrawnBy: 'apprentice-1' });
  await world.settle();
  return world;
}

describe('a bundle', () => {
  let world: Awaited<ReturnType<typeof issuedAndSuspended>>;
  let sound: string;
  beforeAll(async () => {
    world = await issuedAndSuspended();
    await world.checkpoint();
    sound = freshFolder();
    await world.exportTo(sound);
  });
  const copied = () => {
    const folder = freshFolder();
    cpSync(sound, folder, { recursive: true });
    return folder;
  };

  test('is genuine to whoever knows the issuer’s key', async () => {
    const { exitCode, said } = await verifyBundle(sound, '--key', world.fingerprint);
    expect(said).toMatch(
      /^consistent: 1 enrollments, \d+ entries, 0 redacted, 4 evidence, 1 completions, 1 credentials, 1 documents, 1 summaries/,
    );
    expect(said).toMatch(/genuine: signed by the key that you named$/);
    expect(exitCode).toBe(0);
  });

  test('is consistent, and of unproven origin, to whoever does not', async () => {
    const { exitCode, said } = await verifyBundle(sound);
    expect(exitCode).toBe(2);
    expect(said).toContain(
      `origin unproven: name the issuer's key with --key (this bundle was signed by ${world.fingerprint})`,
    );
  });

  test('signed by another key is not genuine', async () => {
    const { exitCode, said } = await verifyBundle(sound, '--key', '0'.repeat(64));
    expect(exitCode).toBe(1);
    expect(said).toMatch(/^DOES NOT FIT: keys\/ledger.pem: is another key/);
  });

  test('that is no folder is wrong usage, and one whose key is gone does not fit', async () => {
    const empty = mkdtempSync(join(root, 'empty-'));
    const [absent, file] = [join(empty, 'nope'), `${empty}.zip`];
    writeFileSync(file, 'PK');
    for (const place of [absent, file])
      expect(await verifyBundle(place, '--key', world.fingerprint)).toEqual({
        exitCode: 64,
        said: `${place}: is no folder; give the one that the bundle's zip was unpacked into`,
      });
    const { exitCode, said } = await verifyBundle(empty, '--key', world.fingerprint);
    expect([exitCode, said]).toEqual([1, expect.stringContaining('DOES NOT FIT: keys/ledger.pem: is missing')]);
  });

  test('is as of its checkpoint: what came later is not in it', async () => {
    const early = await issuedAndSuspended();
    const folder = freshFolder();
    await early.exportTo(folder);
    expect((await verifyBundle(folder, '--key', early.fingerprint)).exitCode).toBe(0);
    const credential = credentialIn(folder);
    expect(credential.state).toBe('issued');
    expect(credentialIn(sound).state).toBe('suspended');
  });

  test('holds the pull that it came from', () => {
    const lines = linesIn(sound).filter((line) => line.kind === 'access');
    expect(lines.at(-1)?.entry).toMatchObject({
      action: 'export-made',
      actor: { id: 'auditor-1' },
      facts: { scope: 'program' },
    });
  });

  test('holds no text of evidence, no address and no public code', () => {
    const everything = filesIn(sound)
      .map((path) => readFileSync(join(sound, path), 'latin1'))
      .join('\n');
    expect(everything).not.toContain('the proof is in the binder');
    expect(everything).not.toContain('@apprentices.example');
    expect(JSON.stringify(linesIn(sound))).not.toMatch(/"C0\d{24}/);
  });

  test('of which any byte was flipped does not fit, and the file is named', async () => {
    const files = filesIn(sound);
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...files),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        async (path, place, mask) => {
          const folder = copied();
          const bytes = readFileSync(join(folder, path));
          const at = place % bytes.length;
          bytes[at] = (bytes[at] ?? 0) ^ mask;
          writeFileSync(join(folder, path), bytes);
          const { exitCode, said } = await verifyBundle(folder, '--key', world.fingerprint);
          rmSync(folder, { recursive: true });
          expect(exitCode, said).toBe(1);
          expect(said).toContain(path.replace('manifest.sig', 'manifest'));
        },
      ),
      { numRuns: 40 },
    );
  }, 60_000);

  test('from which a file was taken, or to which one was added, does not fit', async () => {
    for (const path of filesIn(sound)) {
      const folder = copied();
      rmSync(join(folder, path));
      const { exitCode, said } = await verifyBundle(folder);
      expect([exitCode, said]).toEqual([1, expect.stringContaining(path)]);
    }
    const folder = copied();
    writeFileSync(join(folder, 'certificates', 'another.pdf'), 'x');
    expect(await verifyBundle(folder)).toEqual({
      exitCode: 1,
      said: 'DOES NOT FIT: certificates/another.pdf: is not in the manifest',
    });
  }, 60_000);
});

type Line = { kind: string; entry?: { seq: number; subject?: string; facts?: object }; [name: string]: unknown };
const linesIn = (folder: string): Line[] =>
  readFileSync(join(folder, 'master.ndjson'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
const credentialIn = (folder: string) =>
  linesIn(folder).find((line) => line.kind === 'credential') as Line & { state: string };
const filesIn = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));

describe('a ledger in a bundle, even where whoever changed it could sign the bundle anew', () => {
  const changes: [string, (lines: Line[]) => Line[], RegExp][] = [
    ['an entry was dropped', (lines) => lines.filter((line) => line.entry?.seq !== 3), /entry 4 .*: follows entry 2/],
    [
      'the last entry was dropped',
      (lines) => lines.filter((line) => line.entry?.seq !== last(lines)),
      /its ledger ends at entry/,
    ],
    ['two entries were swapped', swapped, /entry 4 .*: follows entry 2/],
    ['an entry was added', doubled, /follows entry/],
    [
      'a fact was changed',
      (lines) => lines.map((line) => (line.entry?.seq === 3 ? { ...line, entry: { ...line.entry, facts: {} } } : line)),
      /entry 3 .*: does not fit its hash/,
    ],
    [
      'a day of completion was changed',
      (lines) => lines.map((line) => ('completion' in line ? { ...line, completion: { on: '2026-01-02' } } : line)),
      /was completed on 2026-01-02 here, and on 2026-\d\d-\d\d in the ledger/,
    ],
    [
      'a notice was given more time',
      (lines) => lines.map((line) => ('noticeDueOn' in line ? { ...line, noticeDueOn: '2099-01-01' } : line)),
      /its notice is due on 2026-/,
    ],
  ];
  test.each(changes)('does not fit when %s', async (_, change, said) => {
    const world = await issuedAndSuspended();
    await world.checkpoint();
    const folder = freshFolder();
    await world.exportTo(folder);
    const lines = change(linesIn(folder)).map((line) => JSON.stringify(line));
    const resigned = freshFolder();
    await world.exportTo(resigned, {});
    // The forger holds the bundle's key: the manifest fits, the chain and the checkpoint do not.
    await world.forge(resigned, 'master.ndjson', `${lines.join('\n')}\n`);
    const answer = await verifyBundle(resigned, '--key', world.fingerprint);
    expect(answer.exitCode).toBe(1);
    expect(answer.said).toMatch(said);
  });
});

describe('a forger who could sign the bundle anew', () => {
  let world: Awaited<ReturnType<typeof issuedAndSuspended>>;
  let sound: string;
  beforeAll(async () => {
    world = await issuedAndSuspended();
    await world.checkpoint();
    sound = freshFolder();
    await world.exportTo(sound, { summaries: false });
  });

  const place = fc.nat();
  const changes = fc.oneof(
    fc.record({ kind: fc.constant('drop' as const), place }),
    fc.record({ kind: fc.constant('double' as const), place }),
    fc.record({ kind: fc.constant('swap' as const), place }),
    fc.record({ kind: fc.constant('rewrite' as const), place, text: fc.string({ minLength: 1, maxLength: 5 }) }),
  );

  test('can drop, double, swap or rewrite no entry of a ledger without its enrollment being named', async () => {
    const lines = linesIn(sound);
    const entries = lines.flatMap((line, i) => (line.kind === 'entry' ? [i] : []));
    await fc.assert(
      fc.asyncProperty(changes, async (change) => {
        const at = entries[change.place % entries.length] as number;
        const forged = [...lines];
        if (change.kind === 'drop') forged.splice(at, 1);
        if (change.kind === 'double') forged.splice(at, 0, lines[at] as Line);
        if (change.kind === 'swap') {
          const other = entries[(entries.indexOf(at) + 1) % entries.length] as number;
          [forged[at], forged[other]] = [lines[other] as Line, lines[at] as Line];
        }
        if (change.kind === 'rewrite') {
          const { entry } = lines[at] as Line;
          forged[at] = {
            ...(lines[at] as Line),
            entry: { ...entry, seq: entry?.seq ?? 0, subject: `${change.text}!` },
          };
        }
        const folder = freshFolder();
        cpSync(sound, folder, { recursive: true });
        await world.forge(folder, 'master.ndjson', `${forged.map((line) => JSON.stringify(line)).join('\n')}\n`);
        const { exitCode, said } = await verifyBundle(folder, '--key', world.fingerprint);
        rmSync(folder, { recursive: true });
        expect(exitCode, said).toBe(1);
        expect(said).toMatch(/^DOES NOT FIT: (enrollment |master\.ndjson, line |.*the ledger)/);
      }),
      { numRuns: 40 },
    );
  }, 120_000);
});

const last = (lines: Line[]) => Math.max(...lines.map((line) => (line.kind === 'entry' ? (line.entry?.seq ?? 0) : 0)));
function swapped(lines: Line[]): Line[] {
  const at = (seq: number) => lines.findIndex((line) => line.kind === 'entry' && line.entry?.seq === seq);
  const copy = [...lines];
  [copy[at(3)], copy[at(4)]] = [lines[at(4)] as Line, lines[at(3)] as Line];
  return copy;
}
function doubled(lines: Line[]): Line[] {
  const at = lines.findIndex((line) => line.kind === 'entry' && line.entry?.seq === 3);
  return [...lines.slice(0, at + 1), lines[at] as Line, ...lines.slice(at + 1)];
}

describe('the reads in a bundle, even where whoever changed it could sign the bundle anew', () => {
  const reads = (lines: Line[]) => lines.filter(({ kind }) => kind === 'access');
  const without = (lines: Line[], n: number) => lines.filter((line) => line !== reads(lines)[n]);
  test.each<[string, (lines: Line[]) => Line[], RegExp]>([
    ['the first is dropped', (lines) => without(lines, 0), /is read 2 of its chain and follows read 0/],
    ['one between others is dropped', (lines) => without(lines, 1), /is read 3 of its chain and follows read 1/],
    ['one is told twice', (lines) => [...reads(lines).slice(0, 1), ...lines], /out of its order/],
    [
      'one is made up',
      (lines) => {
        const [first] = reads(lines);
        const { hash: _, ...content } = { ...first?.entry, prevHash: '0'.repeat(64) } as Record<string, unknown>;
        const entry = { ...content, hash: documentHash(content) } as unknown as NonNullable<Line['entry']>;
        return [{ ...first, kind: 'access', entry }, ...without(lines, 0)];
      },
      /does not name the one before it/,
    ],
  ])('do not fit when %s', async (_, change, said) => {
    const world = await issuedAndSuspended();
    for (let i = 0; i < 2; i++) await world.exportTo(freshFolder(), { summaries: false });
    const folder = freshFolder();
    await world.exportTo(folder, { summaries: false });
    expect((await verifyBundle(folder, '--key', world.fingerprint)).exitCode).toBe(0);
    const lines = change(linesIn(folder)).map((line) => JSON.stringify(line));
    await world.forge(folder, 'master.ndjson', `${lines.join('\n')}\n`);
    const answer = await verifyBundle(folder, '--key', world.fingerprint);
    expect(answer.exitCode).toBe(1);
    expect(answer.said).toMatch(/^DOES NOT FIT: access entry/);
    expect(answer.said).toMatch(said);
  });
});

describe('a sample in a bundle, even where whoever changed it could sign the bundle anew', () => {
  const scope = { kind: 'sample', size: 1, seed: 'seed' } as const;
  test.each([
    ['another seed is claimed', 'manifest.json', (text: string) => text.replace('"seed":"seed"', '"seed":"fool"'), /./],
    [
      'a chain is left out of those that were drawn from',
      'population.ndjson',
      (text: string) => text.slice(text.indexOf('\n') + 1),
      /^DOES NOT FIT: population.ndjson: is not every chain of the checkpoint/,
    ],
    [
      'the one that was drawn is left out',
      'master.ndjson',
      (text: string) =>
        text
          .split('\n')
          .filter((line) => /"kind":"(access|framework|program)"/.test(line))
          .join('\n'),
      /is drawn by the seed and not in the bundle/,
    ],
  ])('does not fit when %s', async (_, path, change, said) => {
    const world = await issuedAndSuspended();
    await world.checkpoint();
    const folder = freshFolder();
    await world.exportTo(folder, { scope, summaries: false });
    expect((await verifyBundle(folder, '--key', world.fingerprint)).exitCode).toBe(0);
    const before = readFileSync(join(folder, path), 'utf8');
    expect(change(before)).not.toBe(before);
    if (path === 'manifest.json') writeFileSync(join(folder, path), change(before));
    else await world.forge(folder, path, change(before));
    for (const file of filesIn(folder).filter((each) => path === 'master.ndjson' && each.startsWith('certificates/')))
      await world.forget(folder, file);
    const answer = await verifyBundle(folder, '--key', world.fingerprint);
    expect(answer.exitCode).toBe(1);
    expect(answer.said).toMatch(said);
  });
});

describe('sensitive requirements', () => {
  const sensitive: Framework = {
    ...smallFramework,
    skillSets: smallFramework.skillSets.map((set) => ({
      ...set,
      skills: set.skills.map((skill) => (skill.id === 'engage-1' ? { ...skill, sensitive: true as const } : skill)),
    })),
  };

  test('are redacted, and the chain can be followed all the same', async () => {
    const world = await issuedAndSuspended(sensitive);
    await world.checkpoint();
    const folder = freshFolder();
    const counts = await world.exportTo(folder);
    expect(counts.redacted).toBeGreaterThan(0);
    const { exitCode, said } = await verifyBundle(folder, '--key', world.fingerprint);
    expect([exitCode, said]).toEqual([0, expect.stringContaining(`${counts.redacted} redacted`)]);
    const about = linesIn(folder).filter((line) => line.kind !== 'framework');
    expect(JSON.stringify(about)).not.toContain('engage-1');
    for (const path of filesIn(folder).filter((file) => file.endsWith('.csv')))
      expect(readFileSync(join(folder, path), 'utf8')).not.toContain('engage-1');
  });

  test('are shown where that was chosen, and the choice is on record', async () => {
    const world = await issuedAndSuspended(sensitive);
    await world.checkpoint();
    const folder = freshFolder();
    expect((await world.exportTo(folder, { unredacted: true })).redacted).toBe(0);
    expect((await verifyBundle(folder, '--key', world.fingerprint)).exitCode).toBe(0);
    expect(readFileSync(join(folder, 'evidence.csv'), 'utf8')).toContain('engage-1');
    expect(world.access.entries.at(-1)).toMatchObject({ action: 'export-made', facts: { unredacted: true } });
  });
});
