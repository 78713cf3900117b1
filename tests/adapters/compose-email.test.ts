import { readFileSync } from 'node:fs';
import PostalMime from 'postal-mime';
import { describe, expect, test } from 'vitest';
import { composeMime } from '../../functions/adapters/mime/compose-mime.ts';
import { composeEmail } from '../../functions/deliver/compose-email.ts';
import type { EmailContent } from '../../functions/deliver/deliver.ts';
import type { Credential } from '../../functions/domain/credential.ts';
import { newDelivery } from '../../functions/domain/delivery.ts';
import { type Program, programSchema } from '../../functions/domain/program.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';

const readJson = (path: string) => JSON.parse(readFileSync(new URL(`../../data/${path}`, import.meta.url), 'utf8'));
const peer = programSchema.parse(readJson('programs/staten-island-peer-specialist.json'));
const recovery = programSchema.parse(readJson('programs/recovery-support-specialist.json'));
const now = '2026-05-03T10:00:00.000Z';
const place = { program: peer.id, enrollment: 'enr-1' };
const apprentice = { id: 'apprentice-1', name: 'Nguyễn Thị Hồng Nhung', email: 'nhung@mail.example' };
const credential = {
  credentialId: '01JX8Z6TQ4H0W3N5V7K9R2M1PD',
  code: '7Q4NZ0K8W2RJ5TX1M9VC3HYBPD',
  facts: { name: apprentice.name },
} as Credential;
const pdf = new Uint8Array([1, 2, 3]);

function certificate(given: { name?: string; program?: Program; replaces?: string } = {}): EmailContent {
  return {
    about: 'credential',
    program: given.program ?? peer,
    apprentice: { ...apprentice, name: given.name ?? apprentice.name },
    delivery: {
      ...newDelivery({ ...place, deliveryId: 'dlv-1', about: { kind: 'credential', credentialId: 'c' } }, now),
      attempt: 3,
    },
    credential: { ...credential, ...(given.replaces !== undefined && { replaces: given.replaces }) },
    pdf,
  };
}

function warning(to: 'apprentice' | 'program', program = peer): EmailContent {
  const about = { kind: 'lapse-warning' as const, expiresOn: '2027-03-14', to };
  return {
    about: 'lapse-warning',
    program,
    apprentice,
    delivery: newDelivery({ ...place, deliveryId: 'lapse-1', about }, now),
    expiresOn: '2027-03-14',
    to,
  };
}

/** Every text of both frameworks, and what the programs call the achievement. */
const revealing = ['peer-specialist.2021-07-16', 'recovery-support-specialist.1']
  .flatMap((file) => textsIn(readJson(`frameworks/${file}.json`)))
  .concat(
    [peer, recovery].flatMap(({ name, achievement }) => [name, achievement]),
    ['CRSS', 'CPR', 'lived experience', 'peer specialist'],
  );

function textsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, each]) =>
    key === 'text' || key === 'display' ? [String(each)] : textsIn(each),
  );
}

describe('the words of an email', () => {
  test('the certificate goes from the program to the apprentice, with the PDF and a link to check it', () => {
    const email = composeEmail(certificate());
    const link = 'https://verify.journeypaper.example/v/7Q4NZ0K8W2RJ5TX1M9VC3HYBPD';
    expect(email).toMatchObject({
      from: { name: 'Apprenticeship Office', address: 'certificates@peer-specialist.example' },
      replyTo: 'office@peer-specialist.example',
      to: { name: apprentice.name, address: 'nhung@mail.example' },
      language: 'en',
      attachments: [{ filename: 'certificate-K9R2M1PD.pdf', contentType: 'application/pdf', content: pdf }],
      tags: { program: peer.id, enrollment: 'enr-1', delivery: 'dlv-1', attempt: '3' },
    });
    expect(email.text).toContain(`Dear ${apprentice.name},`);
    expect(email.text).toContain(`\n\n${link}\n\n`);
    expect(email.html).toContain(`<a href="${link}"`);
  });

  test.each([
    certificate(),
    certificate({ program: recovery }),
    warning('apprentice'),
    warning('program'),
    warning('apprentice', recovery),
  ])('no email says what was achieved, names a requirement or claims to be an agency: %#', (content) => {
    const { subject, text, html } = composeEmail({
      ...content,
      program: { ...content.program, sponsor: 'The Sponsor' },
    });
    const words = `${subject}\n${text}\n${html}`.toLowerCase();
    expect(revealing.length).toBeGreaterThan(200);
    expect(revealing.filter((each) => words.includes(each.toLowerCase()))).toEqual([]);
  });

  test('the subject says no more than the sender does', () => {
    expect(composeEmail(certificate()).subject).toBe('Your certificate from Apprenticeship Office');
  });

  test('a certificate that replaces another says so', () => {
    expect(composeEmail(certificate()).text).not.toContain('replaces');
    expect(composeEmail(certificate({ replaces: 'older' })).text).toContain(
      'replaces the certificate that you received before',
    );
  });

  test('markup in a name is shown, not obeyed', () => {
    const { html, text } = composeEmail(certificate({ name: `<b onclick='x'>"A" & {sponsor}</b>` }));
    expect(html).toContain('&lt;b onclick=&#39;x&#39;&gt;&quot;A&quot; &amp; {sponsor}&lt;/b&gt;');
    expect(html).not.toContain('<b ');
    expect(text).toContain(`<b onclick='x'>"A" & {sponsor}</b>`);
  });

  test('no placeholder is left open, and text and HTML say the same', () => {
    for (const content of [certificate({ replaces: 'older' }), warning('apprentice'), warning('program')]) {
      const { subject, text, html } = composeEmail(content);
      expect(`${subject}${text}${html}`).not.toMatch(/\{\w+\}/);
      const shown = html.replace(/<title>.*<\/title>|<[^>]+>/g, '');
      expect(shown.split(/\s+/).filter(Boolean)).toEqual(text.split(/\s+/).filter(Boolean));
    }
  });

  test('a lapse warning tells the day and never which certificate', () => {
    const { subject, text, attachments } = composeEmail(warning('apprentice'));
    expect(subject).toBe('A certificate on your record expires on March 14, 2027');
    expect(text).toContain('A certificate on your record expires on March 14, 2027.');
    expect(attachments).toEqual([]);
  });

  test("the program's warning goes to its contact and names the enrollment, not the person", () => {
    const { to, subject, text } = composeEmail(warning('program'));
    expect(to.address).toBe('office@peer-specialist.example');
    expect(text).toContain('enrollment enr-1');
    expect(`${subject}${text}`).not.toContain(apprentice.name);
  });

  test('a program without a contact cannot be warned, and no retry mends that', () => {
    const { contact: _, ...email } = peer.email;
    const compose = () => composeEmail(warning('program', { ...peer, email }));
    expect(compose).toThrow(AdapterError);
    expect(compose).toThrow(expect.objectContaining({ code: 'program.no-contact', retryable: false }));
  });

  test('what is composed can be sent', async () => {
    const mail = await PostalMime.parse(await composeMime(composeEmail(certificate())));
    expect(mail).toMatchObject({
      subject: 'Your certificate from Apprenticeship Office',
      to: [{ name: apprentice.name }],
    });
  });
});
