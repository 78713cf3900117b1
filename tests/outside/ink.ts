/** A grey picture: a byte a pixel, 0 black. */
export type Picture = { width: number; height: number; pixels: Uint8Array };
/** Where there is ink, cropped to it: a byte a pixel, 1 or 0. */
export type Ink = { width: number; height: number; dots: Uint8Array; count: number };

/** Reads binary PGM, as pdftoppm -gray writes it: several one after the other. */
export function readGrey(bytes: Buffer): Picture[] {
  const pictures: Picture[] = [];
  for (let at = 0; at < bytes.length; ) {
    const header = /^P5\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.subarray(at, at + 40).toString('latin1'));
    if (!header) throw new Error('not a PGM picture');
    const [width, height] = [Number(header[1]), Number(header[2])];
    const start = at + header[0].length;
    pictures.push({ width, height, pixels: bytes.subarray(start, start + width * height) });
    at = start + width * height;
  }
  return pictures;
}

export type Box = { left: number; top: number; right: number; bottom: number };

/** The share of a box that is darker than `dark`. */
export function inkShare(picture: Picture, box: Box, dark = 128): number {
  let count = 0;
  forEachPixel(picture, box, (value) => {
    if (value < dark) count++;
  });
  const { left, right, top, bottom } = whole(picture, box);
  return count / Math.max(1, (right - left) * (bottom - top));
}

/** What is darker than `dark` in a box, cropped to it. Without any, a picture of nothing. */
export function inkIn(picture: Picture, box: Box, dark = 128): Ink {
  let [left, right, top, bottom] = [Number.POSITIVE_INFINITY, -1, Number.POSITIVE_INFINITY, -1];
  forEachPixel(picture, box, (value, x, y) => {
    if (value >= dark) return;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
  });
  if (right < 0) return { width: 0, height: 0, dots: new Uint8Array(0), count: 0 };
  const ink: Ink = { width: right - left + 1, height: bottom - top + 1, dots: new Uint8Array(0), count: 0 };
  ink.dots = new Uint8Array(ink.width * ink.height);
  forEachPixel(picture, { left, top, right: right + 1, bottom: bottom + 1 }, (value, x, y) => {
    if (value >= dark) return;
    ink.dots[(y - top) * ink.width + x - left] = 1;
    ink.count++;
  });
  return ink;
}

/** How alike two inks are once laid one on the other, corners together, the second brought to the first's height. */
export type Likeness = {
  /** Width over height of the one, by that of the other: 1 where both are set alike. */
  proportions: number;
  /** The lesser share of the ink of one that has ink of the other within `slack` pixels. */
  overlap: number;
};

export function likeness(one: Ink, other: Ink, slack: number): Likeness {
  if (one.count === 0 || other.count === 0) return { proportions: 0, overlap: 0 };
  const proportions = one.width / one.height / (other.width / other.height);
  const fitted = resized(other, one.width, one.height);
  return { proportions, overlap: Math.min(covered(one, fitted, slack), covered(fitted, one, slack)) };
}

function covered(ink: Ink, by: Ink, slack: number): number {
  const wide = dilated(by, slack);
  let hit = 0;
  for (let i = 0; i < ink.dots.length; i++) if (ink.dots[i] && wide[i]) hit++;
  return hit / Math.max(1, ink.count);
}

function dilated({ width, height, dots }: Ink, slack: number): Uint8Array {
  const out = new Uint8Array(width * height);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      if (!dots[y * width + x]) continue;
      for (let v = Math.max(0, y - slack); v <= Math.min(height - 1, y + slack); v++) {
        out.fill(1, v * width + Math.max(0, x - slack), v * width + Math.min(width - 1, x + slack) + 1);
      }
    }
  }
  return out;
}

function resized(ink: Ink, width: number, height: number): Ink {
  const out: Ink = { width, height, dots: new Uint8Array(width * height), count: 0 };
  for (let y = 0; y < height; y++) {
    const row = Math.min(ink.height - 1, Math.floor(((y + 0.5) * ink.height) / height));
    for (let x = 0; x < width; x++) {
      const column = Math.min(ink.width - 1, Math.floor(((x + 0.5) * ink.width) / width));
      const dot = ink.dots[row * ink.width + column] ?? 0;
      out.dots[y * width + x] = dot;
      out.count += dot;
    }
  }
  return out;
}

function whole({ width, height }: Picture, box: Box): Box {
  return {
    left: Math.max(0, Math.floor(box.left)),
    top: Math.max(0, Math.floor(box.top)),
    right: Math.min(width, Math.ceil(box.right)),
    bottom: Math.min(height, Math.ceil(box.bottom)),
  };
}

function forEachPixel(picture: Picture, box: Box, see: (value: number, x: number, y: number) => void): void {
  const { left, top, right, bottom } = whole(picture, box);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) see(picture.pixels[y * picture.width + x] ?? 255, x, y);
  }
}
