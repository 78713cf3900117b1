import { imagesOf } from '../../../domain/branding.ts';
import { AdapterError } from '../../../ports/adapter-error.ts';
import type { CertificateContent } from '../../../ports/certificate-engine.ts';
import { type PackedImage, packedImage } from '../images/decode-image.ts';
import { ImageFault } from '../images/image-fault.ts';
import type { StoredPng } from '../images/stored-png.ts';
import type { PlacedImage, PlacedImages } from '../layout/design.ts';
import { deflated } from './deflated.ts';
import type { RawObject } from './font-objects.ts';

export type ImageObjects = {
  placed: PlacedImages;
  /** Names in the resources with what they stand for. `allot` gives the next object number. */
  write(allot: () => number): { key: string; number: number; objects: RawObject[] }[];
};

/**
 * The program's pictures, each once.
 *
 * @throws AdapterError `certificate.image`, naming the field, where a file is missing or broken.
 */
export function imageObjects({ program, images }: Pick<CertificateContent, 'program' | 'images'>): ImageObjects {
  const decoded = new Map<string, { key: string; image: PackedImage }>();
  const byField = new Map<string, PlacedImage>();
  for (const { field, image } of imagesOf(program)) {
    const hash = image.sha256 ?? '';
    const bytes = images.get(hash);
    if (!bytes) throw refused(`${field}: ${image.file} is not stored; load the program again`);
    let known = decoded.get(hash);
    if (!known) {
      known = { key: `I${decoded.size}`, image: packedOf(bytes, `${field}: ${image.file}`) };
      decoded.set(hash, known);
    }
    byField.set(field, { key: known.key, alt: image.alt, aspect: known.image.width / known.image.height });
  }
  return {
    placed: {
      logo: byField.get('branding.logo'),
      seal: byField.get('branding.seal'),
      signatures: program.signatories.map((_, i) => byField.get(`signatories.${i}.signature`)),
    },
    write: (allot) => [...decoded.values()].map(({ key, image }) => ({ key, ...written(image, allot) })),
  };
}

function packedOf(bytes: Uint8Array, what: string): PackedImage {
  try {
    return packedImage(bytes);
  } catch (error) {
    if (error instanceof ImageFault) throw refused(`${what} ${error.message}`, error);
    throw error;
  }
}

function refused(message: string, cause?: unknown): AdapterError {
  return new AdapterError('certificate.image', message, { retryable: false, ...(cause !== undefined && { cause }) });
}

function written(image: PackedImage, allot: () => number): { number: number; objects: RawObject[] } {
  const number = allot();
  if (image.kind === 'stored') return asStored(image, number, allot);
  const { width, height, colours } = image;
  const space = colours === 1 ? 'DeviceGray' : 'DeviceRGB';
  const head = `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent 8/ColorSpace/${space}`;
  if (image.kind === 'jpeg') {
    return { number, objects: [{ number, body: `${head}/Filter/DCTDecode`, bytes: image.bytes }] };
  }
  const indexed = indexOf(image.samples, colours);
  const colour = `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent 8/ColorSpace${indexed ? indexed.space : `/${space}`}`;
  const data = deflated(indexed?.samples ?? image.samples);
  const packed = '/Filter/FlateDecode';
  if (!image.alpha) return { number, objects: [{ number, body: colour + packed, bytes: data }] };
  const mask = allot();
  const maskHead = `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent 8/ColorSpace/DeviceGray`;
  return {
    number,
    objects: [
      { number: mask, body: maskHead + packed, bytes: deflated(image.alpha) },
      { number, body: `${colour}/SMask ${mask} 0 R${packed}`, bytes: data },
    ],
  };
}

/** What the file holds, as it is; only what is transparent of it is a picture of its own. */
function asStored(image: StoredPng, number: number, allot: () => number): { number: number; objects: RawObject[] } {
  const { width, height, depth, channels, palette, clear, opacity, data } = image;
  const head = `<</Type/XObject/Subtype/Image/Width ${width}/Height ${height}/BitsPerComponent ${depth}/ColorSpace`;
  const space = palette
    ? `[/Indexed/DeviceRGB ${palette.length / 3 - 1}<${Buffer.from(palette).toString('hex')}>]`
    : `/${channels === 1 ? 'DeviceGray' : 'DeviceRGB'}`;
  const rows = `/Filter/FlateDecode/DecodeParms<</Predictor 15/Colors ${channels}/BitsPerComponent ${depth}/Columns ${width}>>`;
  const unseen = clear ? `/Mask[${clear.join(' ')}]` : '';
  if (!opacity) return { number, objects: [{ number, body: head + space + unseen + rows, bytes: data }] };
  const mask = allot();
  const maskBody = `${head}/DeviceGray/Filter/FlateDecode`;
  return {
    number,
    objects: [
      { number: mask, body: maskBody, bytes: deflated(opacity) },
      { number, body: `${head}${space}/SMask ${mask} 0 R${rows}`, bytes: data },
    ],
  };
}

/** Logos have few colours: a byte each, and a list of them, is smaller. Undefined where there are more than 256. */
function indexOf(samples: Uint8Array, channels: 1 | 3): { space: string; samples: Uint8Array } | undefined {
  if (channels === 1) return undefined;
  const known = new Map<number, number>();
  const indices = new Uint8Array(samples.length / 3);
  for (let i = 0; i < indices.length; i++) {
    const at = 3 * i;
    const colour = ((samples[at] as number) << 16) | ((samples[at + 1] as number) << 8) | (samples[at + 2] as number);
    let index = known.get(colour);
    if (index === undefined) {
      index = known.size;
      if (index === 256) return undefined;
      known.set(colour, index);
    }
    indices[i] = index;
  }
  const list = [...known.keys()].map((colour) => colour.toString(16).padStart(6, '0')).join('');
  return { space: `[/Indexed/DeviceRGB ${known.size - 1}<${list}>]`, samples: indices };
}
