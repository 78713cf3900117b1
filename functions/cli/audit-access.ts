import { refused } from '../acts/refusal.ts';
import { examineAccess } from '../checkpoint/examine-access.ts';
import type { AccessEntry } from '../domain/access.ts';
import { civilDateSchema } from '../domain/time.ts';
import { type Answer, refusal } from './answer.ts';
import type { SpanFlags } from './audit.ts';
import { unknownProgram } from './audit-checkpoint.ts';
import { type ActorFlags, actorFrom, type Context } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { localMoment } from './moments.ts';
import { type Cell, counted, table } from './page.ts';

/** `audit access`: who read what, from day to day, after entering this very look. */
export async function showAccess(context: Context, flags: ActorFlags & SpanFlags, program: string): Promise<Answer> {
  const invalid = wrongSpan(flags);
  if (invalid) return refusal(invalid);
  const actor = actorFrom(flags, 'auditor', context.world);
  const { ports, access, checkpoints } = context.connect();
  const stored = await ports.store.readProgram(program);
  if (!stored) return unknownProgram(program);
  const { from = '0000-01-01', to = '9999-12-31' } = flags;
  await access.append(program, { actor, action: 'access-read', subject: program, facts: { ...given(flags) } });
  const { entries, broken } = await examineAccess({ access, checkpoints }, program, from, to);
  const rows = [...entries]
    .sort((a, b) => (a.at < b.at ? -1 : 1))
    .map((entry) => accessRow(entry, stored.program.timeZone));
  const list = rows.length === 0 ? 'Nobody read anything in that time.' : table(context.page, rows, 0);
  const errors = broken.map(
    ({ chain, seq }) => `${chain}: somebody changed it or cut it off at entry ${seq}; the security contact is to know`,
  );
  return {
    exitCode: broken.length > 0 ? exitCodes.refused : exitCodes.done,
    json: { program, entries, broken },
    text: `${list}\n${counted(rows.length, 'read')}${broken.length === 0 ? '; the list is whole.' : '.'}`,
    errors,
  };
}

/** What is wrong with two days, if anything. */
export function wrongSpan({ from, to }: SpanFlags) {
  for (const [flag, day] of Object.entries({ '--from': from, '--to': to }))
    if (day !== undefined && !civilDateSchema.safeParse(day).success)
      return refused('span.invalid', `${flag}: "${day}" is no date; give one such as 2026-03-31`);
  if (from !== undefined && to !== undefined && from > to)
    return refused('span.invalid', `--to: ${to} lies before --from, ${from}; give a later day`);
  return undefined;
}

const given = ({ from, to }: SpanFlags) => ({ ...(from !== undefined && { from }), ...(to !== undefined && { to }) });

const words: Record<AccessEntry['action'], string> = {
  'record-read': 'read a record',
  'records-listed': 'listed records',
  'export-requested': 'asked for a bundle',
  'export-made': 'made a bundle',
  'export-fetched': 'fetched a bundle',
  'export-refused': 'was refused a bundle',
  'access-read': 'looked at this list',
};

function accessRow({ at, actor, action, subject, facts }: AccessEntry, timeZone: string): Cell[] {
  const { what, ...rest } = facts;
  // What is false was not asked for.
  const told = Object.entries(rest).flatMap(([name, value]) =>
    value === false ? [] : value === true ? [name] : [`${name} ${value}`],
  );
  return [
    { text: localMoment(at, timeZone), style: 'dim' },
    { text: `${actor.id} (${actor.role})` },
    { text: words[action], ...(action === 'export-refused' && { style: 'yellow' as const }) },
    { text: subject },
    { text: [...(what === undefined ? [] : [String(what)]), ...told].join(', '), style: 'dim' },
  ];
}
