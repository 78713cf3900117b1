import type { Rng } from './rng.ts';

export type Item<T> = { at: number; run: () => T };

/** What waits for its time. Among all that is ready, chance picks. */
export class Agenda<T> {
  readonly #items: Item<T>[] = [];
  /** Counts up with every item: tells whether anything has been added. */
  pushes = 0;

  get size(): number {
    return this.#items.length;
  }

  push(at: number, run: () => T): void {
    this.pushes++;
    this.#items.push({ at, run });
  }

  /** When the next item is ready; infinity where there is none. */
  nextAt(): number {
    return this.#items.reduce((next, item) => Math.min(next, item.at), Number.POSITIVE_INFINITY);
  }

  /** Takes one of the items that are ready by `now`; undefined where none is. */
  take(now: number, rng: Rng): Item<T> | undefined {
    let ready = 0;
    for (const item of this.#items) if (item.at <= now) ready++;
    let choice = ready === 0 ? -1 : rng.int(ready);
    for (let i = 0; choice >= 0; i++) {
      const item = this.#items[i] as Item<T>;
      if (item.at > now || choice-- > 0) continue;
      this.#items[i] = this.#items[this.#items.length - 1] as Item<T>;
      this.#items.pop();
      return item;
    }
    return undefined;
  }
}
