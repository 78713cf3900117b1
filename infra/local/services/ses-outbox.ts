import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { readKept } from '../kept-file.ts';
import { openFolder, writeDurably } from './durable-file.ts';
import type { SesEvent } from './ses-events.ts';

/** Takes one event to wherever the configuration set's events go. Rejecting means: later again. */
export type PublishEvent = (configurationSet: string, event: SesEvent) => Promise<void>;

/** How one event is to be published. */
export interface EventPlan {
  event: SesEvent;
  /** 0: dropped. 2: published twice. */
  times: number;
  delayMs: number;
}

interface Entry {
  file: string;
  mailId: string;
  configurationSet: string;
  event: SesEvent;
  times: number;
  /** Milliseconds since 1970. */
  dueAt: number;
}

export interface Outbox {
  /** Writes a message's events down. They are held until `release`, so that none precedes its message. */
  plan(mailId: string, configurationSet: string, plans: EventPlan[]): Promise<void>;
  /** Lets a message's events go. */
  release(mailId: string): void;
  /** Events not published yet. */
  pending(): number;
  stop(): Promise<void>;
}

const retryMs = 250;

/**
 * Events on their way out, one file each, published in order of their time and deleted once the receiver took them: at least once,
 * across restarts. At start, events of a message that was never accepted (`accepted` says false) are dropped.
 */
export async function openOutbox(
  folder: string,
  publish: PublishEvent,
  accepted: (mailId: string) => boolean,
): Promise<Outbox> {
  const waiting = new Map<string, Entry[]>();
  let queue: Entry[] = [];
  for (const name of await openFolder(folder)) {
    const file = join(folder, name);
    const entry: Entry = { ...(await readKept(file, (text) => JSON.parse(text))), file };
    if (accepted(entry.mailId)) queue.push(entry);
    else await rm(entry.file);
  }
  let timer: NodeJS.Timeout | undefined;
  let running: Promise<void> | undefined;
  let stopped = false;

  const schedule = (delayMs = 0) => {
    if (stopped || running || queue.length === 0) return;
    clearTimeout(timer);
    const next = Math.min(...queue.map(({ dueAt }) => dueAt));
    timer = setTimeout(
      () => {
        running = drain().then((delay) => {
          running = undefined;
          schedule(delay);
        });
      },
      Math.max(delayMs, next - Date.now(), 0),
    );
  };
  const drain = async () => {
    const due = queue.filter(({ dueAt }) => dueAt <= Date.now());
    const blocked = new Set<string>();
    for (const entry of due) {
      if (stopped) return 0;
      if (blocked.has(entry.configurationSet)) continue;
      try {
        for (let time = 0; time < entry.times; time += 1) await publish(entry.configurationSet, entry.event);
      } catch {
        // The receiver is down or refuses. The event stays on disk, and its successors of that configuration set behind it.
        blocked.add(entry.configurationSet);
        continue;
      }
      await rm(entry.file, { force: true });
      queue = queue.filter((each) => each !== entry);
    }
    return blocked.size > 0 ? retryMs : 0;
  };

  schedule();
  return {
    async plan(mailId, configurationSet, plans) {
      const entries: Entry[] = plans
        .filter(({ times }) => times > 0)
        .map(({ event, times, delayMs }, index) => ({
          file: join(folder, `${mailId}-${index}.json`),
          mailId,
          configurationSet,
          event,
          times,
          dueAt: Date.now() + delayMs,
        }));
      await Promise.all(entries.map(({ file, ...kept }) => writeDurably(file, JSON.stringify(kept))));
      waiting.set(mailId, entries);
    },
    release(mailId) {
      queue.push(...(waiting.get(mailId) ?? []));
      waiting.delete(mailId);
      schedule();
    },
    pending: () => queue.length,
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await running;
    },
  };
}
