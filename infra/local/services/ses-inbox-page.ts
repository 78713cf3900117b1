import type { Email } from 'postal-mime';
import type { StoredMail } from './ses-mailbox.ts';
import { escapeMarkup } from './xml.ts';

const style = `
:root { color-scheme: light dark; --line: color-mix(in srgb, currentColor 20%, transparent); }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 60rem; padding: 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: start; padding-block-end: .5rem; }
th, td { text-align: start; padding: .5rem; border-block-end: 1px solid var(--line); overflow-wrap: anywhere; vertical-align: top; }
time { white-space: nowrap; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem; }
dt { font-weight: 600; } dd { margin: 0; overflow-wrap: anywhere; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid var(--line); }
iframe { width: 100%; height: 32rem; border: 1px solid var(--line); background: #fff; color-scheme: light; }
a:focus-visible { outline: 3px solid; outline-offset: 2px; }
`;

/**
 * The list of mails, newest first.
 *
 * @param total how many there are altogether, of which `mails` are the newest
 */
export function inboxPage(mails: StoredMail[], total: number, notice?: string): string {
  const rows = mails.map(
    (mail) => `<tr>
<td><time datetime="${escapeMarkup(mail.acceptedAt)}">${escapeMarkup(readableTime(mail.acceptedAt))}</time></td>
<th scope="row"><a href="/inbox/${escapeMarkup(mail.id)}">${escapeMarkup(mail.subject) || '(no subject)'}</a></th>
<td>${escapeMarkup(mail.destinations.join(', '))}</td>
<td>${mail.attachments.length > 0 ? escapeMarkup(mail.attachments.join(', ')) : 'none'}</td>
</tr>`,
  );
  const table = `<table>
<caption>${total} ${total === 1 ? 'mail' : 'mails'}${total > mails.length ? `, the newest ${mails.length} of them` : ''}. Times are UTC.</caption>
<thead><tr><th scope="col">Sent</th><th scope="col">Subject</th><th scope="col">To</th><th scope="col">Attachments</th></tr></thead>
<tbody>${rows.join('\n')}</tbody>
</table>`;
  const empty =
    total === 0 ? '<p>No mail yet. It appears here when a credential is issued. Reload to look again.</p>' : table;
  const body = notice ? `<p role="alert">${escapeMarkup(notice)}</p><p><a href="/inbox">All mail</a></p>` : empty;
  return page('Inbox', `<h1>Local inbox</h1><p>Mail that would have gone out. Nothing left this machine.</p>${body}`);
}

/** One mail. Its HTML is shown in a frame of its own (`body.html`), never in this page. */
export function mailPage(mail: StoredMail, parsed: Email): string {
  const subject = escapeMarkup(mail.subject) || '(no subject)';
  const base = `/inbox/${escapeMarkup(mail.id)}`;
  const facts: [string, string | undefined][] = [
    ['From', mail.from],
    ['Sent as', mail.source],
    ['To', mail.destinations.join(', ')],
    ['Sent', `${readableTime(mail.acceptedAt)} UTC`],
    ['Configuration set', mail.configurationSet],
    [
      'Tags',
      Object.entries(mail.tags)
        .map(([name, value]) => `${name}=${value}`)
        .join(', ') || undefined,
    ],
  ];
  const list = facts
    .map(([name, value]) => (value ? `<dt>${name}</dt><dd>${escapeMarkup(value)}</dd>` : ''))
    .join('\n');
  const html = parsed.html
    ? `<h2>Message</h2><iframe sandbox src="${base}/body.html" title="The mail as HTML"></iframe>`
    : '';
  const text = parsed.text ? `<h2>Text</h2><pre>${escapeMarkup(parsed.text)}</pre>` : '';
  const attachments = parsed.attachments.map(
    ({ filename, mimeType }, index) =>
      `<li><a href="${base}/attachments/${index}" download>${escapeMarkup(filename ?? 'attachment')}</a> (${escapeMarkup(mimeType)})</li>`,
  );
  const downloads = attachments.length > 0 ? `<h2>Attachments</h2><ul>${attachments.join('\n')}</ul>` : '';
  return page(
    mail.subject || 'Mail',
    `<p><a href="/inbox">All mail</a></p><h1>${subject}</h1><dl>${list}</dl>${downloads}${html}${text}
<p><a href="${base}.eml" download>The message as it was sent (.eml, ${mail.sizeBytes} bytes)</a></p>`,
  );
}

function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escapeMarkup(title)} · local mail</title><style>${style}</style></head>
<body><main>${body}</main></body>
</html>
`;
}

function readableTime(instant: string): string {
  return instant.slice(0, 19).replace('T', ' ');
}
