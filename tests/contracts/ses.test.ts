import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  GetIdentityVerificationAttributesCommand,
  GetSendQuotaCommand,
  ListIdentitiesCommand,
  SESClient,
  SendRawEmailCommand,
  type SendRawEmailCommandInput,
  VerifyEmailIdentityCommand,
} from '@aws-sdk/client-ses';
import PostalMime from 'postal-mime';
import { afterAll, expect, test } from 'vitest';
import { localClientConfig } from '../../infra/local/services/loopback.ts';
import { type RunningSes, type SesOptions, startSes } from '../../infra/local/services/ses.ts';
import type { SesEvent } from '../../infra/local/services/ses-events.ts';
import type { SesFaults } from '../../infra/local/services/ses-faults.ts';
import type { StoredMail } from '../../infra/local/services/ses-mailbox.ts';
import { eventually, stopLater, temporaryFolder } from './local-service.ts';

const folder = temporaryFolder();
afterAll(folder.remove);
let count = 0;

interface Setup {
  ses: RunningSes;
  events: SesEvent[];
  dataDir: string;
  send(more?: Partial<SendRawEmailCommandInput>, raw?: string): Promise<string>;
  client: SESClient;
  inbox(): Promise<StoredMail[]>;
  fault(faults: SesFaults): Promise<Response>;
}

async function start(options: Partial<SesOptions> = {}): Promise<Setup> {
  count += 1;
  const dataDir = options.dataDir ?? join(folder.path, String(count));
  const events: SesEvent[] = [];
  const ses = await stopLater(
    startSes({
      publish: async (_set, event) => {
        events.push(event);
      },
      ...options,
      dataDir,
    }),
  );
  const client = new SESClient({ ...localClientConfig(ses.endpoint), maxAttempts: 1 });
  return {
    ses,
    events,
    dataDir,
    client,
    async send(more = {}, raw = mail()) {
      const command = new SendRawEmailCommand({
        RawMessage: { Data: Buffer.from(raw) },
        ConfigurationSetName: 'journeypaper',
        ...more,
      });
      return (await client.send(command)).MessageId ?? '';
    },
    inbox: async () => ((await (await fetch(`${ses.endpoint}/inbox.json`)).json()) as { mails: StoredMail[] }).mails,
    fault: (faults) =>
      fetch(`${ses.endpoint}/faults`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(faults),
      }),
  };
}

const mail = (to = 'holder@example.org', more = '') =>
  `From: Program <certificates@example.org>\r\nTo: ${to}\r\nSubject: =?utf-8?q?Your_certificate?=\r\nMessage-ID: <own@example.org>\r\n${more}MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Hello <script>alert(1)</script></p>\r\n--b\r\nContent-Type: text/plain\r\n\r\nHello <b>\r\n--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename="certificate.pdf"\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERg==\r\n--b--\r\n`;

test('a message is kept as a recipient would get it: a Message-ID of SES, a Date, no Bcc, everything else untouched', async () => {
  const { ses, send } = await start();
  const id = await send({}, mail('holder@example.org', 'Bcc: hidden@example.org\r\nX-Kept: as\r\n it is\r\n'));
  const raw = Buffer.from(await (await fetch(`${ses.endpoint}/inbox/${id}.eml`)).arrayBuffer());
  const parsed = await PostalMime.parse(raw);
  expect(parsed.messageId).toBe(`<${id}@email.amazonses.com>`);
  expect(Math.abs(Date.parse(parsed.date ?? '') - Date.now())).toBeLessThan(5_000);
  expect(parsed.headers.filter(({ key }) => key === 'bcc')).toEqual([]);
  expect(raw.toString()).toContain('X-Kept: as\r\n it is\r\n');
  expect(raw.toString().split('\r\n\r\n').slice(1)).toEqual(mail().split('\r\n\r\n').slice(1));
});

test('the inbox lists envelope, tags and configuration set, newest first, and a restart keeps it', async () => {
  const first = await start();
  const older = await first.send({
    Source: 'certificates@example.org',
    Destinations: ['a@example.org', 'b@example.org'],
  });
  const newer = await first.send({ Tags: [{ Name: 'delivery', Value: 'd-1' }] });
  await first.ses.stop();
  const again = await start({ dataDir: first.dataDir });
  expect(await again.inbox()).toMatchObject([
    {
      id: newer,
      tags: { delivery: 'd-1' },
      configurationSet: 'journeypaper',
      subject: 'Your certificate',
      attachments: ['certificate.pdf'],
    },
    { id: older, source: 'certificates@example.org', destinations: ['a@example.org', 'b@example.org'] },
  ]);
});

