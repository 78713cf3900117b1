import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './audit/contender.ts';
import { writeRecords } from './audit/stored-records.ts';
import { type Group, median, row } from './row.ts';

const defaultEntries = 100_000;
/** Up to so many are made three times, by turns; more take long enough to even out the machine's slow spells. */
const fewEntries = 200_000;
const contender = join(import.meta.dirname, 'audit/contender.ts');

type Kind = 'plain' | 'bundle' | 'records';
type Outcomes = Record<Kind, Outcome>;

/**
 * An audit bundle of so many ledger entries, zipped, beside the same entries read from the same store and written as
 * plain JSON lines. Each in a process of its own; memory is compared with bundles of a fiftieth and a fifth of the size
 * (of a million entries: 20,000 and 200,000).
 */
export const audit: Group = async (tell, { entries = defaultEntries }) => {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-bench-audit-'));
  try {
    const [fiftieth, fifth] = [Math.ceil(entries / 50), Math.ceil(entries / 5)];
    const peakOf = (name: string, of: number) => {
      const records = prepare(join(folder, name), of, tell);
      tell(`a bundle of ${of} entries`);
      return run('bundle', records).peakMb;
    };
    const smallMb = peakOf('fiftieth', fiftieth);
    const middleMb = peakOf('fifth', fifth);
    const whole = prepare(join(folder, 'whole'), entries, tell);
    const outcomes: Outcomes[] = [];
    const rounds = entries > fewEntries ? 1 : 3;
    for (let round = 1; round <= rounds; round++) {
      tell(`${entries} entries as plain lines, as a bundle and without summaries: round ${round} of ${rounds}`);
      outcomes.push({ plain: run('plain', whole), bundle: run('bundle', whole), records: run('records', whole) });
    }
    /** The median of the rounds: of one contender, or of one over the plain lines next to it. */
    const of = (kind: Kind, what: 'cpuMs' | 'wallMs' | 'peakMb') => median(outcomes.map((each) => each[kind][what]));
    const ratio = (kind: Kind, what: 'cpuMs' | 'wallMs') =>
      median(outcomes.map((each) => each[kind][what] / each.plain[what]));
    const [{ plain, bundle }] = outcomes as [Outcomes];
    const peakMb = of('bundle', 'peakMb');
    return [
      row('audit.entries', entries, 'entries'),
      row('audit.plain.cpu-s', of('plain', 'cpuMs') / 1e3, 's'),
      row('audit.bundle.cpu-s', of('bundle', 'cpuMs') / 1e3, 's, zip and all'),
      row('audit.bundle.cpu-ratio', ratio('bundle', 'cpuMs'), 'x CPU'),
      row('audit.bundle.ratio', ratio('bundle', 'wallMs'), 'x on the clock', { atMost: 3 }),
      row('audit.records.cpu-ratio', ratio('records', 'cpuMs'), 'x CPU, without summaries'),
      row('audit.records.ratio', ratio('records', 'wallMs'), 'x on the clock, without summaries'),
      row('audit.bundle.wall-s', of('bundle', 'wallMs') / 1e3, 's'),
      row('audit.plain.mb', plain.bytes / 1e6, 'MB'),
      row('audit.bundle.mb', bundle.bytes / 1e6, 'MB, unpacked'),
      row('audit.bundle.zip-mb', (bundle.zipBytes ?? 0) / 1e6, 'MB'),
      row('audit.bundle.peak-mb.fiftieth', smallMb, `MB resident, ${fiftieth} entries`),
      row('audit.bundle.peak-mb.fifth', middleMb, `MB resident, ${fifth} entries`),
      row('audit.bundle.peak-mb', peakMb, 'MB resident'),
      // Below some hundred thousand entries the heaps are still on their way to the size at which they stay.
      row('audit.bundle.peak-growth', peakMb / middleMb, 'x, for five times the entries', {
        atMost: fifth >= 200_000 ? 1.15 : 1.5,
      }),
      row('audit.records.peak-mb', of('records', 'peakMb'), 'MB resident, without summaries'),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

function prepare(folder: string, entries: number, tell: (text: string) => void): string {
  tell(`storing ${entries} entries`);
  writeFileSync(join(folder, 'heads.json'), JSON.stringify(writeRecords(folder, entries)));
  return folder;
}

function run(kind: Kind, records: string): Outcome {
  const target = join(records, kind);
  try {
    return JSON.parse(
      execFileSync(process.execPath, [contender, kind, records, target], { encoding: 'utf8' }),
    ) as Outcome;
  } finally {
    for (const ending of ['ndjson', 'zip']) rmSync(`${target}.${ending}`, { force: true });
  }
}
