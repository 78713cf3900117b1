/** `id` sorts by time; `code` is 128 random bits that nobody can guess; `salt` is 128 random bits for hashes. */
export type Ids = { id(): string; code(): string; salt(): string };
