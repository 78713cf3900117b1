import type { Seen } from '../acts/act-on-enrollment.ts';

/** An enrollment's state as a caller holds it: the counts of both kinds of writers. */
export const etagOf = ({ version, fence }: Seen) => `"${version}.${fence}"`;

/** Exactly one strong ETag of ours: a change for whatever there is (`*`) would be for what nobody saw. */
export function parseEtag(text: string): Seen | undefined {
  const { version, fence } = /^"(?<version>\d{1,15})\.(?<fence>\d{1,15})"$/.exec(text.trim())?.groups ?? {};
  return version === undefined || fence === undefined ? undefined : { version: Number(version), fence: Number(fence) };
}
