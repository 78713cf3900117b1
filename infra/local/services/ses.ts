import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openFolder } from './durable-file.ts';
import { type RunningServer, readBody, respond, serveHttp } from './http-server.ts';
import { createFaultSwitch, sesFaultsSchema } from './ses-faults.ts';
import { type Identities, openIdentities } from './ses-identities.ts';
import { serveInbox } from './ses-inbox.ts';
import { openMailbox } from './ses-mailbox.ts';
import { openOutbox, type PublishEvent } from './ses-outbox.ts';
import { createSendQuota } from './ses-quota.ts';
import { type SendingService, type SesRefusal, sendRawEmail } from './ses-send.ts';
import { sha256Hex, signatureFault } from './sigv4.ts';
import { element } from './xml.ts';

export interface SesOptions {
  /** The state: `mail/` (messages), `outbox/` (events not published yet), `identities.json`. */
  dataDir: string;
  /** 0 or none: any free port. */
  port?: number;
  /** Addresses and domains that may send; none: anybody. */
  identities?: string[];
  /** Configuration sets that exist; none: any. */
  configurationSets?: string[];
  /** Recipients per second; none: no limit. */
  maxSendRate?: number;
  /** Recipients in 24 hours; none: no limit. */
  max24HourSend?: number;
  /** Where events go, each at least once. A rejection means "try again later". */
  publish?: PublishEvent;
}

export interface RunningSes {
  endpoint: string;
  port: number;
  /** Where a person reads the mail. */
  inboxUrl: string;
  stop(): Promise<void>;
}

/** A form-encoded 10 MB message: base64, with `+`, `/` and `=` percent-encoded. */
const maxRequestBytes = 20 * 1024 * 1024;

const namespace = 'http://ses.amazonaws.com/doc/2010-12-01/';

/**
 * Amazon SES v1 (query protocol) on 127.0.0.1. It sends nothing: mail goes to a folder and to a web page, the inbox.
 *
 * Calls: SendRawEmail, GetSendQuota, VerifyEmailIdentity, GetIdentityVerificationAttributes; any other answers 501.
 * `GET /inbox` is for people; `GET /inbox.json?limit=&after=` is `{ total, mails: StoredMail[] }`, newest first;
 * `GET /inbox/{id}.eml` a message. `POST /faults` (`SesFaults` as JSON) makes it misbehave, `GET /faults` says how.
 *
 * @throws LocalError `port-in-use`.
 */
export async function startSes(options: SesOptions): Promise<RunningSes> {
  await openFolder(options.dataDir);
  const mailbox = await openMailbox(join(options.dataDir, 'mail'));
  const discard: PublishEvent = async () => undefined;
  const outbox = await openOutbox(
    join(options.dataDir, 'outbox'),
    options.publish ?? discard,
    (mailId) => mailbox.find(mailId) !== undefined,
  );
  const identities = await openIdentities(join(options.dataDir, 'identities.json'), options.identities);
  const sent = mailbox
    .list()
    .map((mail) => ({ at: Date.parse(mail.acceptedAt), recipients: mail.destinations.length }));
  const service: SendingService = {
    mailbox,
    outbox,
    faults: createFaultSwitch(),
    quota: createSendQuota(
      options.maxSendRate ?? Number.POSITIVE_INFINITY,
      options.max24HourSend ?? Number.POSITIVE_INFINITY,
      sent.reverse(),
    ),
    isVerified: identities.isVerified,
    ...(options.configurationSets ? { configurationSets: options.configurationSets } : {}),
  };
  const server: RunningServer = await serveHttp('SES', options.port ?? 0, async (request, response) => {
    const path = (request.url ?? '/').split('?')[0] ?? '/';
    if (path === '/faults') return serveFaults(service, request, response);
    if (request.method === 'GET') return serveInbox(mailbox, request, response);
    return serveAction(service, identities, request, response);
  });
  return {
    endpoint: server.endpoint,
    port: server.port,
    inboxUrl: `${server.endpoint}/inbox`,
    async stop() {
      await server.stop();
      await outbox.stop();
    },
  };
}

