/** One entry, and what the index may still show shortly after a write. */
type Entry<T> = { current: T | undefined; previous: T | undefined; changedAt: number };

/** How long an index may lag behind its table. */
const lagMs = 1500;

/** A sparse index of the table: eventually consistent, entry by entry. */
export class LaggingIndex<T> {
  readonly #entries = new Map<string, Entry<T>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  put(key: string, current: T | undefined): void {
    this.#entries.set(key, { current, previous: this.get(key), changedAt: this.#now() });
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.current;
  }

  /** What a query sees; where it may lag, a fresh entry shows what it held before. */
  seen(mayLag: boolean): T[] {
    const isFresh = (entry: Entry<T>) => this.#now() - entry.changedAt < lagMs;
    return [...this.#entries.values()].flatMap(
      (entry) => (mayLag && isFresh(entry) ? entry.previous : entry.current) ?? [],
    );
  }
}
