import {
  awaitingSince,
  type Enrollment,
  type EnrollmentPatch,
  enrollmentSchema,
  patched,
  pendingDueAt,
} from '../../domain/enrollment.ts';
import { certificateTroubleSince, lapseShownOn } from '../../domain/needs.ts';
import type { Interval, RequirementProgress } from '../../domain/progress.ts';
import { epochOf, type Instant, instantOf } from '../../domain/time.ts';
import {
  apprenticePartition,
  awaitingPartition,
  duePartition,
  enrollmentKey,
  lapsePartition,
  listPartition,
  own,
  troublePartition,
} from './record-keys.ts';

/**
 * One requirement's progress as the table keeps it: a few characters, since an item is paid for by the kilobyte and
 * written at every change. `A` awaiting · `N{instant}` not met · `U{e|d}` unsettled · `M{instant}.{basis}` met, with
 * `;h{sum}@{instant}` for hours and `;i{from}/{to}@{instant},…` for a certificate's intervals. Behind any of them
 * `~{instant}`: since when evidence of it waits for an assessment. Instants in base 36.
 */
export function encodeProgress(progress: RequirementProgress): string {
  switch (progress.status) {
    case 'awaiting':
      return 'A';
    case 'not-met':
      return `N${shortInstant(progress.at)}`;
    case 'unsettled':
      return progress.why === 'edited' ? 'Ue' : 'Ud';
    case 'met': {
      const hours = progress.hours ? `;h${progress.hours.sum}@${shortInstant(progress.hours.at)}` : '';
      const intervals = progress.intervals ? `;i${progress.intervals.map(encodeInterval).join(',')}` : '';
      return `M${shortInstant(progress.since)}.${progress.basis}${hours}${intervals}`;
    }
  }
}

export function decodeProgress(text: string): RequirementProgress {
  const rest = text.slice(1);
  switch (text[0]) {
    case 'A':
      return { status: 'awaiting' };
    case 'N':
      return { status: 'not-met', at: longInstant(rest) };
    case 'U':
      return { status: 'unsettled', why: rest === 'e' ? 'edited' : 'deleted' };
    case 'M':
      return decodeMet(rest);
    default:
      throw new Error('a progress code that this version does not know');
  }
}

function decodeMet(text: string): RequirementProgress {
  const [head = '', ...extras] = text.split(';');
  const [since = '', basis = ''] = head.split('.');
  const progress: RequirementProgress = { status: 'met', since: longInstant(since), basis };
  for (const extra of extras) {
    const rest = extra.slice(1);
    if (extra[0] === 'i') progress.intervals = rest.split(',').map(decodeInterval);
    else {
      const [sum, at = ''] = rest.split('@');
      progress.hours = { sum: Number(sum), at: longInstant(at) };
    }
  }
  return progress;
}

function encodeInterval({ from, to, at }: Interval): string {
  return `${from}/${to ?? ''}@${shortInstant(at)}`;
}

function decodeInterval(text: string): Interval {
  const [dates = '', at = ''] = text.split('@');
  const [from = '', to = ''] = dates.split('/');
  return { from, at: longInstant(at), ...(to !== '' && { to }) };
}

const encodeStanding = (progress: RequirementProgress, awaiting: Instant | undefined) =>
  encodeProgress(progress) + (awaiting === undefined ? '' : `~${shortInstant(awaiting)}`);

const shortInstant = (instant: string) => epochOf(instant).toString(36);
const longInstant = (text: string) => instantOf(Number.parseInt(text, 36));

/** The enrollment's whole item, with the attributes of the indexes that it appears in. */
export function enrollmentItem(enrollment: Enrollment): Record<string, unknown> {
  const { awaiting, ...rest } = enrollment;
  const standing = Object.entries(enrollment.progress).map(([id, p]) => [id, encodeStanding(p, awaiting?.[id])]);
  const progress = Object.fromEntries(standing);
  return { ...enrollmentKey(enrollment), ...own, ...rest, progress, ...indexAttributes(enrollment) };
}

export function parseEnrollmentItem(item: Record<string, unknown>): Enrollment {
  const rest = Object.fromEntries(Object.entries(item).filter(([name]) => !notOfTheEnrollment.has(name)));
  const progress: Record<string, RequirementProgress> = {};
  const awaiting: Record<string, Instant> = {};
  for (const [id, text] of Object.entries(item.progress as Record<string, string>)) {
    const [code = '', since] = text.split('~');
    progress[id] = decodeProgress(code);
    if (since !== undefined) awaiting[id] = longInstant(since);
  }
  const waits = Object.keys(awaiting).length > 0;
  return enrollmentSchema.parse({ ...rest, progress, ...(waits && { awaiting }) });
}

