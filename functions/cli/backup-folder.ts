import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import * as z from 'zod';
import type { Backup } from '../acts/restore.ts';
import type { ArchivedItem } from '../ports/record-archive.ts';
import { usageFailure } from './answer.ts';
import { makeFolder } from './make-folder.ts';

/*
 * The form of DynamoDB's own export to S3, so that one command restores either:
 * https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/S3DataExport.Output.html
 */

const summaryName = 'manifest-summary.json';
const filesName = 'manifest-files.json';
const summarySchema = z.object({
  exportTime: z.iso.datetime({ offset: true }).transform((time) => new Date(time).toISOString()),
  itemCount: z.number().int().min(0),
  outputFormat: z.literal('DYNAMODB_JSON'),
});
const fileSchema = z.object({
  itemCount: z.number().int().min(0),
  md5Checksum: z.string(),
  dataFileS3Key: z.string(),
});
const lineSchema = z.object({ Item: z.record(z.string(), z.unknown()) });
const keySchema = z.object({ pk: z.object({ S: z.string() }), sk: z.object({ S: z.string() }) });

/**
 * Writes a backup, readable by this account alone. It holds names and addresses.
 *
 * @throws CliFailure `backup.folder` where the folder holds something already or cannot be written.
 */
export async function writeBackup(
  folder: string,
  takenAt: string,
  items: AsyncIterable<ArchivedItem>,
): Promise<number> {
  try {
    makeFolder(join(folder, 'data'), 0o700);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usageFailure('backup.folder', `folder: ${folder} cannot be made (${code}); give one you may write to`);
  }
  if ((await readdir(folder)).length > 1 || (await readdir(join(folder, 'data'))).length > 0)
    throw usageFailure('backup.folder', `folder: ${folder} holds something already; give a new one`);
  const file = join(folder, 'data', 'items.json.gz');
  let itemCount = 0;
  const lines = async function* () {
    for await (const { json } of items) {
      itemCount++;
      yield `${JSON.stringify({ Item: json })}\n`;
    }
  };
  await pipeline(Readable.from(lines()), createGzip(), createWriteStream(file, { mode: 0o600 }));
  const files = { itemCount, md5Checksum: await md5Of(file), dataFileS3Key: 'data/items.json.gz' };
  const summary = { version: '2020-06-30', exportTime: takenAt, itemCount, outputFormat: 'DYNAMODB_JSON' };
  await writeFile(join(folder, filesName), `${JSON.stringify(files)}\n`, { mode: 0o600 });
  // Last: a folder without it is no backup.
  await writeFile(join(folder, summaryName), `${JSON.stringify(summary, null, 2)}\n`, { mode: 0o600 });
  return itemCount;
}

/**
 * Opens a backup, ours or AWS's, once every file of it has been found to be whole.
 *
 * @throws CliFailure `backup.invalid`
 */
export async function openBackup(folder: string): Promise<Backup & { itemCount: number }> {
  const summary = summarySchema.safeParse(await readJson(folder, summaryName));
  if (!summary.success) throw invalid(`${summaryName} in ${folder} is not an export's in DynamoDB JSON`);
  const { exportTime, itemCount } = summary.data;
  const files = (await readText(folder, filesName)).split('\n').filter(Boolean).map(readFileLine);
  for (const { dataFileS3Key, md5Checksum } of files) {
    const file = dataFile(folder, dataFileS3Key);
    if (!(await stat(file).catch(() => undefined))) throw invalid(`${file} is not there; copy the whole export`);
    if ((await md5Of(file)) !== md5Checksum) throw invalid(`${file} is damaged: its checksum differs; copy it again`);
  }
  return {
    takenAt: exportTime,
    itemCount,
    async *items() {
      for (const { dataFileS3Key } of files) yield* itemsIn(dataFile(folder, dataFileS3Key));
    },
  };
}

/** By its name alone: the export's key says where it lay in the bucket. */
const dataFile = (folder: string, key: string) => join(folder, 'data', basename(key));

async function* itemsIn(file: string): AsyncGenerator<ArchivedItem, void> {
  const lines = createInterface({
    input: createReadStream(file).pipe(createGunzip()),
    crlfDelay: Number.POSITIVE_INFINITY,
  });
  for await (const line of lines) {
    if (line === '') continue;
    const { Item: json } = lineSchema.parse(JSON.parse(line));
    const { pk, sk } = keySchema.parse(json);
    yield { pk: pk.S, sk: sk.S, json };
  }
}

function readFileLine(line: string): z.output<typeof fileSchema> {
  try {
    return fileSchema.parse(JSON.parse(line));
  } catch (error) {
    throw usageFailure('backup.invalid', `folder: ${filesName} is not an export's; copy the whole export`, error);
  }
}

async function md5Of(file: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(file), hash);
  return hash.digest('base64');
}

async function readText(folder: string, name: string): Promise<string> {
  return readFile(join(folder, name), 'utf8').catch((error: unknown) => {
    throw usageFailure('backup.invalid', `folder: ${folder} has no ${name}; give the folder of a whole export`, error);
  });
}

async function readJson(folder: string, name: string): Promise<unknown> {
  const text = await readText(folder, name);
  try {
    return JSON.parse(text);
  } catch {
    throw invalid(`${name} in ${folder} is not JSON`);
  }
}

const invalid = (what: string) => usageFailure('backup.invalid', `folder: ${what}`);
