/**
 * The sRGB profile (IEC 61966-2-1) that a PDF/A document names as its output intent: the smallest that ICC.1:2010
 * (version 4.2) allows, written here from the standard's numbers, so that no file of anybody else's is embedded.
 */
export function srgbProfile(): Uint8Array {
  const curve = parametric([2.4, 1 / 1.055, 0.055 / 1.055, 1 / 12.92, 0.04045]);
  const tags: [name: string, data: Uint8Array][] = [
    ['desc', localised('sRGB')],
    ['cprt', localised('CC0')],
    ['wtpt', xyz(d50)],
    // From D65, which sRGB is seen under, to the profile connection space's D50 (Bradford).
    [
      'chad',
      typed(
        'sf32',
        [1.047886, 0.022919, -0.050216, 0.029582, 0.990484, -0.017079, -0.009252, 0.015073, 0.751678].map(fixed),
      ),
    ],
    ['rXYZ', xyz([0.43607, 0.22249, 0.01392])],
    ['gXYZ', xyz([0.38515, 0.71687, 0.09708])],
    ['bXYZ', xyz([0.14307, 0.06061, 0.7141])],
    ['rTRC', curve],
    ['gTRC', curve],
    ['bTRC', curve],
  ];
  const distinct = [...new Set(tags.map(([, data]) => data))];
  const start = 128 + 4 + 12 * tags.length;
  const offsets = new Map<Uint8Array, number>();
  let size = start;
  for (const data of distinct) {
    offsets.set(data, size);
    size += data.length;
  }
  const profile = Buffer.alloc(size);
  header(profile, size);
  profile.writeUInt32BE(tags.length, 128);
  tags.forEach(([name, data], i) => {
    const at = 132 + 12 * i;
    profile.write(name, at, 'latin1');
    profile.writeUInt32BE(offsets.get(data) ?? 0, at + 4);
    profile.writeUInt32BE(data.length, at + 8);
  });
  for (const data of distinct) profile.set(data, offsets.get(data) ?? 0);
  return profile;
}

const d50: [number, number, number] = [0.9642, 1, 0.8249];

function header(profile: Buffer, size: number): void {
  profile.writeUInt32BE(size, 0);
  profile.writeUInt32BE(0x04200000, 8);
  profile.write('mntrRGB XYZ ', 12, 'latin1');
  // A date is required: that of the standard's edition.
  for (const [i, part] of [2010, 12, 1, 0, 0, 0].entries()) profile.writeUInt16BE(part, 24 + 2 * i);
  profile.write('acsp', 36, 'latin1');
  for (const [i, part] of d50.map(fixed).entries()) profile.writeInt32BE(part, 68 + 4 * i);
}

/** A signed number with 16 bits after the point. */
function fixed(value: number): number {
  return Math.round(value * 65_536);
}

function typed(type: string, words: number[]): Uint8Array {
  const data = Buffer.alloc(8 + 4 * words.length);
  data.write(type, 0, 'latin1');
  for (const [i, word] of words.entries()) data.writeInt32BE(word, 8 + 4 * i);
  return data;
}

function xyz(values: [number, number, number]): Uint8Array {
  return typed('XYZ ', values.map(fixed));
}

/** Function type 3 of a parametric curve: a power above `d`, a line below it. */
function parametric(parameters: number[]): Uint8Array {
  return typed('para', [3 << 16, ...parameters.map(fixed)]);
}

function localised(text: string): Uint8Array {
  const data = Buffer.alloc(28 + 2 * text.length + ((2 * text.length) % 4));
  data.write('mluc', 0, 'latin1');
  data.writeUInt32BE(1, 8);
  data.writeUInt32BE(12, 12);
  data.write('enUS', 16, 'latin1');
  data.writeUInt32BE(2 * text.length, 20);
  data.writeUInt32BE(28, 24);
  for (let i = 0; i < text.length; i++) data.writeUInt16BE(text.charCodeAt(i), 28 + 2 * i);
  return data;
}
