/**
 * Keeps everybody who sends under one account within its rate. `turn` resolves when the caller may send one email, and
 * rejects with an `AdapterError` where the world failed: then nobody may.
 */
export type MailPace = { turn(): Promise<void> };