test('the inbox pages show the mail without running anything in it', async () => {
  const { ses, send } = await start();
  const id = await send({}, mail('"<img src=x>" <holder@example.org>'));
  const page = async (path: string) => {
    const response = await fetch(`${ses.endpoint}${path}`);
    return { policy: response.headers.get('content-security-policy') ?? '', response, body: await response.text() };
  };
  const list = await page('/inbox');
  expect(list.body).toContain(`<a href="/inbox/${id}">Your certificate</a>`);
  const single = await page(`/inbox/${id}`);
  expect(single.body).toContain('<iframe sandbox src=');
  expect(single.body).toContain('Hello &lt;b&gt;');
  expect(single.body).not.toContain('<script>');
  expect(single.policy).toContain("default-src 'none'");
  expect((await page(`/inbox/${id}/body.html`)).policy).toMatch(/^sandbox; default-src 'none'/);
  const attachment = await page(`/inbox/${id}/attachments/0`);
  expect(attachment.body).toBe('%PDF');
  expect(attachment.response.headers.get('content-disposition')).toContain('attachment; filename="certificate.pdf"');
  expect((await page('/inbox/nothing')).response.status).toBe(404);
});

test('a page of another name that resolves to this machine reads no mail', async () => {
  const { ses } = await start();
  const { request } = await import('node:http');
  const status = await new Promise((resolve) =>
    request({ port: ses.port, host: '127.0.0.1', path: '/inbox.json', headers: { host: 'evil.example' } }, (answer) =>
      resolve(answer.resume().statusCode),
    ).end(),
  );
  expect(status).toBe(421);
});

test('a delivered mail publishes Send and then Delivery, each with its tags and configuration set', async () => {
  const { send, events } = await start();
  const id = await send({ Tags: [{ Name: 'delivery', Value: 'd-1' }] });
  await eventually(() => events[1]);
  expect(events.map(({ eventType }) => eventType)).toEqual(['Send', 'Delivery']);
  expect(events[0]).toMatchObject({
    mail: {
      messageId: id,
      destination: ['holder@example.org'],
      tags: { delivery: ['d-1'], 'ses:configuration-set': ['journeypaper'] },
      headers: expect.arrayContaining([{ name: 'Subject', value: '=?utf-8?q?Your_certificate?=' }]),
      commonHeaders: { subject: 'Your certificate' },
    },
    send: {},
  });
  expect(events[1]?.delivery?.recipients).toEqual(['holder@example.org']);
});

test.each([
  ['bounce', ['Send', 'Bounce'], { bounce: { bounceType: 'Permanent', bounceSubType: 'General' } }],
  ['suppressionlist', ['Send', 'Bounce'], { bounce: { bounceType: 'Permanent', bounceSubType: 'Suppressed' } }],
  ['softbounce', ['Send', 'Bounce'], { bounce: { bounceType: 'Transient' } }],
  ['complaint+label', ['Send', 'Delivery', 'Complaint'], { complaint: { complaintFeedbackType: 'abuse' } }],
  ['ooto', ['Send', 'Delivery'], {}],
])('mail to %s@simulator.amazonses.com publishes %j', async (name, types, last) => {
  const { send, events } = await start();
  await send({ Destinations: [`${name}@simulator.amazonses.com`] });
  await eventually(() => events[types.length - 1]);
  expect(events.map(({ eventType }) => eventType)).toEqual(types);
  expect(events.at(-1)).toMatchObject(last);
});

test('an event that its receiver refuses is published after a restart', async () => {
  let attempts = 0;
  const refuse = () => {
    attempts += 1;
    return Promise.reject(new Error('down'));
  };
  const refusing = await start({ publish: refuse });
  await refusing.send();
  await eventually(() => (attempts > 0 ? true : undefined));
  await refusing.ses.stop();
  const { events, dataDir } = await start({ dataDir: refusing.dataDir });
  await eventually(() => events[1]);
  expect(events.map(({ eventType }) => eventType)).toEqual(['Send', 'Delivery']);
  await eventually(() => (readdirSync(join(dataDir, 'outbox')).length === 0 ? true : undefined));
});

test('what a crash left of a send that was never answered is neither in the inbox nor published', async () => {
  const dataDir = join(folder.path, 'crashed');
  for (const each of ['mail', 'outbox']) mkdirSync(join(dataDir, each), { recursive: true });
  writeFileSync(join(dataDir, 'mail', 'never.eml'), mail());
  const entry = { mailId: 'never', configurationSet: 'journeypaper', event: { eventType: 'Send' }, times: 1, dueAt: 0 };
  writeFileSync(join(dataDir, 'outbox', 'never-0.json'), JSON.stringify(entry));
  const { send, inbox, events } = await start({ dataDir });
  const id = await send();
  await eventually(() => events[1]);
  expect(events.map(({ mail: { messageId } }) => messageId)).toEqual([id, id]);
  expect(await inbox()).toMatchObject([{ id }]);
  expect(readdirSync(join(dataDir, 'mail'))).not.toContain('never.eml');
});

