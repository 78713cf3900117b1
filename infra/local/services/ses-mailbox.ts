import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { readKept } from '../kept-file.ts';
import { openFolder, writeDurably } from './durable-file.ts';

/** What is kept of each message beside its `.eml`, in `mail/{id}.json`. */
const storedMailSchema = z.object({
  /** As SendRawEmail returned it. Ids sort as the messages were accepted. */
  id: z.string(),
  /** ISO 8601, UTC. */
  acceptedAt: z.string(),
  source: z.string(),
  /** Envelope recipients, in the order of the request. */
  destinations: z.array(z.string()),
  configurationSet: z.string().optional(),
  tags: z.record(z.string(), z.string()),
  from: z.string(),
  subject: z.string(),
  sizeBytes: z.number(),
  attachments: z.array(z.string()),
});
export type StoredMail = z.infer<typeof storedMailSchema>;

export interface Mailbox {
  /** Keeps a message. Once this resolves it is in the inbox for good. */
  store(mail: StoredMail, raw: Uint8Array): Promise<void>;
  /** Newest first. */
  list(): StoredMail[];
  find(id: string): StoredMail | undefined;
  raw(id: string): Promise<Buffer>;
}

/** The mail folder: `{id}.eml` is the message as a recipient would get it, `{id}.json` its envelope and the mark that it was accepted. */
export async function openMailbox(folder: string): Promise<Mailbox> {
  const names = await openFolder(folder);
  const mails = new Map<string, StoredMail>();
  for (const name of names.filter((each) => each.endsWith('.json'))) {
    const mail = await readKept(join(folder, name), (text) => storedMailSchema.parse(JSON.parse(text)));
    mails.set(mail.id, mail);
  }
  // A message without its envelope was never accepted: its sender got no answer.
  const orphans = names.filter((name) => name.endsWith('.eml') && !mails.has(name.slice(0, -'.eml'.length)));
  await Promise.all(orphans.map((name) => rm(join(folder, name))));
  return {
    async store(mail, raw) {
      await writeDurably(join(folder, `${mail.id}.eml`), raw);
      const envelope = JSON.stringify(mail, null, 2);
      await writeDurably(join(folder, `${mail.id}.json`), `${envelope}\n`);
      // As read back: what was cut out of a message holds on to the whole of it for as long as it is kept itself.
      mails.set(mail.id, JSON.parse(envelope));
    },
    list: () => [...mails.values()].sort((a, b) => (a.id < b.id ? 1 : -1)),
    find: (id) => mails.get(id),
    raw: (id) => readFile(join(folder, `${id}.eml`)),
  };
}

let lastTime = 0;

/** A message id of SES's shape: sixteen hexadecimal digits that grow with time, a UUID, six zeros. */
export function newMessageId(epochMilliseconds: number): string {
  // Two messages of one millisecond still sort as they came.
  lastTime = Math.max(lastTime + 1, epochMilliseconds * 16);
  return `${lastTime.toString(16).padStart(16, '0')}-${randomUUID()}-000000`;
}
