/** Milliseconds between two emails: what one a second allows, and a tenth more. */
const intervalMs = 1_100;
const longestWaitMs = 10_000;

/** The account's one bucket: whoever asks takes the next free instant, and is told how long to wait for it. */
export function createPace(now: () => number) {
  let nextAt = 0;
  return {
    turn(): number {
      const at = nextAt < now() || nextAt > now() + longestWaitMs ? now() : nextAt;
      nextAt = at + intervalMs;
      return at - now();
    },
  };
}
