/** Stream batches that could not be evaluated, as the event source mapping left them. */
export type FailedBatches = {
  list(): Promise<string[]>;
  /** The stream records of one batch, as evaluate's edge would have got them. */
  read(key: string): Promise<unknown[]>;
  remove(key: string): Promise<void>;
};
