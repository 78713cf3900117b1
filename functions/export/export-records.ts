import type { Actor } from '../domain/audit.ts';
import {
  credentialLine,
  deliveryLine,
  enrollmentLine,
  entryLine,
  evidenceLines,
  sensitiveIds,
} from '../domain/bundle.ts';
import { type Checkpoint, checkpointHash, enrollmentChain, type Head, headLeaf } from '../domain/checkpoint.ts';
import type { Credential } from '../domain/credential.ts';
import type { ExportScope } from '../domain/export-scope.ts';
import type { Framework, FrameworkRef } from '../domain/framework.ts';
import { canonicalJson } from '../domain/hash.ts';
import { type MerkleTree, merkleTree } from '../domain/merkle.ts';
import type { Program } from '../domain/program.ts';
import { civilDateOf } from '../domain/time.ts';
import type { AccessLog } from '../ports/access-log.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { BundleSink } from '../ports/bundle-sink.ts';
import type { CheckpointStore, StoredCheckpoint } from '../ports/checkpoint-store.ts';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { RecordStore } from '../ports/record-store.ts';
import type { Signer } from '../ports/signer.ts';
import { type BrokenLedger, ledgerFault, recordAt } from './record-at.ts';
import { bundleTables } from './tables.ts';

export type ExportPorts = {
  store: Pick<RecordStore, 'readRecord' | 'readAllEvidence' | 'readProgram' | 'readProgramVersion' | 'readFramework'>;
  access: AccessLog;
  checkpoints: CheckpointStore;
  documents: Pick<DocumentStore, 'get'>;
  /** The ledger's key: it signs checkpoints and the manifests of bundles. */
  signer: Signer;
  clock: Clock;
};

export type ExportRequest = {
  program: string;
  scope: ExportScope;
  actor: Actor;
  /** Sensitive requirements in the clear: an explicit choice, which the access chain records. */
  unredacted: boolean;
  /** The job that makes it; the access chain then says which. */
  exportId?: string;
};

export type ExportCounts = {
  enrollments: number;
  entries: number;
  redacted: number;
  evidence: number;
  credentials: number;
  documents: number;
  deliveries: number;
  access: number;
  /** In the checkpoint, and not in the table any more. Their places in the checkpoint are in the bundle. */
  absent: number;
  /** Enrolled after the checkpoint: not in this bundle. */
  tooNew: number;
};

/** What does not fit the checkpoint: somebody has been at the table. The bundle shows it to whoever checks it. */
export type ExportFinding = { enrollment: string; problem: 'absent' | BrokenLedger; seq: number };

export type Exported = {
  counts: ExportCounts;
  checkpoint: Checkpoint;
  /** The first of them; `found` counts all. */
  findings: ExportFinding[];
  found: number;
};

/** Predecessors of the checkpoint that a bundle carries along, so that their chain can be followed. */
const maxPredecessors = 30;
/** So many findings are named; the rest is counted. */
const maxFindings = 1000;

/**
 * Writes the records of an audit into a bundle, enrollment by enrollment: everything up to the last checkpoint and
 * nothing after it. The pull itself is entered into the access chain first, and is in the bundle. Memory holds one
 * enrollment and the heads of the program's chains.
 */
