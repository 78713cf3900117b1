import { refused } from '../acts/refusal.ts';
import { type CheckpointOutcome, takeCheckpoint } from '../checkpoint/take-checkpoint.ts';
import { type Checkpoint, checkpointHash } from '../domain/checkpoint.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import { type Answer, CliFailure, done, refusal } from './answer.ts';
import type { Context } from './command.ts';
import type { Connection } from './connect.ts';
import { exitCodes } from './exit-codes.ts';
import { localMoment } from './moments.ts';
import { counted, table } from './page.ts';

/** `audit checkpoint`: takes one now, as the schedule would. */
export async function checkpointNow(context: Context, program: string | undefined): Promise<Answer> {
  const connection = context.connect();
  const all = await connection.ports.store.listPrograms();
  const chosen = all.filter((stored) => program === undefined || stored.program.id === program);
  if (chosen.length === 0)
    return program === undefined ? done([], 'No programs yet; `program load` loads one.') : unknownProgram(program);
  const taken: { program: string; outcome: CheckpointOutcome; checkpoint: Checkpoint; timeZone: string }[] = [];
  for (const { program: own } of chosen) {
    const outcome = await sealedBy(connection, () => sealNow(connection, own.id));
    const last = await connection.checkpoints.latest(own.id);
    if (last) taken.push({ program: own.id, outcome, checkpoint: last.checkpoint, timeZone: own.timeZone });
  }
  const rows = taken.map(({ program: id, outcome, checkpoint: { number, at, size }, timeZone }) => [
    id,
    { text: outcome === 'unchanged' ? 'nothing moved since' : 'taken', style: 'green' as const },
    `checkpoint ${number}`,
    localMoment(at, timeZone),
    counted(size, 'chain'),
  ]);
  const json = taken.map(({ timeZone: _, checkpoint, ...rest }) => ({
    ...rest,
    checkpoint: { ...checkpoint, hash: checkpointHash(checkpoint) },
  }));
  return done(json, table(context.page, rows, 0));
}

export function sealNow(connection: Connection, program: string): Promise<CheckpointOutcome> {
  const { access, checkpoints, ledgerSigner: signer } = connection;
  const { store, clock } = connection.ports;
  return takeCheckpoint({ store, clock, access, checkpoints, signer, journal: () => undefined }, program);
}

/** What cannot be signed here says how it can. */
export async function sealedBy<T>(connection: Connection, seal: () => Promise<T>): Promise<T> {
  try {
    return await seal();
  } catch (error) {
    if (connection.local || !(error instanceof AdapterError) || error.code !== 'signer.sign' || !isDenied(error))
      throw error;
    const message =
      "the ledger's key may not be used by you; deploy with `-c bundleSigner=` and the ARN of your role, and without it once you are done";
    throw new CliFailure('audit.signer', exitCodes.refused, message, error);
  }
}

export const isDenied = ({ cause }: AdapterError) =>
  cause instanceof Error && ['AccessDenied', 'AccessDeniedException'].includes(cause.name);

export function unknownProgram(program: string): Answer {
  return refusal(
    refused('program.unknown', `program: there is no "${program}"; \`program list\` shows those there are`),
  );
}
