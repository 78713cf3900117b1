import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, onTestFinished, test } from 'vitest';
import { newMessageId, openMailbox, type StoredMail } from '../../infra/local/services/ses-mailbox.ts';

const mails = 100;
const messageBytes = 200_000;

test('the inbox holds envelopes in memory and not the messages that they were cut out of', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'journeypaper-mailbox-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const mailbox = await openMailbox(folder);
  const before = heapBytes();
  for (let i = 0; i < mails; i++) await mailbox.store(cutOut(`${i}`.padStart(40, '0').repeat(messageBytes / 40)), raw);
  expect(mailbox.list()).toHaveLength(mails);
  expect(heapBytes() - before).toBeLessThan((mails * messageBytes) / 10);
});

const raw = Buffer.from('the message itself lies on disk');

/** An envelope as it is read: each text a piece of the message. */
function cutOut(message: string): StoredMail {
  return {
    id: newMessageId(Date.now()),
    acceptedAt: new Date().toISOString(),
    source: message.slice(10, 40),
    destinations: [message.slice(50, 90)],
    tags: { delivery: message.slice(100, 140) },
    from: message.slice(150, 190),
    subject: message.slice(200, 240),
    sizeBytes: message.length,
    attachments: [],
  };
}

function heapBytes(): number {
  setFlagsFromString('--expose-gc');
  runInNewContext('gc')();
  return process.memoryUsage().heapUsed;
}
