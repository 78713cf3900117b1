import { type Checkpoint, checkpointHash, enrollmentChain, type Head, headLeaf } from '../domain/checkpoint.ts';
import type { ExportRequest } from '../domain/export-request.ts';
import type { ExportScope } from '../domain/export-scope.ts';
import type { Framework, FrameworkRef } from '../domain/framework.ts';
import { canonicalJson } from '../domain/hash.ts';
import { type MerkleTree, merkleTree } from '../domain/merkle.ts';
import type { Program } from '../domain/program.ts';
import { drawSample } from '../domain/sample.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { BundleSink } from '../ports/bundle-sink.ts';
import type { BundleFacts, Chapter } from '../ports/chapter-writer.ts';
import type { StoredCheckpoint } from '../ports/checkpoint-store.ts';
import { type BundleText, bundleText } from './bundle-text.ts';
import type { ExportPorts } from './export-ports.ts';
import type { ReaderLog } from './reader-log.ts';
import type { BrokenLedger } from './record-at.ts';
import { bundleTables } from './tables.ts';

export type ExportCounts = {
  enrollments: number;
  entries: number;
  redacted: number;
  evidence: number;
  completions: number;
  credentials: number;
  documents: number;
  summaries: number;
  deliveries: number;
  access: number;
  /** In the checkpoint, and not in the table any more. Their places in the checkpoint are in the bundle. */
  absent: number;
  /** Enrolled after the checkpoint: not in this bundle. */
  tooNew: number;
};

/**
 * What does not fit: somebody has been at the table, or at the papers. The bundle shows it to whoever checks it.
 * `apprentice`: the name or the address is not what the ledger holds a hash of.
 */
export type ExportFinding =
  | { enrollment: string; problem: 'absent' | BrokenLedger; seq: number }
  | { enrollment: string; problem: 'apprentice' }
  | { enrollment: string; problem: PaperFault; credential: string };

/** Missing and damaged papers are not in the bundle; one that is another is. */
export type PaperFault = 'paper-missing' | 'paper-damaged' | 'paper-altered';

export type Exported = {
  counts: ExportCounts;
  checkpoint: Checkpoint;
  /** The first of them; `found` counts all. */
  findings: ExportFinding[];
  found: number;
};

/** A bundle in the making. Holds what its enrollments share, and nothing of any of them. */
export type Bundle = {
  request: ExportRequest;
  sink: BundleSink;
  text: BundleText;
  tables: Pick<ReturnType<typeof bundleTables>, 'access'>;
  program: Program;
  checkpoint: Checkpoint;
  tree: MerkleTree;
  /** Where each chain's leaf is. */
  indexes: ReadonlyMap<string, number>;
  frameworks: Map<string, Framework>;
  /** By hash, each version of the program that something in the bundle stands on. */
  programs: Map<string, Program | undefined>;
  readers: ReaderLog;
  /** In the order of their enrollments, those that are being written. */
  chapters: { enrollment: string; written: Promise<Chapter> }[];
  facts: BundleFacts;
  counts: ExportCounts;
  findings: ExportFinding[];
  found: number;
};

/** Predecessors of the checkpoint that a bundle carries along, so that their chain can be followed. */
const maxPredecessors = 30;
/** So many findings are named; the rest is counted. */
const maxFindings = 1000;

export const enrollmentPrefix = enrollmentChain('');

export function openBundle(
  request: ExportRequest,
  program: Program,
  last: StoredCheckpoint,
  sink: BundleSink,
  { readers, ...pulled }: Pick<Bundle, 'readers'> & Pick<BundleFacts, 'madeAt' | 'today'>,
): Bundle {
  const text = bundleText(sink);
  const { unredacted, summaries = true } = request;
  return {
    readers,
    facts: { ...pulled, program, checkpoint: last.checkpoint, unredacted, summaries },
    request,
    sink,
    text,
    tables: bundleTables(text),
    program,
    checkpoint: last.checkpoint,
    tree: merkleTree(last.heads.map(headLeaf)),
    indexes: new Map(last.heads.map((head, i) => [head.chain, i])),
    frameworks: new Map(),
    programs: new Map(),
    chapters: [],
    counts: {
      enrollments: 0,
      entries: 0,
      redacted: 0,
      evidence: 0,
      completions: 0,
      credentials: 0,
      documents: 0,
      summaries: 0,
      deliveries: 0,
      access: 0,
      absent: 0,
      tooNew: 0,
    },
    findings: [],
    found: 0,
  };
}

/** The checkpoint and those before it, each with its signature. */
export async function writeCheckpoints(ports: ExportPorts, { text, program }: Bundle, last: StoredCheckpoint) {
  const signed = [];
  for (let n = Math.max(1, last.checkpoint.number - maxPredecessors); n < last.checkpoint.number; n++)
    signed.push(await ports.checkpoints.readSigned(program.id, n));
  for (const each of [...signed, last]) {
    if (!each) continue;
    const { checkpoint, signature } = each;
    const line = canonicalJson({ checkpoint, signature, hash: checkpointHash(checkpoint) });
    text.add('checkpoints.ndjson', `${line}\n`);
  }
}

/**
 * The chains that a scope asks for, as far as their names tell. Of a sample, every head of the checkpoint goes into the
 * bundle too: together they make the root, so that nobody can have left one out before drawing.
 */
export function scopeHeads({ text }: Bundle, { heads }: StoredCheckpoint, scope: ExportScope): Head[] {
  if (scope.kind === 'enrollment') return heads.filter((head) => head.chain === enrollmentChain(scope.enrollment));
  const all = heads.filter((head) => head.chain.startsWith(enrollmentPrefix));
  if (scope.kind !== 'sample') return all;
  for (const { chain, seq, hash } of heads) text.add('population.ndjson', `${JSON.stringify({ chain, seq, hash })}\n`);
  const ids = all.map((head) => head.chain.slice(enrollmentPrefix.length));
  const drawn = new Set(drawSample(ids, scope.size, scope.seed));
  return all.filter((head) => drawn.has(head.chain.slice(enrollmentPrefix.length)));
}

/** Where a chain stands in the checkpoint, and the hashes that prove it. */
export function proofOf({ tree, indexes }: Bundle, head: Head) {
  const index = indexes.get(head.chain) as number;
  return { index, size: tree.size, hashes: tree.proof(index) };
}

export function note(bundle: Bundle, finding: ExportFinding): void {
  if (bundle.findings.length < maxFindings) bundle.findings.push(finding);
  bundle.found++;
}

/** @throws AdapterError `framework.unknown`, never retryable */
export async function frameworkOf(ports: ExportPorts, bundle: Bundle, ref: FrameworkRef): Promise<Framework> {
  const known = bundle.frameworks.get(ref.hash);
  if (known) return known;
  const framework = await ports.store.readFramework(ref);
  if (!framework) {
    const message = `framework ${ref.id} ${ref.version} is not in the table; load it again`;
    throw new AdapterError('framework.unknown', message, { retryable: false });
  }
  bundle.frameworks.set(ref.hash, framework);
  bundle.text.line({ kind: 'framework', hash: ref.hash, document: framework });
  return framework;
}

/** A version of the program, put into the bundle when it is first asked for; undefined where the table lacks it. */
export async function programVersion(ports: ExportPorts, bundle: Bundle, hash: string): Promise<Program | undefined> {
  if (bundle.programs.has(hash)) return bundle.programs.get(hash);
  const version = await ports.store.readProgramVersion(bundle.request.program, hash);
  bundle.programs.set(hash, version);
  if (version) bundle.text.line({ kind: 'program', hash, document: version });
  return version;
}