export async function exportRecords(
  ports: ExportPorts,
  request: ExportRequest,
  sink: BundleSink,
  onProgress: (done: number, of: number) => void = () => undefined,
): Promise<Exported> {
  const { program, scope, unredacted } = request;
  const stored = await ports.store.readProgram(program);
  if (!stored) throw new AdapterError('program.unknown', `there is no program ${program}`, { retryable: false });
  const last = await ports.checkpoints.latest(program);
  if (!last)
    throw new AdapterError('export.no-checkpoint', `program ${program} has no checkpoint yet; take one first`, {
      retryable: false,
    });
  const subject = scope.kind === 'enrollment' ? scope.enrollment : program;
  const facts = {
    scope: scope.kind,
    unredacted,
    checkpoint: last.checkpoint.number,
    ...(scope.kind === 'issued' && scope),
    ...(request.exportId !== undefined && { export: request.exportId }),
  };
  await ports.access.append(program, { actor: request.actor, action: 'export-made', subject, facts });
  const bundle = await startBundle(ports, stored.program, last, sink);
  const heads = scopeHeads(last, scope);
  for (const [i, head] of heads.entries()) {
    await exportEnrollment(ports, request, bundle, head);
    onProgress(i + 1, heads.length);
  }
  if (scope.kind === 'enrollment' && heads.length === 0) bundle.counts.tooNew = 1;
  await exportAccess(ports, request, bundle);
  await bundle.tables.end();
  const { counts, findings, found } = bundle;
  return { counts, checkpoint: last.checkpoint, findings, found };
}

type Bundle = {
  sink: BundleSink;
  timeZone: string;
  line(value: object): Promise<void>;
  tables: ReturnType<typeof bundleTables>;
  tree: MerkleTree;
  /** Where each chain's leaf is. */
  indexes: ReadonlyMap<string, number>;
  frameworks: Map<string, Framework>;
  programs: Set<string>;
  counts: ExportCounts;
  findings: ExportFinding[];
  found: number;
};

const master = 'master.ndjson';

async function startBundle(
  ports: ExportPorts,
  program: Program,
  last: StoredCheckpoint,
  sink: BundleSink,
): Promise<Bundle> {
  const predecessors = [];
  for (let n = Math.max(1, last.checkpoint.number - maxPredecessors); n < last.checkpoint.number; n++)
    predecessors.push(await ports.checkpoints.readSigned(program.id, n));
  for (const signed of [...predecessors, last]) {
    if (!signed) continue;
    const { checkpoint, signature } = signed;
    await sink.append(
      'checkpoints.ndjson',
      `${canonicalJson({ checkpoint, signature, hash: checkpointHash(checkpoint) })}\n`,
    );
  }
  return {
    sink,
    timeZone: program.timeZone,
    // In no canonical form: whoever checks a hash writes what it is over in that form.
    line: (value) => sink.append(master, `${JSON.stringify(value)}\n`),
    tables: bundleTables(sink),
    tree: merkleTree(last.heads.map(headLeaf)),
    indexes: new Map(last.heads.map((head, i) => [head.chain, i])),
    frameworks: new Map(),
    programs: new Set(),
    counts: {
      enrollments: 0,
      entries: 0,
      redacted: 0,
      evidence: 0,
      credentials: 0,
      documents: 0,
      deliveries: 0,
      access: 0,
      absent: 0,
      tooNew: 0,
    },
    findings: [],
    found: 0,
  };
}

const enrollmentPrefix = enrollmentChain('');

function scopeHeads({ heads }: StoredCheckpoint, scope: ExportScope): Head[] {
  if (scope.kind === 'enrollment') return heads.filter((head) => head.chain === enrollmentChain(scope.enrollment));
  return heads.filter((head) => head.chain.startsWith(enrollmentPrefix));
}

