import type { IncomingMessage, ServerResponse } from 'node:http';
import PostalMime, { type Attachment, type Email } from 'postal-mime';
import { respond } from './http-server.ts';
import { inboxPage, mailPage } from './ses-inbox-page.ts';
import type { Mailbox, StoredMail } from './ses-mailbox.ts';

const pageLimit = 200;

/** Our own pages: no scripts, no frames but our own, nothing from elsewhere. */
const pageHeaders = {
  'content-security-policy':
    "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'",
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
};

/** A mail's own HTML: an origin of its own, no scripts, no forms, no request to anybody but for its inline images. */
const mailHeaders = {
  ...pageHeaders,
  'content-security-policy':
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'",
};

/** The web inbox: the list, a mail, its HTML part for the frame, its attachments, the message itself, and the list as JSON. */
export async function serveInbox(mailbox: Mailbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://localhost');
  const html = (status: number, body: string, headers = pageHeaders) =>
    respond(response, status, 'text/html; charset=utf-8', body, headers);
  if (url.pathname === '/') return respond(response, 302, 'text/plain', '', { location: '/inbox' });
  const limit = clamp(Number(url.searchParams.get('limit') ?? pageLimit));
  if (url.pathname === '/inbox') {
    const mails = mailbox.list();
    return html(200, inboxPage(mails.slice(0, limit), mails.length));
  }
  if (url.pathname === '/inbox.json') {
    const after = url.searchParams.get('after') ?? '';
    const mails = mailbox.list();
    const body = { total: mails.length, mails: mails.filter(({ id }) => id > after).slice(0, limit) };
    return respond(response, 200, 'application/json', `${JSON.stringify(body)}\n`, pageHeaders);
  }
  const [, id = '', part = ''] = /^\/inbox\/([\w-]+)(\.eml|\/body\.html|\/attachments\/\d+)?$/.exec(url.pathname) ?? [];
  const mail = mailbox.find(id);
  if (!mail) return html(404, inboxPage([], mailbox.list().length, 'There is no such mail.'));
  const raw = await mailbox.raw(id);
  if (part === '.eml') return download(response, raw, `${id}.eml`, 'message/rfc822');
  const parsed = await PostalMime.parse(raw);
  if (part === '/body.html') return html(200, bodyHtml(parsed), mailHeaders);
  if (part) return sendAttachment(response, parsed.attachments[Number(part.slice('/attachments/'.length))]);
  return html(200, mailPage(mail satisfies StoredMail, parsed));
}

function sendAttachment(response: ServerResponse, attachment: Attachment | undefined): void {
  if (attachment) {
    // Nothing from a mail runs on this origin, whatever it says it is: it is saved, never shown.
    download(response, bytesOf(attachment), attachment.filename ?? 'attachment', 'application/octet-stream');
    return;
  }
  respond(response, 404, 'text/plain; charset=utf-8', 'There is no such attachment.\n', pageHeaders);
}

function download(response: ServerResponse, content: Uint8Array, name: string, type: string): void {
  const plain = name.replace(/[^\w. -]/g, '_');
  respond(response, 200, type, content, {
    ...pageHeaders,
    'content-disposition': `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name.toWellFormed())}`,
  });
}

/** The HTML part with its inline images written into it: the frame may load nothing. */
function bodyHtml(parsed: Email): string {
  let html = parsed.html ?? '';
  for (const attachment of parsed.attachments) {
    const contentId = attachment.contentId?.replace(/^<|>$/g, '');
    if (!contentId || !/^image\/(png|jpeg|gif|webp)$/.test(attachment.mimeType)) continue;
    html = html.replaceAll(
      `cid:${contentId}`,
      `data:${attachment.mimeType};base64,${bytesOf(attachment).toString('base64')}`,
    );
  }
  return html;
}

function bytesOf({ content }: Attachment): Buffer {
  if (typeof content === 'string') return Buffer.from(content);
  return content instanceof ArrayBuffer
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

function clamp(limit: number): number {
  return Number.isInteger(limit) && limit > 0 ? Math.min(limit, 10_000) : pageLimit;
}
