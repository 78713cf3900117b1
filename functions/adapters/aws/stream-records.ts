import { maxItemBytes, parseEvidencePartition } from '../../domain/evidence.ts';
import { canonicalJson, documentHash, sha256 } from '../../domain/hash.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import type { Change } from '../../domain/messages.ts';
import { instantOf } from '../../domain/time.ts';
import { jsonAttributes } from './attribute-json.ts';

/** What one batch says of one enrollment, in the stream's order. */
export type ChangeGroup = { ref: EnrollmentRef; changes: Change[]; sequenceNumbers: string[] };
/** A change of an item whose partition names no enrollment: nobody can evaluate it. `sk` holds both of its keys. */
export type Stray = Omit<Change, 'image'>;

type Image = Parameters<typeof jsonAttributes>[0];
/** As in a Lambda event, or in the JSON that Lambda leaves of one. */
type StreamRecord = {
  eventName?: string;
  dynamodb?: {
    ApproximateCreationDateTime?: number | Date;
    SequenceNumber?: string;
    Keys?: Image;
    NewImage?: Image;
    OldImage?: Image;
  };
};

type Grouped = { groups: ChangeGroup[]; strays: Stray[] };

/** Sorts a batch as Lambda gives it, or as it leaves it in a failed batch, by enrollment. */
export function groupRecords(records: readonly unknown[]): Grouped {
  return groupChanges((records as readonly StreamRecord[]).map(readRecord));
}

/**
 * Sorts changes by enrollment. An item with a sound partition and an unsound sort key stays with its enrollment, where
 * it is set aside; one whose partition is unusable is a stray.
 */
export function groupChanges(changes: readonly { pk: string; change: Change }[]): Grouped {
  const groups = new Map<string, ChangeGroup>();
  const strays: Stray[] = [];
  for (const { pk, change: whole } of changes) {
    const change = whole.image ? { ...whole, image: bounded(whole.image) } : whole;
    const ref = parseEvidencePartition(pk);
    if (!ref) {
      const { image: _, ...stray } = change;
      strays.push({ ...stray, sk: strayKey(pk, change.sk) });
      continue;
    }
    const group = groups.get(pk) ?? { ref, changes: [], sequenceNumbers: [] };
    group.changes.push(change);
    group.sequenceNumbers.push(change.sequence);
    groups.set(pk, group);
  }
  return { groups: [...groups.values()], strays };
}

/** Both keys in one that fits where the table keeps what was set aside; long ones by their hash. */
function strayKey(pk: string, sk: string): string {
  const whole = `${pk}|${sk}`;
  return Buffer.byteLength(whole) <= 500 ? whole : `sha256:${sha256(whole)}`;
}

function readRecord({ eventName, dynamodb: seen }: StreamRecord): { pk: string; change: Change } {
  const time = Number(seen?.ApproximateCreationDateTime);
  const { pk, sk } = jsonAttributes(seen?.Keys ?? {});
  // The stream always gives these: without them this is not a stream record, and guessing would change what counts.
  if (typeof pk !== 'string' || typeof sk !== 'string' || !seen?.SequenceNumber || Number.isNaN(time)) {
    throw new Error('not a DynamoDB stream record: keys, sequence number or time are missing');
  }
  const at = instantOf(Math.round(seen.ApproximateCreationDateTime instanceof Date ? time : time * 1000));
  const before = seen.OldImage && withoutKeys(seen.OldImage);
  const after = seen.NewImage && withoutKeys(seen.NewImage);
  const change: Change = { sk, kind: kindOf(eventName, before, after), sequence: seen.SequenceNumber, at };
  return { pk, change: after ? { ...change, image: after } : change };
}

function withoutKeys(image: Image): Record<string, unknown> {
  const { pk: _, sk: __, ...attributes } = jsonAttributes(image);
  return attributes;
}

function kindOf(eventName: string | undefined, before: unknown, after: unknown): Change['kind'] {
  if (eventName === 'REMOVE') return 'deleted';
  if (eventName === 'INSERT') return 'put';
  return before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after)
    ? 'touched'
    : 'edited';
}

/** Changes travel in messages, of limited size. An image that no contract accepts for its size is told by its hash. */
function bounded(image: Record<string, unknown>): Record<string, unknown> {
  if (Buffer.byteLength(JSON.stringify(image)) <= maxItemBytes) return image;
  return { oversize: true, hash: documentHash(image) };
}
