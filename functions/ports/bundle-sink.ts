/** One file of a bundle, by its path inside it. */
export type BundleFile = { path: string; bytes: number; sha256: string };

/**
 * Where a bundle is written, file by file, several at once. Writes wait for the disk, so that memory stays flat
 * however much is written.
 */
export type BundleSink = {
  append(path: string, content: string | Uint8Array): Promise<void>;
  /** Closes what is open and tells of every file so far, by path. */
  files(): Promise<BundleFile[]>;
};
