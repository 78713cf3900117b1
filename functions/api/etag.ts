import type { Seen } from '../acts/act-on-enrollment.ts';

/** Whose state a caller names with `If-Match`: an enrollment's by its two counts, everything else's by a stamp. */
export type Matched = 'enrollment' | 'credential' | 'delivery';

/** An enrollment's state as a caller holds it: the counts of both kinds of writers. */
export const etagOf = ({ version, fence }: Seen) => `"${version}.${fence}"`;
export const stampEtag = (stamp: string) => `"${stamp}"`;

const countsPattern = /^"(\d{1,15})\.(\d{1,15})"$/;
const stampPattern = /^"([0-9a-f]{32})"$/;
export const etagPattern = (matched: Matched) => (matched === 'enrollment' ? countsPattern : stampPattern);

/** Exactly one strong ETag of ours: a change for whatever there is (`*`) would be for what nobody saw. */
export function parseEtag(text: string): Seen | undefined {
  const [, version, fence] = countsPattern.exec(text.trim()) ?? [];
  return version === undefined || fence === undefined ? undefined : { version: Number(version), fence: Number(fence) };
}

export const parseStamp = (text: string) => stampPattern.exec(text.trim())?.[1];
