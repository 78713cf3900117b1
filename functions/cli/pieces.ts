import * as z from 'zod';
import { maxPieces } from '../acts/evidence.ts';
import type { Refused } from '../acts/refusal.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import { type Answer, refusal, usageFailure } from './answer.ts';
import type { Context } from './command.ts';
import { exitCodeOfAll } from './exit-codes.ts';
import { inCommands } from './remedies.ts';

const piecesSchema = z.array(z.record(z.string(), z.unknown()));
export type Piece = Record<string, unknown>;

/** So many refusals are told one by one; `--json` has them all. */
const maxSentences = 20;

/**
 * Reads `--file`: a JSON array of pieces of one enrollment.
 *
 * @throws CliFailure `input.not-pieces`, `input.no-pieces`, `input.too-many`, `input.other-enrollment`
 */
export async function readPieces(context: Context, file: string, ref: EnrollmentRef): Promise<Piece[]> {
  const parsed = piecesSchema.safeParse(await context.readJson(file, '--file'));
  if (!parsed.success) {
    const [index] = parsed.error.issues[0]?.path ?? [];
    const what = index === undefined ? 'is not a JSON array' : `piece ${Number(index) + 1} is not a JSON object`;
    throw usageFailure('input.not-pieces', `--file ${file}: ${what}; give an array of objects`);
  }
  const { length } = parsed.data;
  if (length === 0) throw usageFailure('input.no-pieces', `--file ${file}: holds no pieces; give at least one`);
  if (length > maxPieces) {
    throw usageFailure(
      'input.too-many',
      `--file ${file}: holds ${length} pieces; split it into files of at most ${maxPieces}`,
    );
  }
  // A file for somebody else must not count for this enrollment because its name was typed wrong.
  for (const field of ['program', 'enrollment'] as const) {
    const other = parsed.data.findIndex((piece) => piece[field] !== undefined && piece[field] !== ref[field]);
    if (other >= 0) {
      const message = `--file ${file}: piece ${other + 1} names another ${field} than --${field} ${ref[field]}; check which is right`;
      throw usageFailure('input.other-enrollment', message);
    }
  }
  return parsed.data;
}

/** Says which fields of a refused piece are the unknown ones: the contract's own words name none, since those are logged. */
export function nameUnknownFields<V extends Verdict>(verdict: V, piece: Piece, known: readonly string[]): V {
  if (!('code' in verdict) || !verdict.message.endsWith('has fields that the contract does not know')) return verdict;
  const fields = Object.keys(piece).filter((field) => !known.includes(field));
  if (fields.length === 0) return verdict;
  return {
    ...verdict,
    message: `${fields.slice(0, 3).join(', ')}: no field of the contract; it knows ${known.join(', ')}`,
  };
}

/** A piece's id as it may be printed: a file may hold anything there. */
export function pieceName(piece: Piece | undefined): string {
  const evidence = piece?.evidence;
  return typeof evidence === 'string' ? evidence.replace(/[^\w-]/g, '?').slice(0, 64) : 'no id';
}

/**
 * Refuses flags beside a file, and too few of them without one.
 *
 * @throws CliFailure `usage`
 */
export function requireFlags(flags: Record<string, unknown>, needed: readonly string[], instead: string): void {
  const missing = needed.find((name) => flags[name] === undefined);
  if (missing)
    throw usageFailure('usage', `${flagName(missing)}: not given; one piece needs it, several come with ${instead}`);
}

export function refuseFlags(flags: Record<string, unknown>, others: readonly string[], beside: string): void {
  const extra = others.find((name) => flags[name] !== undefined);
  if (extra) throw usageFailure('usage', `${flagName(extra)}: cannot stand beside ${beside}; leave one of them out`);
}

const flagName = (name: string) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;

type Verdict = { outcome: string } | Refused;

/** The answer for several pieces: how many went how, and a sentence for each that was refused. */
export function answerForPieces(told: readonly Verdict[], nameOf: (index: number) => string): Answer {
  const verdicts = told.map((verdict) => inCommands(verdict));
  const refusals = verdicts.flatMap((verdict, i) => (isRefused(verdict) ? [{ verdict, i }] : []));
  const whole = refusals[0]?.verdict;
  // The enrollment itself was refused: said once, not five hundred times.
  const same =
    whole && refusals.length === verdicts.length && refusals.every((r) => r.verdict.message === whole.message);
  const sentences = same
    ? [whole.message]
    : refusals.map(({ verdict, i }) => `piece ${i + 1} (${nameOf(i)}): ${verdict.message}`);
  return {
    exitCode: exitCodeOfAll(refusals.map(({ verdict }) => verdict.code)),
    json: verdicts,
    text: tally(verdicts),
    errors: [
      ...sentences.slice(0, maxSentences),
      ...(sentences.length > maxSentences
        ? [`… and ${sentences.length - maxSentences} more; --json has them all`]
        : []),
    ],
  };
}

/** The answer for one piece. */
export function answerForPiece(verdict: Verdict | undefined, text: string): Answer {
  if (verdict === undefined) throw new TypeError('an act gave no verdict for a piece');
  return isRefused(verdict) ? refusal(verdict) : { exitCode: 0, json: verdict, text, errors: [] };
}

function isRefused(verdict: Verdict): verdict is Refused {
  return verdict.outcome === 'refused';
}

function tally(verdicts: readonly Verdict[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of verdicts) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(' · ');
}
