/*
 * Loaded before a process's own code (`--import`), with the clock's file in its address: from then on `Date` tells the
 * stack's time. Timers run as ever, and the code under it knows nothing of it.
 */
import { movableClock } from '../movable-clock.ts';

const file = new URL(import.meta.url).searchParams.get('clock');
if (file) {
  const { now } = movableClock(file);
  globalThis.Date = new Proxy(Date, {
    construct: (real, given, made) => Reflect.construct(real, given.length === 0 ? [now()] : given, made),
    apply: (real) => new real(now()).toString(),
    get: (real, name) => (name === 'now' ? now : Reflect.get(real, name)),
  });
}
