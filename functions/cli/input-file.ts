import { readFileSync, statSync } from 'node:fs';
import { usageFailure } from './answer.ts';
import type { World } from './world.ts';

/** Far above five hundred pieces of evidence at their longest. */
const maxBytes = 16 * 1024 * 1024;

/**
 * Reads a JSON file, or standard input for `-`. `flag` names in errors what the file was given for.
 *
 * @throws CliFailure `input.missing`, `input.too-large`, `input.malformed`
 */
export async function readJsonInput(file: string, flag: string, world: World): Promise<unknown> {
  const text = file === '-' ? await world.readStdin() : readFile(file, flag);
  if (Buffer.byteLength(text) > maxBytes) throw tooLarge(file, flag);
  try {
    return JSON.parse(text);
  } catch (error) {
    // The engine's own words repeat the text around the fault, and that text may be anybody's.
    const place = /line \d+ column \d+/.exec((error as Error).message)?.[0];
    throw usageFailure('input.malformed', `${flag} ${file}: is not JSON${place ? ` (${place})` : ''}; mend the file`);
  }
}

function readFile(file: string, flag: string): string {
  try {
    if (statSync(file).size > maxBytes) throw tooLarge(file, flag);
    return readFileSync(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined || code === 'input.too-large') throw error;
    const why = code === 'ENOENT' ? 'there is no such file' : `it cannot be read (${code})`;
    throw usageFailure(
      'input.missing',
      `${flag} ${file}: ${why}; give the path of a JSON file, or - for standard input`,
    );
  }
}

function tooLarge(file: string, flag: string) {
  return usageFailure('input.too-large', `${flag} ${file}: larger than ${maxBytes / 1024 / 1024} MB; split it`);
}
