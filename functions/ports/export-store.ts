/** Where finished bundles lie for a week, to be fetched. */
export type ExportStore = {
  /** Stores as it comes, a few megabytes in memory at a time; whole or not at all. Replaces what was there. */
  put(key: string, content: AsyncIterable<Uint8Array>): Promise<{ bytes: number; sha256: string }>;
};

export type ExportLinks = {
  /** An address that needs no signing in, good for so many seconds and this one bundle; undefined where it is gone. */
  link(key: string, fileName: string, seconds: number): Promise<string | undefined>;
};
