import { maxImageBytes, maxImagePixels, maxImageSide } from '../../../domain/branding.ts';
import type { ImageCheck } from '../../../ports/image-check.ts';
import { ImageFault } from './image-fault.ts';
import { type Jpeg, readJpeg } from './jpeg.ts';
import { decodePng, type Png, pngSize } from './png.ts';
import { type StoredPng, storedPng } from './stored-png.ts';

export type DecodedImage = Png | Jpeg;
export type PackedImage = DecodedImage | StoredPng;

/**
 * A PNG as samples, or a JPEG's facts. A PNG is decoded whole; of a JPEG every segment and the end are looked at, and
 * its pixels are left to whoever shows the page.
 *
 * @throws ImageFault whose message goes on from the file's name: `is cut short; save it again`
 */
export function decodeImage(bytes: Uint8Array): DecodedImage {
  return readImage(bytes, decodePng);
}

/** `decodeImage`, but for a PNG that a PDF can hold as it is packed. @throws ImageFault */
export function packedImage(bytes: Uint8Array): PackedImage {
  return readImage(bytes, (png) => storedPng(png) ?? decodePng(png));
}

function readImage<Found>(bytes: Uint8Array, readPng: (bytes: Uint8Array) => Found): Found | Jpeg {
  if (bytes.length > maxImageBytes) {
    throw new ImageFault(`has ${bytes.length} bytes; save it smaller, with at most ${maxImageBytes}`);
  }
  if (isPng(bytes)) {
    refuseSize(pngSize(bytes));
    return readPng(bytes);
  }
  if (!isJpeg(bytes)) throw new ImageFault('is neither a PNG nor a JPEG; save it as one of them');
  const jpeg = readJpeg(bytes);
  refuseSize(jpeg);
  return jpeg;
}

/** `decodeImage` as a question. */
export const imageFault: ImageCheck = (bytes) => {
  try {
    decodeImage(bytes);
    return undefined;
  } catch (error) {
    if (error instanceof ImageFault) return error.message;
    throw error;
  }
};

const isPng = (bytes: Uint8Array) => [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((b, i) => bytes[i] === b);
const isJpeg = (bytes: Uint8Array) => bytes[0] === 0xff && bytes[1] === 0xd8;

function refuseSize({ width, height }: { width: number; height: number }): void {
  if (width < 1 || height < 1) throw new ImageFault('has no pixels; save it again');
  if (width > maxImageSide || height > maxImageSide || width * height > maxImagePixels) {
    const most = `${maxImageSide} a side and ${maxImagePixels} altogether`;
    throw new ImageFault(`has ${width} × ${height} pixels; save it smaller, with at most ${most}`);
  }
}
