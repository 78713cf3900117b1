import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Corner, enter } from './certificates/contest.ts';
import { firstCertificates } from './certificates/first.ts';
import { type Group, median, type Row, row } from './row.ts';

type Effort = { rounds: number; roundMilliseconds: number; warmUpMilliseconds: number };
/** Warm is when the compiler has settled: for ours, after some ten thousand documents. */
const thorough: Effort = { rounds: 15, roundMilliseconds: 120, warmUpMilliseconds: 3_000 };
const light: Effort = { rounds: 5, roundMilliseconds: 60, warmUpMilliseconds: 400 };

/** By their files in `tests/peers/`. */
const peers = [
  'typst',
  'pdfkit',
  'reportlab',
  'react-pdf',
  'jspdf',
  'cantoo-pdf-lib',
  'pdfmake',
  'pdf-lib',
  'chromium',
];
/** Peers that npm does not install: they take part where the machine has them. */
const fromElsewhere: ReadonlySet<string> = new Set(['reportlab', 'chromium']);
const scripts = ['greek', 'cyrillic', 'arabic', 'hebrew', 'devanagari', 'thai', 'chinese', 'japanese', 'korean'];

/**
 * The whole certificate of a real program, with its transcript and the record attached, each for another apprentice,
 * beside the naive way, the floor of signing, and other makers of PDF. CPU of each contender's own process, warm.
 */
export const certificates: Group = async (tell, { million = false }) => {
  const names = ['unsigned', 'naive', 'signed', 'floor', 'skillset', 'page'].map((each) => `ours:${each}`);
  const all = [...names, ...peers.map((each) => `peer:${each}`)];
  const cpu = await contest(all, thorough, tell);
  const of = (name: string) => cpu.times.get(name) ?? Number.NaN;
  const present = peers.filter((each) => !cpu.absent.has(`peer:${each}`));
  const [fastest = ''] = present.toSorted((a, b) => of(`peer:${a}`) - of(`peer:${b}`));
  const ratio = (name: string, other: string) => cpu.ratio(name, other);
  // Without the npm peers the ratio would say how we compare with whoever happens to be here.
  const isContest = peers.every((each) => fromElsewhere.has(each) || present.includes(each));
  const bytes = cpu.sizes.get('ours:unsigned') ?? Number.NaN;
  const rows: Row[] = [
    row('certificate.unsigned.cpu-ms', of('ours:unsigned'), 'ms', { atMost: 0.2 }),
    row('certificate.naive.cpu-ms', of('ours:naive'), 'ms'),
    row('certificate.naive.ratio', ratio('ours:naive', 'ours:unsigned'), 'x', { atLeast: 300 }),
    row('certificate.signed.cpu-ms', of('ours:signed'), 'ms', { atMost: 0.35 }),
    row('certificate.floor.cpu-ms', of('ours:floor'), 'ms'),
    row('certificate.signed.floor-ratio', ratio('ours:signed', 'ours:floor'), 'x', { atMost: 4 }),
    row('certificate.bytes', bytes, 'bytes', { atMost: 45_000 }),
    row('certificate.skill-set.cpu-ms', of('ours:skillset'), 'ms, whole, without a transcript'),
    row('page.ours.cpu-ms', of('ours:page'), 'ms, the peers’ page of our layers'),
    ...present.map((each) => row(`page.${each}.cpu-ms`, of(`peer:${each}`), 'ms')),
    ...(isContest ? [row('page.fastest-peer.ratio', ratio(`peer:${fastest}`, 'ours:page'), 'x', { atLeast: 20 })] : []),
  ];
  if (!isContest) tell('page.fastest-peer.ratio needs the peers of tests/peers: no row without them');
  for (const [name, why] of cpu.absent) tell(`${name} does not take part: ${why}`);
  rows.push(...(await byScript(tell)));
  tell('the first certificate of a process');
  const first = await firstCertificates(5);
  rows.push(row('certificate.cold.cpu-ms', first.ours, 'ms', { atMost: 150 }));
  rows.push(row('certificate.cold.naive.cpu-ms', first.naive, 'ms'));
  const last = million ? 1_000_000 : 200_000;
  tell(`${last.toLocaleString('en')} certificates`);
  rows.push(...memory(last));
  return rows;
};

type Contest = {
  times: Map<string, number>;
  /** The median of one's rounds, each over the other's next to it, which had the same machine. */
  ratio(name: string, other: string): number;
  sizes: Map<string, number>;
  absent: Map<string, string>;
};

async function contest(names: readonly string[], effort: Effort, tell: (text: string) => void): Promise<Contest> {
  const corners: Corner[] = [];
  const absent = new Map<string, string>();
  const sizes = new Map<string, number>();
  try {
    for (const name of names) {
      tell(`warming ${name}`);
      const corner = await enter(name);
      corners.push(corner);
      if (corner.absent === undefined) {
        sizes.set(name, (await corner.sample(1)).length);
        await corner.round(effort.warmUpMilliseconds);
      } else absent.set(name, corner.absent);
    }
    const present = corners.filter((corner) => corner.absent === undefined);
    const times = new Map(present.map(({ name }) => [name, [] as number[]]));
    // Rounds go around the contenders, so that a slow spell of the machine touches all of them.
    for (let round = 0; round < effort.rounds; round++) {
      tell(`round ${round + 1} of ${effort.rounds}`);
      for (const corner of present) times.get(corner.name)?.push(await corner.round(effort.roundMilliseconds));
    }
    return {
      times: new Map([...times].map(([name, values]) => [name, median(values)])),
      ratio(name, other) {
        const below = times.get(other) ?? [];
        return median((times.get(name) ?? []).map((time, round) => time / (below[round] ?? Number.NaN)));
      },
      sizes,
      absent,
    };
  } finally {
    for (const corner of corners) corner.stop();
  }
}

/** The same certificate for names that each need another font, or none of the ordinary letters. */
async function byScript(tell: (text: string) => void): Promise<Row[]> {
  const { times } = await contest(
    scripts.map((script) => `ours:unsigned-${script}`),
    light,
    tell,
  );
  return [...times].map(([name, time]) => row(`certificate.${name.split('-')[1]}.cpu-ms`, time, 'ms'));
}

const settledAt = 100_000;

type Mark = { made: number; rss: number; live: number };

/**
 * How large the process is that makes them, and what of it is alive after its garbage is collected. What it keeps (the
 * words of some years of dates) and what the allocator holds ready settle within the first hundred thousand: growth is
 * judged from there.
 */
function memory(last: number): Row[] {
  const script = join(import.meta.dirname, 'certificates/memory.ts');
  const lines = execFileSync(process.execPath, ['--expose-gc', script, String(last)], { encoding: 'utf8' });
  const marks = lines
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Mark);
  const settled = marks.find(({ made }) => made === settledAt);
  const end = marks.at(-1);
  const growth = (of: 'rss' | 'live') => (end?.[of] ?? Number.NaN) / (settled?.[of] ?? Number.NaN);
  const span = `x from ${settledAt / 1000}k to ${last / 1000}k`;
  return [
    ...marks.map(({ made, rss }) => row(`certificate.rss.${made / 1000}k`, rss, 'MB')),
    ...marks.map(({ made, live }) => row(`certificate.live.${made / 1000}k`, live, 'MB')),
    row('certificate.rss.growth', growth('rss'), span, { atMost: 1.1 }),
    row('certificate.live.growth', growth('live'), span, { atMost: 1.1 }),
  ];
}
