import { parseArgs, stripVTControlCharacters, styleText } from 'node:util';
import { watchStandardOutput } from '../../functions/cli/standard-output.ts';
import { api } from './api.ts';
import { audit } from './audit.ts';
import { certificates } from './certificates.ts';
import { cold } from './cold.ts';
import { decide } from './decide.ts';
import { pipeline } from './pipeline.ts';
import type { Group, Row, Size } from './row.ts';
import { units } from './units.ts';

const groups: Record<string, Group> = { decide, units, cold, certificates, pipeline, audit, api };

const usage = `npm run bench [-- GROUP …] [--json] [--entries N] [--enrollments N] [--million]

  groups           ${Object.keys(groups).join(', ')}; all of them if none is named
  --json           one JSON array as the last line
  --entries N      how large the record of \`audit\` is, 1000 or more
  --enrollments N  how many the largest table of \`api\` holds, 1000 or more
  --million        \`certificates\` makes a million for its memory, not two hundred thousand`;

function readOptions(args: readonly string[]) {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      json: { type: 'boolean', default: false },
      entries: { type: 'string' },
      enrollments: { type: 'string' },
      million: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const unknown = positionals.filter((name) => !groups[name]);
  if (unknown.length > 0) throw new Error(`there is no ${unknown.join(', ')}`);
  const size: Size = { million: values.million };
  for (const name of ['entries', 'enrollments'] as const) {
    const given = values[name];
    if (given === undefined) continue;
    size[name] = Number(given);
    if (!(Number.isSafeInteger(size[name]) && size[name] >= 1000))
      throw new Error(`--${name} takes a whole number of 1000 or more`);
  }
  return { json: values.json, help: values.help, size, wanted: positionals };
}

/** Measures, and prints a table or one JSON array as the last line. 1: a target was missed; 2: a wrong question. */
async function main(args: readonly string[]): Promise<number> {
  watchStandardOutput(1);
  let options: ReturnType<typeof readOptions>;
  try {
    options = readOptions(args);
  } catch (error) {
    process.stderr.write(`bench: ${(error as Error).message.split('\n')[0]}\n${usage}\n`);
    return 2;
  }
  const { json, size, wanted } = options;
  if (options.help) {
    process.stdout.write(`${usage}\n`);
    return 0;
  }
  const rows: Row[] = [];
  for (const [name, group] of Object.entries(groups).filter(([name]) => wanted.length === 0 || wanted.includes(name))) {
    rows.push(...(await group((text) => tell(`${name}: ${text}`), size)));
  }
  clear();
  process.stdout.write(json ? `${JSON.stringify(rows)}\n` : table(rows));
  return rows.every((r) => r.met !== false) ? 0 : 1;
}

/** Progress goes to the error stream: one line that is written over, or lines where nobody watches. */
function tell(text: string): void {
  process.stderr.write(process.stderr.isTTY ? `\r\x1b[K${text}` : `${text}\n`);
}

function clear(): void {
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
}

function table(rows: readonly Row[]): string {
  const cells = rows.map((r) => [
    r.name,
    r.value.toLocaleString('en', { maximumSignificantDigits: 4 }),
    r.unit,
    r.target ?? '',
    mark(r),
  ]);
  const all = [['measured', 'value', 'unit', 'target', ''], ...cells];
  const widths =
    all[0]?.map((_, column) => Math.max(...all.map((line) => stripVTControlCharacters(line[column] ?? '').length))) ??
    [];
  const line = (columns: readonly string[]) =>
    columns
      .map((text, i) => (i === 1 ? text.padStart(widths[i] ?? 0) : text.padEnd(widths[i] ?? 0)))
      .join('  ')
      .trimEnd();
  return `${all.map(line).join('\n')}\n`;
}

function mark({ met }: Row): string {
  if (met === null) return '';
  return met ? styleText('green', 'met') : styleText('red', 'missed');
}

process.exitCode = await main(process.argv.slice(2));