/** The attributes of the indexes that an enrollment may appear in. */
export const enrollmentIndexAttributes = [
  'listPk',
  'listSk',
  'duePk',
  'dueAt',
  'apprenticePk',
  'awaitingPk',
  'awaitingAt',
  'troublePk',
  'troubleAt',
  'lapsePk',
] as const;
const notOfTheEnrollment = new Set(['pk', 'sk', 'own', 'kind', ...enrollmentIndexAttributes]);

function indexAttributes(enrollment: Enrollment): Record<string, unknown> {
  const dueAt = pendingDueAt(enrollment);
  const awaitingAt = awaitingSince(enrollment);
  const troubleAt = certificateTroubleSince(enrollment);
  const lapses = lapseShownOn(enrollment) !== undefined;
  return {
    apprenticePk: apprenticePartition(enrollment.program, enrollment.apprentice.id),
    listPk: listPartition(enrollment.program, enrollment.status),
    listSk: `${enrollment.lastChangeAt}#${enrollment.enrollment}`,
    kind: 'enrollment',
    ...(dueAt !== undefined && { duePk: duePartition, dueAt }),
    ...(awaitingAt !== undefined && { awaitingPk: awaitingPartition(enrollment.program), awaitingAt }),
    ...(troubleAt !== undefined && { troublePk: troublePartition(enrollment.program), troubleAt }),
    // Its day is the enrollment's own `lapseOn`.
    ...(lapses && { lapsePk: lapsePartition(enrollment.program) }),
  };
}

/** DynamoDB takes 4 KB of expression: above this many changed requirements the whole map is written instead. */
const maxNamedProgress = 40;

export type UpdateParts = { expression: string; names: Record<string, string>; values: Record<string, unknown> };

/** The update that turns the enrollment as read into the enrollment as patched, one attribute at a time. */
export function updateParts(enrollment: Enrollment, patch: EnrollmentPatch): UpdateParts {
  const after = patched(enrollment, patch);
  const parts: UpdateParts = { expression: '', names: {}, values: {} };
  const sets: string[] = [];
  const removes: string[] = [];
  const set = (path: string, value: unknown) => {
    const key = `:v${Object.keys(parts.values).length}`;
    parts.values[key] = value;
    sets.push(`${path} = ${key}`);
  };
  const name = (attribute: string) => {
    const known = Object.entries(parts.names).find(([, value]) => value === attribute);
    if (known) return known[0];
    const key = `#n${Object.keys(parts.names).length}`;
    parts.names[key] = attribute;
    return key;
  };
  const changed = [...new Set([...Object.keys(patch.progress ?? {}), ...Object.keys(patch.awaiting ?? {})])];
  if (changed.length > maxNamedProgress) set(name('progress'), enrollmentItem(after).progress);
  else
    for (const id of changed) {
      const path = `${name('progress')}.${name(id)}`;
      const progress = after.progress[id];
      if (progress) set(path, encodeStanding(progress, after.awaiting?.[id]));
      else removes.push(path);
    }
  for (const attribute of ['marks', 'refused', 'pointers'] as const) {
    for (const [key, value] of Object.entries(patch[attribute] ?? {})) set(`${name(attribute)}.${name(key)}`, value);
  }
  for (const attribute of ['met', 'status', 'apprentice', 'framework', 'programHash', 'chain'] as const) {
    if (patch[attribute] !== undefined) set(name(attribute), patch[attribute]);
  }
  if (after.lastChangeAt !== enrollment.lastChangeAt) set(name('lastChangeAt'), after.lastChangeAt);
  for (const attribute of ['completion', 'left', 'lapseOn'] as const) {
    if (patch[attribute]) set(name(attribute), patch[attribute]);
    else if (patch[attribute] === null) removes.push(name(attribute));
  }
  setIndexes(enrollment, after, set, (attribute) => removes.push(name(attribute)), name);
  sets.push(`${name('version')} = ${name('version')} + :one`);
  parts.values[':one'] = 1;
  parts.expression = `SET ${sets.join(', ')}${removes.length > 0 ? ` REMOVE ${removes.join(', ')}` : ''}`;
  return parts;
}

function setIndexes(
  before: Enrollment,
  after: Enrollment,
  set: (path: string, value: unknown) => void,
  remove: (attribute: string) => void,
  name: (attribute: string) => string,
): void {
  const old = indexAttributes(before);
  const next = indexAttributes(after);
  for (const attribute of enrollmentIndexAttributes) {
    if (next[attribute] === old[attribute]) continue;
    if (next[attribute] === undefined) remove(attribute);
    else set(name(attribute), next[attribute]);
  }
}
