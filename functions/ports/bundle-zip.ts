import type { BundleSink } from './bundle-sink.ts';

/** A bundle as a zip that is read while it is written. */
export type BundleZip = {
  sink: BundleSink;
  /** Ends when the sink has, and throws where the bundle was given up. */
  output: AsyncIterable<Uint8Array>;
  /** Gives the bundle up: whoever reads `output` is told. */
  fail(error: Error): void;
};
