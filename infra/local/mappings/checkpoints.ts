import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** How far a mapping has come in each shard, in a file, so that a restart resumes there. */
export interface Checkpoints {
  get(shard: string): string | undefined;
  set(shard: string, sequence: string): void;
}

/** A crash of the process loses nothing; one of the machine may repeat the last batches, which changes nothing. */
export function openCheckpoints(file: string): Checkpoints {
  mkdirSync(dirname(file), { recursive: true });
  let kept: Record<string, string> = {};
  try {
    kept = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  } catch (error) {
    // Unreadable is as good as absent: the stream is read from its horizon again, and repeats change nothing.
    if (!(error instanceof SyntaxError) && (error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
  }
  return {
    get: (shard) => kept[shard],
    set(shard, sequence) {
      if (kept[shard] === sequence) return;
      kept = { ...kept, [shard]: sequence };
      writeFileSync(`${file}.tmp`, JSON.stringify(kept));
      renameSync(`${file}.tmp`, file);
    },
  };
}
