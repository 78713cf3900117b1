/** One file of a bundle, by its path inside it. */
export type BundleFile = { path: string; bytes: number; sha256: string };

/**
 * Where a bundle is written, several files at once. Writes wait for whoever takes the bundle, so that memory stays flat
 * however much is written.
 */
export type BundleSink = {
  /**
   * Text is added to the file; a file that grows large goes on in another: `ledger.csv`, `ledger-2.csv`, `ledger-3.csv`.
   * What is one text (a line, some rows) is never parted; each of the files begins with `head`. Bytes are text in UTF-8,
   * and are the caller's again once this resolves.
   */
  append(path: string, content: string | Uint8Array, head?: string): Promise<void>;
  /** A whole file; its bytes are the caller's again once this resolves. */
  put(path: string, content: Uint8Array): Promise<void>;
  /** Closes what is open and tells of every file so far, by path. */
  files(): Promise<BundleFile[]>;
  /** Closes the bundle. */
  end(): Promise<void>;
};
