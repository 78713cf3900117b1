// Runs the demo as the README has it and says whether it keeps what the README promises: first words within 3 s, all of
// it within 60 s, less than 700 MB of memory over all of its processes, and the result as `check-demo.mjs` reads it.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const limits = { firstWordsSeconds: 3, seconds: 60, memoryMb: 700 };
const sampleEveryMs = 100;

const folder = mkdtempSync(join(tmpdir(), 'journeypaper-demo-'));
const begun = performance.now();
const secondsSince = () => (performance.now() - begun) / 1000;
const demo = spawn('npm', ['run', '--silent', 'demo', '--', '--json'], { stdio: ['ignore', 'pipe', 'pipe'] });
const said = { out: '', err: '' };
let firstWordsSeconds;
for (const [name, stream] of Object.entries({ out: demo.stdout, err: demo.stderr })) {
  stream.setEncoding('utf8').on('data', (text) => {
    firstWordsSeconds ??= secondsSince();
    said[name] += text;
  });
}
let memoryMb = 0;
let processes = 0;
const sampling = setInterval(() => {
  const sizes = residentMbUnder(demo.pid);
  processes = Math.max(processes, sizes.length);
  memoryMb = Math.max(
    memoryMb,
    sizes.reduce((sum, size) => sum + size, 0),
  );
}, sampleEveryMs);

demo.on('close', (code) => {
  clearInterval(sampling);
  const seconds = secondsSince();
  const faults = [];
  const expect = (what, holds) => {
    if (!holds) faults.push(what);
  };
  const words = firstWordsSeconds?.toFixed(2) ?? 'none';
  expect(`it ends well (${code})`, code === 0);
  expect(`first words within ${limits.firstWordsSeconds} s (${words})`, firstWordsSeconds <= limits.firstWordsSeconds);
  expect(`at most ${limits.seconds} s (${seconds.toFixed(1)})`, seconds <= limits.seconds);
  expect(`a stack of processes was seen (${processes})`, processes >= 5);
  expect(`less than ${limits.memoryMb} MB (${memoryMb.toFixed(0)})`, memoryMb < limits.memoryMb);
  for (const fault of faults) process.stderr.write(`demo: not so: ${fault}\n`);
  process.stdout.write(`demo: first words ${words} s, all ${seconds.toFixed(1)} s, ${memoryMb.toFixed(0)} MB\n`);
  if (code !== 0) process.stderr.write(said.err);
  const result = join(folder, 'demo.out');
  writeFileSync(result, said.out);
  const check = spawnSync(process.execPath, [join(import.meta.dirname, 'check-demo.mjs'), result], {
    stdio: 'inherit',
  });
  rmSync(folder, { recursive: true, force: true });
  process.exitCode = faults.length === 0 && check.status === 0 ? 0 : 1;
});

/** Resident megabytes of every process under one. Not of that one: npm's own memory is not the demo's. */
function residentMbUnder(root) {
  const statuses = readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? readStatus(name) : []));
  const tree = new Set([root]);
  // A child may stand before its parent: look again until none is added.
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const { pid, parent } of statuses) if (tree.has(parent)) tree.add(pid);
  }
  return statuses.flatMap(({ pid, mb }) => (pid !== root && tree.has(pid) ? [mb] : []));
}

function readStatus(pid) {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const field = (name) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1] ?? 0);
    return [{ pid: Number(pid), parent: field('PPid'), mb: field('VmRSS') / 1024 }];
  } catch {
    // It ended while we looked.
    return [];
  }
}
