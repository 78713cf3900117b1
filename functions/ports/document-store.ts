/** Where certificates lie. A key holds one content for ever. */
export type DocumentStore = {
  /** Stores if absent, marked as not yet committed: what is never kept is cleaned up after a month. */
  put(key: string, bytes: Uint8Array): Promise<'stored' | 'exists'>;
  /** @throws AdapterError `document.unreadable` where it is there, and what comes is not what was stored */
  get(key: string): Promise<Uint8Array | undefined>;
  /** Locks a committed document (governance mode, so that erasure by law stays possible). May be repeated. */
  keep(key: string, retainUntil: string): Promise<void>;
};
