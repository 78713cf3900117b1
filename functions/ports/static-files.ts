/** A file of the pages: styles, scripts, the font of headings. */
export type StaticFile = { bytes: Uint8Array<ArrayBuffer>; type: string; hash: string };

/** Every static file by its name. The same for as long as the process runs. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;
