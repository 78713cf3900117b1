import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Outcome } from './audit/contender.ts';
import { writeRecords } from './audit/stored-records.ts';
import { type Group, row } from './row.ts';

const defaultEntries = 100_000;
const contender = join(import.meta.dirname, 'audit/contender.ts');

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
    tell(`${entries} entries as plain lines`);
    const plain = run('plain', whole);
    tell(`a bundle of ${entries} entries`);
    const bundle = run('bundle', whole);
    tell(`a bundle of ${entries} entries without summaries`);
    const records = run('records', whole);
    const { zipBytes = 0 } = bundle;
    return [
      row('audit.entries', entries, 'entries'),
      row('audit.plain.cpu-s', plain.cpuMs / 1e3, 's'),
      row('audit.bundle.cpu-s', bundle.cpuMs / 1e3, 's, zip and all'),
      row('audit.bundle.cpu-ratio', bundle.cpuMs / plain.cpuMs, 'x CPU'),
      row('audit.bundle.ratio', bundle.wallMs / plain.wallMs, 'x on the clock', { atMost: 3 }),
      row('audit.records.cpu-ratio', records.cpuMs / plain.cpuMs, 'x CPU, without summaries'),
      row('audit.records.ratio', records.wallMs / plain.wallMs, 'x on the clock, without summaries'),
      row('audit.bundle.wall-s', bundle.wallMs / 1e3, 's'),
      row('audit.plain.mb', plain.bytes / 1e6, 'MB'),
      row('audit.bundle.mb', bundle.bytes / 1e6, 'MB, unpacked'),
      row('audit.bundle.zip-mb', zipBytes / 1e6, 'MB'),
      row('audit.bundle.peak-mb.fiftieth', smallMb, `MB resident, ${fiftieth} entries`),
      row('audit.bundle.peak-mb.fifth', middleMb, `MB resident, ${fifth} entries`),
      row('audit.bundle.peak-mb', bundle.peakMb, 'MB resident'),
      // Below some hundred thousand entries the heaps are still on their way to the size at which they stay.
      row('audit.bundle.peak-growth', bundle.peakMb / middleMb, 'x, for five times the entries', {
        atMost: fifth >= 200_000 ? 1.15 : 1.5,
      }),
      row('audit.records.peak-mb', records.peakMb, 'MB resident, without summaries'),
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

function run(kind: 'plain' | 'bundle' | 'records', records: string): Outcome {
  const args = [contender, kind, records, join(records, kind)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as Outcome;
}
