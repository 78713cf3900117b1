import * as z from 'zod';
import { exactly, oneLine } from './exactly.ts';

export const maxImageBytes = 300_000;

/** Half a sheet at 300 dots an inch is some 1,650 dots wide. */
export const maxImageSide = 4_000;
/** What has to be held in memory to draw it, whatever its file's size. */
export const maxImagePixels = 4_000_000;

const colour = () => z.string().check(z.regex(/^#[0-9a-f]{6}$/, 'a colour is # and six lower-case hex digits'));

const colours = () => ({ ink: colour(), accent: colour(), rule: colour(), paper: colour() });
export const coloursSchema = () => exactly(colours());
export type Colours = z.infer<ReturnType<typeof coloursSchema>>;

/** A picture on the paper: a PNG or JPEG file, and what is read aloud in its place. */
export const imageSchema = () =>
  exactly({
    file: z
      .string()
      .check(
        z.maxLength(80),
        z.regex(
          /^[A-Za-z0-9][A-Za-z0-9._-]*\.(png|jpg|jpeg)$/,
          'the name of a .png, .jpg or .jpeg file beside the program’s own, without a folder',
        ),
      ),
    alt: oneLine(160),
    /** Of the file; `program load` writes it, so that the program's own hash pins the picture. */
    sha256: z
      .string()
      .check(z.regex(/^[0-9a-f]{64}$/, '64 lower-case hex digits; leave it out, and loading writes it'))
      .optional(),
  });
export type Image = z.infer<ReturnType<typeof imageSchema>>;

/** What makes a program's certificates its own. */
export const brandingSchema = () =>
  exactly({
    logo: imageSchema().optional(),
    seal: imageSchema().optional(),
    /** In place of the template's. */
    colours: exactly(optional(colours())).optional(),
  });
export type Branding = z.infer<ReturnType<typeof brandingSchema>>;

function optional({ ink, accent, rule, paper }: ReturnType<typeof colours>) {
  return { ink: ink.optional(), accent: accent.optional(), rule: rule.optional(), paper: paper.optional() };
}

type Branded = { branding?: Branding | undefined; signatories: readonly { signature?: Image | undefined }[] };

/** The pictures that a program names, each with the field that names it. */
export function imagesOf({ branding, signatories }: Branded): { field: string; image: Image }[] {
  const named = [
    { field: 'branding.logo', image: branding?.logo },
    { field: 'branding.seal', image: branding?.seal },
    ...signatories.map(({ signature }, i) => ({ field: `signatories.${i}.signature`, image: signature })),
  ];
  return named.flatMap(({ field, image }) => (image ? [{ field, image }] : []));
}

/** The SHA-256 of every picture that a published program names, each once. */
export function imageHashes(program: Branded): string[] {
  const hashes = imagesOf(program).flatMap(({ image }) => (image.sha256 === undefined ? [] : [image.sha256]));
  return [...new Set(hashes)];
}

/** The colours that a program's certificates are printed in. */
export function coloursOf({ branding }: Pick<Branded, 'branding'>, template: { colours: Colours }): Colours {
  const { ink, accent, rule, paper } = { ...template.colours, ...branding?.colours } as Colours;
  return { ink, accent, rule, paper };
}

/** Least contrast of text that everybody is to read: WCAG 2.1, success criterion 1.4.3. */
const leastContrast = 4.5;

/** A sentence for each colour whose text would be hard to read on the paper. */
export function contrastWarnings(program: Pick<Branded, 'branding'>, template: { colours: Colours }): string[] {
  const inForce = coloursOf(program, template);
  return (['ink', 'accent'] as const).flatMap((name) => {
    const ratio = contrastOf(inForce[name], inForce.paper);
    if (ratio >= leastContrast) return [];
    const where = program.branding?.colours?.[name] === undefined ? 'template colours' : 'program branding.colours';
    // Rounded down, so that a ratio that falls short never reads as if it did not.
    const shown = Math.floor(ratio * 100) / 100;
    return [`${where}.${name}: its contrast with the paper is ${shown}; make it ${leastContrast} or more`];
  });
}

/** Contrast of two colours, from 1 (none) to 21 (black on white): WCAG 2.1, "contrast ratio". */
export function contrastOf(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const channel = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return channel <= 0.04045 ? channel / 12.92 : ((channel + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
