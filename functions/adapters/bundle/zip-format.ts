/*
 * The headers of a zip (PKWARE's APPNOTE 6.3.10), with its 64-bit forms where a number does not fit the old ones. The
 * library that makes zips takes no content that is compressed already, and neither waits for its reader nor lets memory
 * go while it adds buffers.
 */

export type ZipEntry = {
  path: string;
  compressed: boolean;
  crc32: number;
  /** In the zip, and unpacked. Below 4 GiB. */
  size: number;
  unpackedSize: number;
};

const utf8Names = 0x0800;
const unix = 3;
const version = 20;
const version64 = 45;
/** A file that its owner alone may read and write. */
const attributes = 0o100600 * 2 ** 16;
const most16 = 0xffff;
const most32 = 0xffffffff;

/** What stands before an entry's content. */
export function localHeader(entry: ZipEntry, madeAt: Date): Buffer {
  const name = Buffer.from(entry.path);
  const header = Buffer.alloc(30);
  header.writeUInt32LE(0x04034b50, 0);
  header.writeUInt16LE(version, 4);
  writeCommon(header, 6, entry, madeAt, name.length);
  return Buffer.concat([header, name]);
}

/** The entry in the directory at the zip's end. */
export function directoryHeader(entry: ZipEntry, madeAt: Date, offset: number): Buffer {
  const name = Buffer.from(entry.path);
  const extra = offset >= most32 ? farOffset(offset) : Buffer.alloc(0);
  const header = Buffer.alloc(46);
  header.writeUInt32LE(0x02014b50, 0);
  header.writeUInt16LE((unix << 8) | version64, 4);
  header.writeUInt16LE(extra.length > 0 ? version64 : version, 6);
  writeCommon(header, 8, entry, madeAt, name.length);
  header.writeUInt16LE(extra.length, 30);
  header.writeUInt32LE(attributes, 38);
  header.writeUInt32LE(Math.min(offset, most32), 42);
  return Buffer.concat([header, name, extra]);
}

/** From the flags to the lengths of name and extra field, which both headers have alike. */
function writeCommon(header: Buffer, at: number, entry: ZipEntry, madeAt: Date, nameLength: number): void {
  header.writeUInt16LE(utf8Names, at);
  header.writeUInt16LE(entry.compressed ? 8 : 0, at + 2);
  header.writeUInt16LE(dosTime(madeAt), at + 4);
  header.writeUInt16LE(dosDate(madeAt), at + 6);
  header.writeUInt32LE(entry.crc32, at + 8);
  header.writeUInt32LE(entry.size, at + 12);
  header.writeUInt32LE(entry.unpackedSize, at + 16);
  header.writeUInt16LE(nameLength, at + 20);
}

function farOffset(offset: number): Buffer {
  const extra = Buffer.alloc(12);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(8, 2);
  extra.writeBigUInt64LE(BigInt(offset), 4);
  return extra;
}

/** What ends a zip of so many entries, whose directory of `size` bytes begins at `offset`. */
export function directoryEnd({ entries, size, offset }: { entries: number; size: number; offset: number }): Buffer {
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(Math.min(entries, most16), 8);
  end.writeUInt16LE(Math.min(entries, most16), 10);
  end.writeUInt32LE(Math.min(size, most32), 12);
  end.writeUInt32LE(Math.min(offset, most32), 16);
  if (entries < most16 && size < most32 && offset < most32) return end;
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(0x06064b50, 0);
  end64.writeBigUInt64LE(44n, 4);
  end64.writeUInt16LE((unix << 8) | version64, 12);
  end64.writeUInt16LE(version64, 14);
  for (const [i, value] of [entries, entries, size, offset].entries())
    end64.writeBigUInt64LE(BigInt(value), 24 + 8 * i);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(offset + size), 8);
  locator.writeUInt32LE(1, 16);
  return Buffer.concat([end64, locator, end]);
}

/** In UTC: a zip says no time zone, and equal bundles are to have equal bytes wherever they are made. */
function dosTime(at: Date): number {
  return (at.getUTCHours() << 11) | (at.getUTCMinutes() << 5) | (at.getUTCSeconds() >> 1);
}

function dosDate(at: Date): number {
  return ((at.getUTCFullYear() - 1980) << 9) | ((at.getUTCMonth() + 1) << 5) | at.getUTCDate();
}