test('a sender whose address and domain are not verified is refused until it is verified', async () => {
  const { client, send, inbox } = await start({ identities: ['verified.example'] });
  await expect(send()).rejects.toMatchObject({
    name: 'MessageRejected',
    message: expect.stringContaining('Email address is not verified.'),
  });
  await client.send(new VerifyEmailIdentityCommand({ EmailAddress: 'certificates@example.org' }));
  const { VerificationAttributes } = await client.send(
    new GetIdentityVerificationAttributesCommand({ Identities: ['certificates@example.org', 'x@example.org'] }),
  );
  expect(VerificationAttributes).toEqual({ 'certificates@example.org': { VerificationStatus: 'Success' } });
  await send();
  expect(await inbox()).toHaveLength(1);
});

test('over the sending rate a call is throttled, and the quota counts recipients', async () => {
  const { client, send } = await start({ maxSendRate: 2, max24HourSend: 100 });
  await send({ Destinations: ['a@example.org', 'b@example.org'] });
  await expect(send()).rejects.toMatchObject({
    name: 'Throttling',
    message: 'Maximum sending rate exceeded.',
    $metadata: { httpStatusCode: 400 },
  });
  expect(await client.send(new GetSendQuotaCommand({}))).toMatchObject({
    Max24HourSend: 100,
    MaxSendRate: 2,
    SentLast24Hours: 2,
  });
});

test.each<[string, Partial<SendRawEmailCommandInput>, string, string]>([
  ['a message over 10 MB', {}, `${mail()}${'x'.repeat(10 * 1024 * 1024)}`, 'Message length is more than 10485760'],
  ['a message without From', {}, 'To: a@example.org\r\n\r\nx', "Missing required header 'From'"],
  ['a message with two Subjects', {}, mail('a@example.org', 'Subject: two\r\n'), "Duplicate header 'Subject'"],
  ['an address without a domain', { Destinations: ['nobody'] }, mail(), "Missing final '@domain'"],
  [
    'more than fifty recipients',
    { Destinations: Array.from({ length: 51 }, (_, n) => `a${n}@example.org`) },
    mail(),
    'Recipient count exceeds 50.',
  ],
  ['a tag with a space', { Tags: [{ Name: 'a', Value: 'b c' }] }, mail(), 'Invalid tag'],
  [
    'an unknown configuration set',
    { ConfigurationSetName: 'other' },
    mail(),
    'Configuration set <other> does not exist.',
  ],
])('%s is refused and leaves nothing', async (_what, more, raw, message) => {
  const { send, inbox, events } = await start({ configurationSets: ['journeypaper'] });
  await expect(send(more, raw)).rejects.toThrow(message);
  expect([await inbox(), events]).toEqual([[], []]);
});

test('an operation that the server does not know answers 501', async () => {
  const { client } = await start();
  await expect(client.send(new ListIdentitiesCommand({}))).rejects.toMatchObject({
    name: 'NotImplemented',
    $metadata: { httpStatusCode: 501 },
  });
});

test('a fault before the send loses the mail, one after it only the answer', async () => {
  const { send, fault, inbox } = await start();
  await fault({ send: { mode: 'close-before', times: 1 } });
  await expect(send()).rejects.toThrow();
  expect(await inbox()).toHaveLength(0);
  await fault({ send: { mode: 'close-after', times: 1 } });
  await expect(send()).rejects.toThrow();
  expect(await inbox()).toHaveLength(1);
  await fault({ send: { mode: 'throttle', recipient: 'other@' } });
  await send();
  expect(await inbox()).toHaveLength(2);
});

test('events are dropped, repeated and delayed on demand, and an unknown fault is named', async () => {
  const { send, fault, events } = await start();
  await fault({ events: { types: ['Send'], drop: true } });
  await send();
  await eventually(() => events[0]);
  await fault({ events: { types: ['Send'], repeat: 2, delayMs: 150 } });
  await send();
  await eventually(() => events[3]);
  expect(events.map(({ eventType }) => eventType)).toEqual(['Delivery', 'Delivery', 'Send', 'Send']);
  const refused = await fault({ send: { mode: 'explode' } } as never);
  expect([refused.status, await refused.text()]).toEqual([400, expect.stringContaining('send.mode')]);
});
