import { sha256 } from './hash.ts';

/**
 * Draws `size` of some ids by a seed: each id's ticket is SHA-256 of `journeypaper/sample/1 {seed} {id}`, and those with
 * the lowest tickets (as hexadecimal text) are drawn. Whoever has the seed and the ids draws the same again; whoever has
 * not got the seed cannot tell who will be drawn. In the order of the ids.
 */
export function drawSample(ids: readonly string[], size: number, seed: string): string[] {
  return ids
    .map((id) => ({ id, ticket: sha256(`journeypaper/sample/1 ${seed} ${id}`) }))
    .sort((a, b) => (a.ticket < b.ticket ? -1 : 1))
    .slice(0, size)
    .map(({ id }) => id)
    .sort();
}
