import type { RequestLimit } from '../template/plan-http.ts';

/**
 * Says of each request whether it may pass: `burst` at once, `perSecond` for as long as one likes.
 *
 * @param now milliseconds of any clock that never goes back
 */
export function tokenBucket({ perSecond, burst }: RequestLimit, now: () => number): () => boolean {
  let tokens = burst;
  let at = now();
  return () => {
    const time = now();
    tokens = Math.min(burst, tokens + ((time - at) / 1000) * perSecond);
    at = time;
    if (tokens < 1) return false;
    tokens -= 1;
    return true;
  };
}
