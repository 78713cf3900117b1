import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { composeMime } from '../../functions/adapters/mime/compose-mime.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { Email } from '../../functions/ports/mailer.ts';

const pdf = new Uint8Array([0x25, 0x50, 0x44, 0x46, 0, 255, 10, 13]);

function email(given: Partial<Email> = {}): Email {
  return {
    from: { name: 'Apprenticeship Office', address: 'certificates@program.example' },
    to: { name: 'Ana', address: 'ana@mail.example' },
    subject: 'Your certificate',
    text: 'Dear Ana,\n',
    html: '<p>Dear Ana,</p>\n',
    language: 'en',
    attachments: [{ filename: 'certificate-1234.pdf', contentType: 'application/pdf', content: pdf }],
    tags: { delivery: 'dlv-1' },
    ...given,
  };
}

const parsed = async (given?: Partial<Email>) => PostalMime.parse(await composeMime(email(given)));
const headersOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('latin1').split('\r\n\r\n')[0] ?? '';

const oddNames = [
  'Nguyễn Thị Hồng Nhung',
  'Łukasz Żółć-Brzęczyszczykiewicz',
  'Ναταλία Παπαδοπούλου',
  'أحمد بن يوسف',
  '王小明',
  "O'Brien-Ñuñez III",
  'Žofie '.repeat(20).trim().padEnd(120, 'á'),
];

describe('composing MIME', () => {
  test.each(oddNames)('the name %s arrives as it was written', async (name) => {
    const mail = await parsed({ to: { name, address: 'a@mail.example' }, from: { name, address: 'b@mail.example' } });
    expect(mail.to).toEqual([{ name, address: 'a@mail.example' }]);
    expect(mail.from).toEqual({ name, address: 'b@mail.example' });
  });

  test.each(oddNames)('the name %s arrives as it was written in subject, text and HTML', async (name) => {
    const mail = await parsed({ subject: `For ${name}`, text: `${name}\n`, html: `<p>${name}</p>` });
    expect(mail.subject).toBe(`For ${name}`);
    expect(mail.text?.trim()).toBe(name);
    expect(mail.html).toContain(name);
  });

  test('headers are ASCII, with no line longer than 998 octets', async () => {
    const bytes = await composeMime(
      email({ to: { name: oddNames[6] ?? '', address: 'a@mail.example' }, subject: 'ž'.repeat(300) }),
    );
    expect(headersOf(bytes)).toMatch(/^[\x20-\x7e\r\n\t]*$/);
    expect(
      Math.max(
        ...headersOf(bytes)
          .split('\r\n')
          .map((line) => line.length),
      ),
    ).toBeLessThanOrEqual(998);
  });

  test('text and HTML are alternatives, and the attachment arrives byte for byte', async () => {
    const raw = Buffer.from(await composeMime(email())).toString('latin1');
    expect(raw).toMatch(
      /multipart\/mixed[\s\S]*multipart\/alternative[\s\S]*text\/plain[\s\S]*text\/html[\s\S]*application\/pdf/,
    );
    const { attachments } = await parsed();
    expect(attachments).toMatchObject([
      { filename: 'certificate-1234.pdf', mimeType: 'application/pdf', disposition: 'attachment' },
    ]);
    expect(new Uint8Array(attachments[0]?.content as ArrayBuffer)).toEqual(pdf);
  });

  test('a file name beyond ASCII is encoded and arrives', async () => {
    const filename = 'świadectwo-王.pdf';
    const attachment = { filename, contentType: 'application/pdf', content: pdf };
    expect(Buffer.from(await composeMime(email({ attachments: [attachment] }))).toString('latin1')).toMatch(
      /filename\*0\*=utf-8''/i,
    );
    expect((await parsed({ attachments: [attachment] })).attachments[0]?.filename).toBe(filename);
  });

  test('the message says its language, and that a machine wrote it', async () => {
    const headers = headersOf(await composeMime(email({ language: 'en-US', replyTo: 'office@program.example' })));
    expect(headers).toContain('Content-Language: en-US');
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(headers).toContain('Reply-To: office@program.example');
  });

  test.each<[string, Partial<Email>]>([
    ['to.name', { to: { name: 'Ana\r\nBcc: eve@evil.example', address: 'ana@mail.example' } }],
    ['to.name', { to: { name: 'Ana\u2028X', address: 'ana@mail.example' } }],
    ['from.name', { from: { name: 'Office\nX: y', address: 'o@program.example' } }],
    ['subject', { subject: 'Hello\r\nBcc: eve@evil.example' }],
    ['subject', { subject: 'Hello\0' }],
    ['to.address', { to: { name: 'Ana', address: 'ana@mail.example, eve@evil.example' } }],
    ['to.address', { to: { name: 'Ana', address: 'ana@mail.example\r\nBcc: eve@evil.example' } }],
    ['from.address', { from: { name: 'Office', address: '<o@program.example>' } }],
    ['replyTo', { replyTo: 'o@program.example\r\nX: y' }],
    ['language', { language: 'en\r\nX: y' }],
    [
      'attachment.filename',
      { attachments: [{ filename: 'a"\r\nX: y.pdf', contentType: 'application/pdf', content: pdf }] },
    ],
    ['attachment.filename', { attachments: [{ filename: '../a.pdf', contentType: 'application/pdf', content: pdf }] }],
    ['attachment.contentType', { attachments: [{ filename: 'a.pdf', contentType: 'a/b\r\nX: y', content: pdf }] }],
  ])('a %s that would break out of its header is refused for good, without repeating it', async (field, given) => {
    const error = await composeMime(email(given)).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(AdapterError);
    expect(error).toMatchObject({
      code: 'mail.header',
      retryable: false,
      message: `${field}: cannot stand in a mail header`,
    });
  });

  test('markup in a name stays what it is: composing reads no file and no address', async () => {
    const mail = await parsed({
      html: '<img src="file:///etc/passwd">',
      to: { name: '"Ana" <eve@evil.example>', address: 'ana@mail.example' },
    });
    expect(mail.to).toEqual([{ name: '"Ana" <eve@evil.example>', address: 'ana@mail.example' }]);
    expect(mail.html).toContain('file:///etc/passwd');
  });
});