async function exportEnrollment(ports: ExportPorts, request: ExportRequest, bundle: Bundle, head: Head): Promise<void> {
  const ref = { program: request.program, enrollment: head.chain.slice(enrollmentPrefix.length) };
  const index = bundle.indexes.get(head.chain) as number;
  const proof = { index, size: bundle.tree.size, hashes: bundle.tree.proof(index) };
  const found = await ports.store.readRecord(ref);
  if (!found) {
    // Erased where the law asked for it, or taken away by somebody: its place in the checkpoint says that it was.
    await bundle.line({ kind: 'absent', enrollment: ref.enrollment, chain: { seq: head.seq, hash: head.hash }, proof });
    bundle.counts.absent++;
    return note(bundle, { enrollment: ref.enrollment, problem: 'absent', seq: head.seq });
  }
  const record = recordAt(found, head);
  const issued = record.credentials.filter((credential) => isWithin(credential, request.scope, bundle.timeZone));
  if (request.scope.kind === 'issued' && issued.length === 0) return;
  const framework = await frameworkOf(ports, bundle, record.enrollment.framework);
  const hidden = request.unredacted ? new Set<string>() : sensitiveIds(framework);
  const { counts, line, tables } = bundle;
  const fault = ledgerFault(found, head);
  if (fault) note(bundle, { enrollment: ref.enrollment, ...fault });
  const own = enrollmentLine(record.enrollment, head, proof);
  await line(own);
  await tables.enrollment(own);
  counts.enrollments++;
  for (const entry of record.ledger) {
    const written = entryLine(record.enrollment, entry, hidden);
    await line(written);
    await tables.entry(written);
    counts.entries++;
    if ('redacted' in written) counts.redacted++;
  }
  for (const evidence of evidenceLines(
    record.enrollment,
    await ports.store.readAllEvidence(ref),
    record.ledger,
    hidden,
  )) {
    await line(evidence);
    await tables.evidence(evidence);
    counts.evidence++;
  }
  for (const credential of issued) await exportCredential(ports, bundle, credential);
  for (const delivery of record.deliveries) {
    await line(deliveryLine(delivery));
    await tables.delivery(delivery);
    counts.deliveries++;
  }
}

function note(bundle: Bundle, finding: ExportFinding): void {
  if (bundle.findings.length < maxFindings) bundle.findings.push(finding);
  bundle.found++;
}

/** Issued on a day that was asked for, in the program's time zone. */
function isWithin({ issuedAt }: Credential, scope: ExportScope, timeZone: string): boolean {
  const day = civilDateOf(issuedAt, timeZone);
  return scope.kind !== 'issued' || (scope.from <= day && day <= scope.to);
}

async function exportCredential(ports: ExportPorts, bundle: Bundle, credential: Credential): Promise<void> {
  const { program, credentialId, facts, document } = credential;
  if (!bundle.programs.has(facts.hashes.program)) {
    bundle.programs.add(facts.hashes.program);
    const printed = await ports.store.readProgramVersion(program, facts.hashes.program);
    if (printed) await bundle.line({ kind: 'program', hash: facts.hashes.program, document: printed });
  }
  await bundle.line(credentialLine(credential));
  await bundle.tables.credential(credential);
  bundle.counts.credentials++;
  const pdf = await ports.documents.get(document.key);
  if (!pdf) return;
  await bundle.sink.append(`certificates/${credentialId}.pdf`, pdf);
  bundle.counts.documents++;
}

async function frameworkOf(ports: ExportPorts, bundle: Bundle, ref: FrameworkRef): Promise<Framework> {
  const known = bundle.frameworks.get(ref.hash);
  if (known) return known;
  const framework = await ports.store.readFramework(ref);
  if (!framework)
    throw new AdapterError(
      'framework.unknown',
      `framework ${ref.id} ${ref.version} is not in the table; load it again`,
      {
        retryable: false,
      },
    );
  bundle.frameworks.set(ref.hash, framework);
  await bundle.line({ kind: 'framework', hash: ref.hash, document: framework });
  return framework;
}

/** Who read these records, this very pull included. */
async function exportAccess(ports: ExportPorts, { program, scope }: ExportRequest, bundle: Bundle): Promise<void> {
  const about = scope.kind === 'enrollment' ? scope.enrollment : undefined;
  for await (const entry of ports.access.list(program, '0000-01-01', ports.clock.now().slice(0, 10))) {
    if (about !== undefined && entry.subject !== about && entry.subject !== program) continue;
    await bundle.line({ kind: 'access', entry });
    await bundle.tables.access(entry);
    bundle.counts.access++;
  }
}
