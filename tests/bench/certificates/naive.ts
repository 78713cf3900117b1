import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fontkit from '@pdf-lib/fontkit';
import { type Color, PDFDocument, type PDFFont, type PDFPage, rgb } from 'pdf-lib';
import qrcode from 'qrcode-generator';
import { coloursOf, imagesOf } from '../../../functions/domain/branding.ts';
import type { CertificateContent } from '../../../functions/ports/certificate-engine.ts';

// The certificate as a good engineer would write it in an afternoon, with pdf-lib and nothing but its documented calls:
// the same texts, images, code, transcript, attachment and metadata, fonts embedded as subsets, everything made afresh
// for every document. It does less than the engine: plain ornaments, no small capitals, no structure tree, no archival
// metadata, no place for a signature, no script that needs shaping. So it flatters the naive way, if anything.

type FontBytes = { regular: Uint8Array; italic: Uint8Array; bold: Uint8Array };
type Look = { regular: PDFFont; italic: PDFFont; bold: PDFFont; ink: Color; accent: Color; rule: Color; paper: Color };

/** Font files are read once, as bytes; that is all that pdf-lib's interface lets one keep. */
export function naiveFonts(folder: string): FontBytes {
  const read = (style: string) => readFileSync(join(folder, `EBGaramond-${style}.ttf`));
  return { regular: read('Regular'), italic: read('Italic'), bold: read('SemiBold') };
}

export async function naiveCertificate(content: CertificateContent, fonts: FontBytes): Promise<Uint8Array> {
  const document = await PDFDocument.create();
  document.registerFontkit(fontkit);
  const colours = coloursOf(content.program, content.template);
  const look: Look = {
    regular: await document.embedFont(fonts.regular, { subset: true }),
    italic: await document.embedFont(fonts.italic, { subset: true }),
    bold: await document.embedFont(fonts.bold, { subset: true }),
    ink: ofHex(colours.ink),
    accent: ofHex(colours.accent),
    rule: ofHex(colours.rule),
    paper: ofHex(colours.paper),
  };
  const [width, height] = content.program.page === 'letter' ? [612, 792] : [595.28, 841.89];
  await drawCertificate(document, document.addPage([height, width]), content, look);
  drawTranscript(() => document.addPage([width, height]), content, look);
  const record = JSON.stringify({ ...content, images: undefined });
  await document.attach(new TextEncoder().encode(record), `${content.credentialId}.json`, {
    mimeType: 'application/json',
    description: 'The credential’s record',
  });
  document.setTitle(`${content.template.words.title} · ${content.facts.name}`, { showInWindowTitleBar: true });
  document.setAuthor(content.program.sponsor);
  document.setSubject(content.achievementText);
  document.setLanguage(content.template.language);
  document.setCreationDate(new Date(`${content.issuedOn}T00:00:00Z`));
  return document.save();
}

async function drawCertificate(document: PDFDocument, page: PDFPage, content: CertificateContent, look: Look) {
  const { width, height } = page.getSize();
  const { words } = content.template;
  for (const [inset, thickness, colour] of [
    [27, 1.1, look.accent],
    [45, 0.45, look.accent],
    [51, 0.3, look.rule],
  ] as const) {
    const box = { x: inset, y: inset, width: width - 2 * inset, height: height - 2 * inset };
    page.drawRectangle({
      ...box,
      borderWidth: thickness,
      borderColor: colour,
      ...(inset === 27 && { color: look.paper }),
    });
  }
  for (const radius of [27, 24, 15]) {
    page.drawCircle({ x: width / 2, y: height - 92, size: radius, borderWidth: 0.4, borderColor: look.accent });
  }
  const values = valuesOf(content);
  const statement = content.achievement === 'completion' ? words.statement : words.skillSetStatement;
  let y = height - 140;
  for (const [text, font, size, colour] of [
    [content.program.sponsor.toUpperCase(), look.regular, 13, look.ink],
    [words.title.toUpperCase(), look.regular, 34, look.accent],
    [words.presentedTo, look.italic, 15.5, look.ink],
    [content.facts.name, look.regular, 44, look.ink],
    [filled(statement, values), look.italic, 15.5, look.ink],
    [`${filled(words.completedOn, values)} · ${filled(words.issuedOn, values)}`, look.regular, 13, look.ink],
  ] as const) {
    y = centred(page, text, { font, size, colour, width: width - 184, y });
  }
  const images = new Map<string, Awaited<ReturnType<PDFDocument['embedPng']>>>();
  for (const { field, image } of imagesOf(content.program)) {
    const bytes = content.images.get(image.sha256 ?? '');
    if (!bytes) continue;
    const embedded = image.file.endsWith('.png') ? await document.embedPng(bytes) : await document.embedJpg(bytes);
    images.set(field, embedded);
  }
  content.program.signatories.forEach(({ name, title }, i, all) => {
    const x = width / 2 + (i - (all.length - 1) / 2) * 260;
    page.drawLine({ start: { x: x - 105, y: 128 }, end: { x: x + 105, y: 128 }, thickness: 0.6, color: look.ink });
    const image = images.get(`signatories.${i}.signature`);
    if (image) page.drawImage(image, { x: x - 50, y: 130, ...image.scaleToFit(100, 34) });
    for (const [text, font, size, down] of [
      [name, look.regular, 12, 13],
      [title, look.italic, 10.5, 27],
    ] as const) {
      page.drawText(text, {
        x: x - font.widthOfTextAtSize(text, size) / 2,
        y: 128 - down,
        font,
        size,
        color: look.ink,
      });
    }
  });
  for (const [field, x] of [
    ['branding.logo', 70],
    ['branding.seal', width - 140],
  ] as const) {
    const image = images.get(field);
    if (image) page.drawImage(image, { x, y: height - 130, ...image.scaleToFit(70, 60) });
  }
  drawFoot(page, content, look);
}

