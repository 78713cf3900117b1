import { evidencePartition, evidenceSortKey } from '../domain/evidence.ts';
import { type Answer, done, usageFailure } from './answer.ts';
import type { Context } from './command.ts';
import { refuseFlags, requireFlags } from './pieces.ts';

export type RawFlags = {
  item: string;
  program?: string;
  enrollment?: string;
  requirement?: string;
  evidence?: string;
  pk?: string;
  sk?: string;
};

const placeFlags = ['program', 'enrollment', 'requirement', 'evidence'];
/** DynamoDB takes 400 KB an item; its own count runs a little above the JSON's. */
const maxItemBytes = 380_000;

/** Puts one item, as a system would that knows only the table: nothing of it is checked here but what the table refuses. */
export async function putRaw(context: Context, flags: RawFlags): Promise<Answer> {
  const { pk, sk } = keysFrom(flags);
  const item = await context.readJson(flags.item, '--item');
  if (item === null || typeof item !== 'object' || Array.isArray(item)) {
    throw usageFailure('input.not-an-item', `--item ${flags.item}: is not a JSON object; give the item's attributes`);
  }
  const bytes = Buffer.byteLength(JSON.stringify(item));
  if (bytes > maxItemBytes) {
    throw usageFailure(
      'input.too-large',
      `--item ${flags.item}: ${bytes} bytes, more than the table takes; at most ${maxItemBytes}`,
    );
  }
  await context.connect().ports.store.putRaw(pk, sk, item as Record<string, unknown>);
  return done(
    { outcome: 'put', pk, sk },
    'Put. Evaluate looks at it as the stream shows it; `evidence refused` says if it does not count.',
  );
}

function keysFrom(flags: RawFlags): { pk: string; sk: string } {
  const { pk, sk } = givenKeys(flags);
  // What another system's role may write, and no more: an enrollment or a ledger put over would be lost.
  if (!/^[^#]+#EVIDENCE#/.test(pk)) {
    throw usageFailure(
      'input.key',
      '--pk: only partitions of evidence may be written, {program}#EVIDENCE#{enrollment}',
    );
  }
  if (sk === '' || Buffer.byteLength(sk) > 1024) throw usageFailure('input.key', '--sk: give 1 to 1024 bytes');
  return { pk, sk };
}

function givenKeys(flags: RawFlags): { pk: string; sk: string } {
  if (flags.pk === undefined && flags.sk === undefined) {
    requireFlags(flags, placeFlags, '--pk and --sk');
    const { program = '', enrollment = '', requirement = '', evidence = '' } = flags;
    return {
      pk: evidencePartition({ program, enrollment }),
      sk: evidenceSortKey({ requirement, evidence, part: 'evidence' }),
    };
  }
  refuseFlags(flags, placeFlags, '--pk and --sk');
  requireFlags(flags, ['pk', 'sk'], '--program, --enrollment, --requirement and --evidence');
  return { pk: flags.pk ?? '', sk: flags.sk ?? '' };
}
