export type Received<T> = { id: number; receipt: number; body: T; receives: number };
type Stored<T> = { id: number; body: T; receives: number; visibleAt: number; receipt: number | undefined };

export type QueueLimits = { visibilityMs: number; maxReceives: number };

/**
 * A queue as SQS keeps one: a message is hidden until its delay is over, and from each receive until its visibility
 * timeout or until somebody lets it go; whoever would receive it once more than the limit finds it among the dead
 * letters instead. Answers as `tests/contracts/queue.test.ts` compares them with the emulator. In no order.
 */
export class SimulatedQueue<T> {
  readonly #messages = new Map<number, Stored<T>>();
  readonly #limits: QueueLimits;
  readonly #now: () => number;
  /** What was received too often, oldest first. */
  readonly dead: { id: number; body: T }[] = [];
  #ids = 0;
  #receipts = 0;

  constructor(limits: QueueLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Messages that are neither deleted nor dead. */
  get size(): number {
    return this.#messages.size;
  }

  send(body: T, delayMs: number): number {
    const id = ++this.#ids;
    this.#messages.set(id, { id, body, receives: 0, visibleAt: this.#now() + delayMs, receipt: undefined });
    return id;
  }

  /** Whose time has come. */
  visible(): number[] {
    return [...this.#messages.values()].flatMap(({ id, visibleAt }) => (visibleAt <= this.#now() ? [id] : []));
  }

  /** Hides a message from others for the visibility timeout; undefined where it is hidden, gone, or dead from now on. */
  receive(id: number): Received<T> | undefined {
    const message = this.#messages.get(id);
    if (!message || message.visibleAt > this.#now()) return undefined;
    if (message.receives >= this.#limits.maxReceives) {
      this.#messages.delete(id);
      this.dead.push({ id, body: message.body });
      return undefined;
    }
    message.receives++;
    message.receipt = ++this.#receipts;
    message.visibleAt = this.#now() + this.#limits.visibilityMs;
    return { id, receipt: message.receipt, body: message.body, receives: message.receives };
  }

  /** Whether a receipt is still worth something. */
  holds(receipt: number): boolean {
    return this.#held(receipt) !== undefined;
  }

  /** What the worker who still has a message does with it; a receipt is worth nothing once it has run out. */
  delete(receipt: number): boolean {
    const message = this.#held(receipt);
    return message !== undefined && this.#messages.delete(message.id);
  }

  /** Lets a message be received again after a while. */
  release(receipt: number, afterMs: number): boolean {
    const message = this.#held(receipt);
    if (!message) return false;
    message.visibleAt = this.#now() + afterMs;
    return true;
  }

  #held(receipt: number): Stored<T> | undefined {
    const held = [...this.#messages.values()].find((message) => message.receipt === receipt);
    return held && held.visibleAt > this.#now() ? held : undefined;
  }
}
