import { stripVTControlCharacters, styleText } from 'node:util';
import { api } from './api.ts';
import { audit } from './audit.ts';
import { certificates } from './certificates.ts';
import { cold } from './cold.ts';
import { decide } from './decide.ts';
import { pipeline } from './pipeline.ts';
import type { Group, Row, Size } from './row.ts';
import { units } from './units.ts';

const groups: Record<string, Group> = { decide, units, cold, certificates, pipeline, audit, api };

/** Options that say how much, each with the least that makes sense. */
const sizeOptions = { entries: 1000, enrollments: 1000 } as const;

/** `npm run bench [-- GROUP …] [--json] [--entries N] [--enrollments N]`: measures, and prints a table or one JSON array as the last line. */
async function main(args: readonly string[]): Promise<number> {
  const json = args.includes('--json');
  const size: Size = {};
  let names = args;
  for (const [option, least] of Object.entries(sizeOptions)) {
    const at = names.indexOf(`--${option}`);
    if (at < 0) continue;
    const given = Number(names[at + 1]);
    if (!(Number.isSafeInteger(given) && given >= least)) {
      process.stderr.write(`bench: --${option} takes a whole number of ${least} or more\n`);
      return 2;
    }
    size[option as keyof typeof sizeOptions] = given;
    names = names.toSpliced(at, 2);
  }
  const wanted = names.filter((arg) => !arg.startsWith('-'));
  const unknown = [
    ...wanted.filter((name) => !groups[name]),
    ...names.filter((arg) => arg.startsWith('-') && arg !== '--json'),
  ];
  if (unknown.length > 0) {
    process.stderr.write(
      `bench: there is no ${unknown.join(', ')}; the groups are ${Object.keys(groups).join(', ')}, the options --json, --entries and --enrollments\n`,
    );
    return 2;
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
