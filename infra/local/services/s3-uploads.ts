import { createReadStream } from 'node:fs';
import { mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { openFolder } from './durable-file.ts';
import type { ObjectAttributes, Write } from './s3-store.ts';

/** One part, as it was received. */
export interface UploadedPart {
  number: number;
  size: number;
  /** MD5 in hex, no quotes. */
  etag: string;
  checksums: Record<string, string>;
}

/** An object that comes in parts: nothing of it shows until it is completed. */
export interface Upload {
  id: string;
  key: string;
  attributes: Omit<ObjectAttributes, 'checksums'>;
  /** ISO 8601, UTC. */
  startedAt: string;
}

/** The uploads of one bucket that are neither completed nor aborted. Survive a crash as objects do. */
export interface Uploads {
  begin(upload: Upload): Promise<void>;
  find(id: string): Upload | undefined;
  all(): Upload[];
  /** A part sent again replaces the one before. */
  addPart(id: string, part: UploadedPart, content: Buffer): Promise<void>;
  parts(id: string): Promise<Map<number, UploadedPart>>;
  /** The bytes of some parts, one after another. */
  read(id: string, numbers: readonly number[]): AsyncIterable<Uint8Array>;
  remove(id: string): Promise<void>;
}

/** A folder an upload: `upload.json`, and for each part `{number}.json` beside its data, the JSON last. */
export async function openUploads(folder: string, write: Write): Promise<Uploads> {
  const uploads = new Map<string, Upload>();
  for (const id of await openFolder(folder)) {
    try {
      uploads.set(id, JSON.parse(await readFile(join(folder, id, 'upload.json'), 'utf8')));
    } catch {
      // A crash before it was acknowledged, or while it was removed.
      await rm(join(folder, id), { recursive: true, force: true });
    }
  }
  return {
    find: (id) => uploads.get(id),
    all: () => [...uploads.values()],
    async begin(upload) {
      await mkdir(join(folder, upload.id), { recursive: true });
      await write(join(folder, upload.id, 'upload.json'), JSON.stringify(upload));
      uploads.set(upload.id, upload);
    },
    async addPart(id, part, content) {
      await write(join(folder, id, `${part.number}.data`), content);
      await write(join(folder, id, `${part.number}.json`), JSON.stringify(part));
    },
    async parts(id) {
      const names = (await readdir(join(folder, id))).filter((name) => /^\d+\.json$/.test(name));
      const read = names.map(async (name): Promise<UploadedPart> => {
        return JSON.parse(await readFile(join(folder, id, name), 'utf8'));
      });
      return new Map((await Promise.all(read)).map((part) => [part.number, part]));
    },
    async *read(id, numbers) {
      for (const number of numbers) yield* createReadStream(join(folder, id, `${number}.data`));
    },
    async remove(id) {
      uploads.delete(id);
      await rm(join(folder, id), { recursive: true, force: true });
    },
  };
}