function drawFoot(page: PDFPage, content: CertificateContent, look: Look) {
  const { words } = content.template;
  const address = content.program.verifyUrl + content.code;
  const code = qrcode(0, 'M');
  code.addData(address);
  code.make();
  const path: string[] = [];
  for (let row = 0; row < code.getModuleCount(); row++) {
    for (let column = 0; column < code.getModuleCount(); column++) {
      if (code.isDark(row, column)) path.push(`M${column} ${row}h1v1h-1z`);
    }
  }
  page.drawSvgPath(path.join(''), { x: page.getWidth() - 120, y: 120, scale: 1.4, color: look.ink });
  [`${words.credential} ${content.credentialId}`, `${words.verify} ${address}`, words.notAgency].forEach((text, i) => {
    const x = (page.getWidth() - look.regular.widthOfTextAtSize(text, 8)) / 2;
    page.drawText(text, { x, y: 84 - 10.5 * i, font: look.regular, size: 8, color: look.ink });
  });
}

function drawTranscript(turn: () => PDFPage, content: CertificateContent, look: Look) {
  const { transcript, template, facts } = content;
  const { words } = template;
  let page = turn();
  const [left, right] = [68, page.getWidth() - 68];
  let y = page.getHeight() - 66;
  for (const [text, font, size, colour] of [
    [content.program.sponsor, look.regular, 12, look.ink],
    [words.transcriptTitle, look.regular, 30, look.accent],
    [facts.name, look.bold, 17, look.ink],
    [content.achievementText, look.italic, 13.5, look.ink],
    [filled(words.completedOn, valuesOf(content)), look.regular, 11.5, look.ink],
  ] as const) {
    y = centred(page, text, { font, size, colour, width: right - left, y });
  }
  const row = (text: string, date: string, font: PDFFont, colour: Color, indent = 0) => {
    const lines = wrapped(text, font, 10.5, right - left - 120 - indent);
    if (y - 13.5 * lines.length < 92) {
      page = turn();
      y = page.getHeight() - 66;
    }
    page.drawText(date, {
      x: right - font.widthOfTextAtSize(date, 10.5),
      y: y - 12.5,
      font,
      size: 10.5,
      color: colour,
    });
    for (const line of lines) {
      page.drawText(line, { x: left + indent, y: y - 12.5, font, size: 10.5, color: colour });
      y -= 13.5;
    }
    page.drawLine({ start: { x: left, y: y - 3 }, end: { x: right, y: y - 3 }, thickness: 0.3, color: look.rule });
    y -= 5.5;
  };
  for (const [title, lines] of [
    [words.skillSets, transcript.skillSets],
    [words.courses, transcript.courses],
    [words.certificates, transcript.certificates],
  ] as const) {
    if (lines.length === 0) continue;
    row(title, words.dateCompleted, look.bold, look.accent);
    for (const line of lines) {
      row(line.text, dateOf(line.on, template.language), look.regular, look.ink);
      for (const skill of 'skills' in line ? (line.skills ?? []) : []) {
        row(skill.text, dateOf(skill.on, template.language), look.regular, look.ink, 14);
      }
    }
  }
}

function centred(
  page: PDFPage,
  text: string,
  { font, size, colour, width, y }: { font: PDFFont; size: number; colour: Color; width: number; y: number },
): number {
  let points = size;
  while (points > size * 0.6 && font.widthOfTextAtSize(text, points) > width) points -= 1;
  let at = y;
  for (const line of wrapped(text, font, points, width)) {
    const x = (page.getWidth() - font.widthOfTextAtSize(line, points)) / 2;
    at -= points * 1.24;
    page.drawText(line, { x, y: at, font, size: points, color: colour });
  }
  return at - 6;
}

function wrapped(text: string, font: PDFFont, size: number, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && font.widthOfTextAtSize(longer, size) > width) {
      lines.push(line);
      line = word;
    } else line = longer;
  }
  return line === '' ? lines : [...lines, line];
}

function valuesOf({ program, template, achievementText, facts }: CertificateContent): Record<string, string> {
  const date = dateOf(facts.completedOn, template.language);
  return { program: program.name, sponsor: program.sponsor, achievement: achievementText, date };
}

function filled(words: string, values: Record<string, string>): string {
  return words.replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? '');
}

const formats = new Map<string, Intl.DateTimeFormat>();

function dateOf(date: string, language: string): string {
  const format = formats.get(language) ?? new Intl.DateTimeFormat(language, { dateStyle: 'long', timeZone: 'UTC' });
  formats.set(language, format);
  return format.format(new Date(`${date}T00:00:00Z`));
}

function ofHex(hex: string): Color {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255);
  return rgb(red, green, blue);
}