async function serveAction(
  service: SendingService,
  identities: Identities,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const body = await readBody(request, maxRequestBytes);
  if (body === 'too-large') {
    return sendRefusal(response, {
      status: 413,
      code: 'RequestEntityTooLarge',
      message: `More than ${maxRequestBytes} bytes.`,
    });
  }
  const unsigned = signatureFault(request, 'ses', sha256Hex(body), Date.now());
  if (unsigned) return sendRefusal(response, { status: 403, ...unsigned });
  const form = new URLSearchParams(body.toString('utf8'));
  const { latencyMs } = service.faults.current();
  if (latencyMs) await sleep(latencyMs);
  const action = form.get('Action') ?? '';
  switch (action) {
    case 'SendRawEmail': {
      const outcome = await sendRawEmail(service, form, new Date());
      if ('refusal' in outcome) return sendRefusal(response, outcome.refusal);
      if ('closed' in outcome || outcome.fault === 'close-after') {
        request.socket.destroy();
        return;
      }
      return sendResult(response, action, element('MessageId', outcome.messageId));
    }
    case 'GetSendQuota': {
      const quota = service.quota.read(Date.now());
      return sendResult(
        response,
        action,
        element('Max24HourSend', quota.max24HourSend) +
          element('MaxSendRate', quota.maxSendRate) +
          element('SentLast24Hours', quota.sentLast24Hours),
      );
    }
    case 'VerifyEmailIdentity':
      await identities.verify(form.get('EmailAddress') ?? '');
      return sendResult(response, action, '');
    case 'GetIdentityVerificationAttributes':
      return sendResult(response, action, verificationAttributes(form, identities));
    default:
      return sendRefusal(response, {
        status: 501,
        code: 'NotImplemented',
        message: `The local SES does not know ${action || 'a call without an Action'}.`,
      });
  }
}

function verificationAttributes(form: URLSearchParams, identities: Identities): string {
  const asked = [...form].filter(([name]) => name.startsWith('Identities.member.')).map(([, identity]) => identity);
  const entries = asked
    .filter((identity) => identities.isVerified(identity))
    .map(
      (identity) =>
        `<entry>${element('key', identity)}<value>${element('VerificationStatus', 'Success')}</value></entry>`,
    );
  return `<VerificationAttributes>${entries.join('')}</VerificationAttributes>`;
}

async function serveFaults(service: SendingService, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const reply = (status: number, body: unknown) =>
    respond(response, status, 'application/json', `${JSON.stringify(body)}\n`);
  if (request.method === 'GET') return reply(200, service.faults.current());
  // A page in a browser cannot send this type to another origin without asking first.
  if (request.method !== 'POST' || !request.headers['content-type']?.startsWith('application/json')) {
    return reply(415, { error: 'POST the faults as application/json.' });
  }
  const body = await readBody(request, 64 * 1024);
  const parsed = sesFaultsSchema.safeParse(parseJson(body));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return reply(400, { error: `${issue?.path.join('.') || 'body'}: ${issue?.message}` });
  }
  service.faults.set(parsed.data);
  return reply(200, parsed.data);
}

function parseJson(body: Buffer | 'too-large'): unknown {
  try {
    return JSON.parse(body.toString());
  } catch {
    return undefined;
  }
}

function sendResult(response: ServerResponse, action: string, result: string): void {
  const requestId = randomUUID();
  respond(
    response,
    200,
    'text/xml',
    `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata>${element('RequestId', requestId)}</ResponseMetadata></${action}Response>`,
    { 'x-amzn-requestid': requestId },
  );
}

function sendRefusal(response: ServerResponse, { status, code, message }: SesRefusal): void {
  const requestId = randomUUID();
  respond(
    response,
    status,
    'text/xml',
    `<ErrorResponse xmlns="${namespace}"><Error>${element('Type', status >= 500 ? 'Receiver' : 'Sender')}${element('Code', code)}${element('Message', message)}</Error>${element('RequestId', requestId)}</ErrorResponse>`,
    { 'x-amzn-requestid': requestId },
  );
}
