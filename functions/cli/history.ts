import type { Status } from '../acts/status.ts';
import type { AuditEntry } from '../domain/audit.ts';
import type { Mask } from '../domain/masking.ts';
import { localMoment, localMoments } from './moments.ts';
import { counted, heading, type Page, table } from './page.ts';
import { textWidth } from './text-width.ts';

const factsIndent = '        ';

/**
 * The ledger, oldest first: its place, when, what happened, the first of its hash, and to what; then who did it and the
 * facts. The last line says whether every link fits.
 */
export function historyText(page: Page, status: Status, mask: Mask): string {
  const { enrollment, program, ledger } = status;
  const rows = ledger.map((entry) => [
    { text: String(entry.seq), align: 'right' as const },
    { text: localMoment(entry.at, program.timeZone) },
    { text: entry.action },
    { text: entry.hash.slice(0, 8), style: 'dim' as const },
    { text: mask.ids(entry.subject) },
  ]);
  const lines = table(page, rows).split('\n');
  const body = ledger.flatMap((entry, i) => [lines[i] ?? '', ...factsLines(page, entry, mask, program.timeZone)]);
  const title = `Ledger of ${enrollment.enrollment} in ${program.id} (${counted(ledger.length, 'entry', 'entries')})`;
  return [heading(page, title), ...body, '', verdict(page, status)].join('\n');
}

/** Who did it and the facts, on as many lines as they take. */
function factsLines(page: Page, entry: AuditEntry, mask: Mask, timeZone: string): string[] {
  const facts = Object.entries(entry.facts)
    .map(([key, value]) => `${mask.ids(key)}=${factValue(value, mask, timeZone)}`)
    .sort();
  const lines: string[] = [];
  for (const part of [`by ${entry.actor.id} (${entry.actor.role})`, ...facts]) {
    const last = lines.at(-1);
    const joined = `${last}  ${part}`;
    if (last !== undefined && textWidth(joined) + factsIndent.length <= page.columns) lines[lines.length - 1] = joined;
    else lines.push(part);
  }
  return lines.map((line) => page.paint('dim', factsIndent + line));
}

function factValue(value: string | number | boolean, mask: Mask, timeZone: string): string {
  const text = localMoments(mask.ids(String(value)), timeZone);
  return /^[0-9a-f]{64}$/.test(text) ? text.slice(0, 8) : text;
}

function verdict(page: Page, { ledger, chainFault }: Status): string {
  if (!chainFault)
    return page.paint('green', `The chain is unbroken: ${counted(ledger.length, 'link')}, up to the head.`);
  const faults: Record<typeof chainFault.fault, string> = {
    gap: 'an entry is missing',
    order: 'its time runs backwards',
    hash: 'its content was changed',
    link: 'it does not follow the one before',
    head: 'the newest entries are missing or the head was changed',
  };
  return page.paint(
    'red',
    `The chain is BROKEN at ${chainFault.seq}: ${faults[chainFault.fault]}. Somebody changed the ledger.`,
  );
}
