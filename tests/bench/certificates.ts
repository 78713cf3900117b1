import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type Corner, enter } from './certificates/contest.ts';
import { firstCertificates } from './certificates/first.ts';
import { type Group, median, type Row, row } from './row.ts';

type Effort = { rounds: number; roundMilliseconds: number; warmUpMilliseconds: number };
const thorough: Effort = { rounds: 9, roundMilliseconds: 150, warmUpMilliseconds: 1_200 };
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
export const certificates: Group = async (tell) => {
  const names = ['unsigned', 'naive', 'signed', 'floor', 'page'].map((each) => `ours:${each}`);
  const all = [...names, ...peers.map((each) => `peer:${each}`)];
  const cpu = await contest(all, thorough, tell);
  const of = (name: string) => cpu.times.get(name) ?? Number.NaN;
  const present = peers.filter((each) => !cpu.absent.has(`peer:${each}`));
  const fastest = Math.min(...present.map((each) => of(`peer:${each}`)));
  // Without the npm peers the ratio would say how we compare with whoever happens to be here.
  const isContest = peers.every((each) => fromElsewhere.has(each) || present.includes(each));
  const bytes = cpu.sizes.get('ours:unsigned') ?? Number.NaN;
  const rows: Row[] = [
    row('certificate.unsigned.cpu-ms', of('ours:unsigned'), 'ms', { atMost: 0.2 }),
    row('certificate.naive.cpu-ms', of('ours:naive'), 'ms'),
    row('certificate.naive.ratio', of('ours:naive') / of('ours:unsigned'), 'x', { atLeast: 300 }),
    row('certificate.signed.cpu-ms', of('ours:signed'), 'ms', { atMost: 0.35 }),
    row('certificate.floor.cpu-ms', of('ours:floor'), 'ms'),
    row('certificate.signed.floor-ratio', of('ours:signed') / of('ours:floor'), 'x', { atMost: 4 }),
    row('certificate.bytes', bytes, 'bytes', { atMost: 45_000 }),
    row('page.ours.cpu-ms', of('ours:page'), 'ms, a skill set’s, whole'),
    ...present.map((each) => row(`page.${each}.cpu-ms`, of(`peer:${each}`), 'ms')),
    ...(isContest ? [row('page.fastest-peer.ratio', fastest / of('ours:page'), 'x', { atLeast: 20 })] : []),
  ];
  if (!isContest) tell('page.fastest-peer.ratio needs the peers of tests/peers: no row without them');
  for (const [name, why] of cpu.absent) tell(`${name} does not take part: ${why}`);
  rows.push(...(await byScript(tell)));
  tell('the first certificate of a process');
  const first = await firstCertificates(5);
  rows.push(row('certificate.cold.cpu-ms', first.ours, 'ms', { atMost: 150 }));
  rows.push(row('certificate.cold.naive.cpu-ms', first.naive, 'ms'));
  tell('a hundred thousand certificates');
  rows.push(...memory());
  return rows;
};

type Contest = { times: Map<string, number>; sizes: Map<string, number>; absent: Map<string, string> };

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
    return { times: new Map([...times].map(([name, values]) => [name, median(values)])), sizes, absent };
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

function memory(): Row[] {
  const script = join(import.meta.dirname, 'certificates/memory.ts');
  const lines = execFileSync(process.execPath, [script], { encoding: 'utf8' }).trim().split('\n');
  const sizes = lines.map((line) => JSON.parse(line) as { made: number; megabytes: number });
  const [, middle, last] = sizes;
  return [
    ...sizes.map(({ made, megabytes }) => row(`certificate.rss.${made / 1000}k`, megabytes, 'MB')),
    row('certificate.rss.growth', (last?.megabytes ?? 0) / (middle?.megabytes ?? 1), 'x from 10k to 100k', {
      atMost: 1.1,
    }),
  ];
}
