import { type Checkpoint, checkpointHash } from '../domain/checkpoint.ts';
import type { ExportRequest } from '../domain/export-request.ts';
import type { ExportScope } from '../domain/export-scope.ts';
import { canonicalJson } from '../domain/hash.ts';
import type { Instant } from '../domain/time.ts';
import type { BundleSink } from '../ports/bundle-sink.ts';
import type { Signer } from '../ports/signer.ts';
import type { ExportCounts } from './open-bundle.ts';

export type BundleKeys = {
  /** PEM. Signs checkpoints and manifests. */
  ledger: string;
  /** PEM. Signs credentials. */
  signing: string;
};

/** What goes into a bundle beside the records. */
export type Seal = {
  signer: Signer;
  keys: BundleKeys;
  /** The text of `verify.mjs`. */
  verifier: string;
  madeAt: Instant;
};

/**
 * Closes a bundle: what a reader needs to check it, and the signed manifest of every file. Nothing can be changed,
 * added or taken away afterwards without `verify.mjs` naming it.
 */
export async function sealBundle(
  sink: BundleSink,
  request: ExportRequest,
  checkpoint: Checkpoint,
  counts: ExportCounts,
  seal: Seal,
): Promise<void> {
  await sink.append('keys/ledger.pem', seal.keys.ledger);
  await sink.append('keys/signing.pem', seal.keys.signing);
  await sink.append('verify.mjs', seal.verifier);
  await sink.append('README.txt', readMe(request, checkpoint));
  const manifest = canonicalJson({
    schema: 'journeypaper/bundle/1',
    program: request.program,
    scope: request.scope,
    madeAt: seal.madeAt,
    madeBy: request.actor,
    redacted: !request.unredacted,
    checkpoint: { number: checkpoint.number, at: checkpoint.at, hash: checkpointHash(checkpoint) },
    counts,
    files: await sink.files(),
  });
  const { signature } = await seal.signer.sign(new TextEncoder().encode(manifest));
  await sink.append('manifest.json', manifest);
  await sink.append('manifest.sig', signature);
  await sink.end();
}

function wordsOf(scope: ExportScope): string {
  switch (scope.kind) {
    case 'enrollment':
      return `enrollment ${scope.enrollment}`;
    case 'program':
      return 'every enrollment';
    case 'issued':
      return `every credential issued from ${scope.from} to ${scope.to}`;
    case 'completed':
      return `every completion from ${scope.from} to ${scope.to}`;
    case 'sample':
      return `a sample of ${scope.size} enrollments, drawn by the seed "${scope.seed}"`;
  }
}

function readMe({ program, scope, unredacted, summaries }: ExportRequest, checkpoint: Checkpoint): string {
  const what = wordsOf(scope);
  return [
    `Audit bundle of program ${program}: ${what},`,
    `up to checkpoint ${checkpoint.number} of ${checkpoint.at}.`,
    '',
    'To check it, with Node 20 or later and no network:',
    '',
    '    node verify.mjs . --key FINGERPRINT',
    '',
    "FINGERPRINT is that of the issuer's ledger key. Ask the issuer for it, by another way than this bundle.",
    '',
    ...(summaries === false ? [] : ['summaries/         one PDF an enrollment, for reading and printing']),
    'master.ndjson      the record: one JSON value a line, an enrollment followed by what belongs to it',
    '*.csv              the same for a spreadsheet; an apostrophe before a cell keeps it from running as a formula',
    '                   a file of more than 8 MB goes on in master-2.ndjson, ledger-2.csv and so on',
    'completions.csv    who completed, what a registration agency asks for (blank where it is not on record), and by',
    '                   when its notice is due: 45 days after the completion; whether it was given is not on record',
    'certificates/      the papers as they were issued',
    'checkpoints.ndjson the signed checkpoints that the ledgers are held against',
    ...(scope.kind === 'sample' ? sampleWords : []),
    'manifest.json      every file with its hash; manifest.sig signs it (ECDSA P-256, SHA-256, DER in base64)',
    '',
    unredacted
      ? 'Sensitive requirements are shown: this was an explicit choice, and it is on record.'
      : 'What would disclose something about the health of a holder is redacted; the chain can be followed all the same.',
    '',
  ].join('\n');
}

const sampleWords = [
  'population.ndjson  every chain of the checkpoint: those that begin with enrollment/ are who could be drawn. The ticket',
  '                   of each is the SHA-256 of "journeypaper/sample/1 SEED ENROLLMENT"; the lowest tickets, as hexadecimal',
  '                   text, are drawn. verify.mjs draws them again',
];
