import {
  type Assessment,
  evidencePartition,
  parseEvidenceKeys,
  parseItem,
  type RawItem,
} from '../../domain/evidence.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';

/** By requirement: what the newest assessor to say *not met* wrote beside it. What was withdrawn says nothing. */
export function notesOnNotMet(ref: EnrollmentRef, items: readonly RawItem[]): ReadonlyMap<string, string> {
  const withdrawn = new Set<string>();
  const notMet: Assessment[] = [];
  for (const { sk, attributes } of items) {
    const place = parseEvidenceKeys(evidencePartition(ref), sk);
    if (!place) continue;
    if (place.part === 'withdrawal') withdrawn.add(place.evidence);
    const parsed = place.part === 'assessment' ? parseItem(place, attributes) : undefined;
    if (parsed?.ok && parsed.part === 'assessment' && parsed.value.outcome === 'not-met') notMet.push(parsed.value);
  }
  const newest = new Map<string, string>();
  for (const { requirement, note } of notMet
    .filter(({ evidence }) => !withdrawn.has(evidence))
    .sort((a, b) => (a.assessedAt < b.assessedAt ? -1 : 1))) {
    if (note === undefined) newest.delete(requirement);
    else newest.set(requirement, note);
  }
  return newest;
}
