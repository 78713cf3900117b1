#!/usr/bin/env node
// Checks an audit bundle offline, with Node alone:
//
//     node verify.mjs FOLDER --key FINGERPRINT
//
// FINGERPRINT is the SHA-256 (64 hex digits) of the issuer's public ledger key. Get it from the issuer by another way
// than this bundle, or the bundle vouches for itself.
//
// Exit code 0: everything fits, and the key that signed it is the one you named.
//           1: something does not fit; the first such thing is named.
//           2: everything fits together, but no key was named: its origin is unproven.
//           64: the command line is wrong, or names no folder.
import { createHash, createPublicKey, verify as verifySignature } from 'node:crypto';
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { createInterface } from 'node:readline';

class Misfit extends Error {}
const misfit = (what) => {
  throw new Misfit(what);
};

/** JSON in the one form of RFC 8785. */
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort((a, b) => (a < b ? -1 : 1));
  return `{${members.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`;
}
const sha256 = (...parts) => {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest('hex');
};
const hashOf = (value) => sha256(canonical(value));

/** RFC 9162: leaf 0x00, node 0x01. */
const leafHash = (head) => sha256(Buffer.of(0), canonical({ chain: head.chain, seq: head.seq, hash: head.hash }));
const nodeHash = (left, right) => sha256(Buffer.of(1), Buffer.from(left, 'hex'), Buffer.from(right, 'hex'));

function rootFrom(leaf, { index, size, hashes }) {
  let [at, last, hash, used] = [index, size - 1, leaf, 0];
  if (!(index >= 0 && index < size)) return undefined;
  while (last > 0) {
    if (at % 2 === 1 || at < last) {
      const sibling = hashes[used++];
      if (sibling === undefined) return undefined;
      hash = at % 2 === 1 ? nodeHash(sibling, hash) : nodeHash(hash, sibling);
    }
    at = Math.floor(at / 2);
    last = Math.floor(last / 2);
  }
  return used === hashes.length ? hash : undefined;
}

/** Every file below a folder, with `/` between names. */
function filesIn(folder, at = folder) {
  return readdirSync(at, { withFileTypes: true }).flatMap((entry) => {
    const path = join(at, entry.name);
    return entry.isDirectory() ? filesIn(folder, path) : [relative(folder, path).split(sep).join('/')];
  });
}

async function fileHash(path) {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}

function readJson(folder, path) {
  try {
    return JSON.parse(readFileSync(join(folder, path), 'utf8'));
  } catch (error) {
    return misfit(`${path}: ${error.code === 'ENOENT' ? 'is missing' : 'cannot be read as JSON'}`);
  }
}

function readKey(folder, path) {
  try {
    const key = createPublicKey(readFileSync(join(folder, path)));
    return { key, fingerprint: sha256(key.export({ type: 'spki', format: 'der' })) };
  } catch {
    return misfit(`${path}: is missing, or no public key in PEM`);
  }
}

function isSigned(key, content, signature) {
  try {
    return verifySignature('sha256', content, key, Buffer.from(signature, 'base64'));
  } catch {
    return false;
  }
}

/** The manifest is what it was when it was signed, and every file is what the manifest says; there are no others. */
async function checkFiles(folder, ledgerKey) {
  const text = (() => {
    try {
      return readFileSync(join(folder, 'manifest.json'));
    } catch {
      return misfit('manifest.json: is missing');
    }
  })();
  const signature = (() => {
    try {
      return readFileSync(join(folder, 'manifest.sig'), 'latin1').trim();
    } catch {
      return misfit('manifest.sig: is missing');
    }
  })();
  const isBase64 = Buffer.from(signature, 'base64').toString('base64') === signature;
  if (!isBase64 || !isSigned(ledgerKey, text, signature))
    misfit('manifest.json: does not fit its signature in manifest.sig');
  const manifest = readJson(folder, 'manifest.json');
  if (manifest.schema !== 'journeypaper/bundle/1')
    misfit('manifest.json: is of a form that this verifier does not know');
  const listed = new Set(manifest.files.map((file) => file.path));
  const unsigned = new Set(['manifest.json', 'manifest.sig']);
  for (const path of filesIn(folder))
    if (!listed.has(path) && !unsigned.has(path)) misfit(`${path}: is not in the manifest`);
  for (const { path, bytes, sha256: expected } of manifest.files) {
    const full = join(folder, path);
    const size = (() => {
      try {
        return statSync(full).size;
      } catch {
        return misfit(`${path}: is missing`);
      }
    })();
    if (size !== bytes || (await fileHash(full)) !== expected) misfit(`${path}: differs from what the manifest says`);
  }
  return manifest;
}

/** Each checkpoint is signed and names the one before; the last is the one that the manifest names. */
async function checkCheckpoints(folder, manifest, ledgerKey) {
  let previous;
  for await (const { line, at } of lines(folder, manifest, 'checkpoints.ndjson')) {
    const { checkpoint, signature } = line;
    const name = `checkpoint ${checkpoint?.number} (${at})`;
    if (!isSigned(ledgerKey, canonical(checkpoint), signature.value)) misfit(`${name}: does not fit its signature`);
    if (checkpoint.program !== manifest.program) misfit(`${name}: is of another program`);
    if (previous && (checkpoint.number !== previous.number + 1 || checkpoint.previous !== hashOf(previous)))
      misfit(`${name}: does not follow the one before`);
    if (previous && checkpoint.at < previous.at) misfit(`${name}: is older than the one before`);
    previous = checkpoint;
  }
  if (!previous) misfit('checkpoints.ndjson: holds no checkpoint');
  if (hashOf(previous) !== manifest.checkpoint.hash) misfit('manifest.json: names another checkpoint than the last');
  return previous;
}

/** The lines of a file and of those that it goes on in: `master.ndjson`, `master-2.ndjson` and so on. */
async function* lines(folder, manifest, path) {
  const listed = new Set(manifest.files.map((file) => file.path));
  const part = (count) => (count === 1 ? path : path.replace(/(\.[a-z]+)$/, `-${count}$1`));
  if (!listed.has(path)) misfit(`${path}: is missing`);
  for (let count = 1; listed.has(part(count)); count++) {
    let number = 0;
    const input = createReadStream(join(folder, part(count)));
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      number++;
      const at = `${part(count)}, line ${number}`;
      let line;
      try {
        line = JSON.parse(text);
      } catch {
        misfit(`${at}: is no JSON`);
      }
      yield { line, at };
    }
  }
}

/** The state that an entry brings a credential to. */
const credentialStates = {
  'credential-issued': 'issued',
  'credential-reinstated': 'issued',
  'credential-suspended': 'suspended',
  'credential-superseded': 'superseded',
  'credential-revoked': 'revoked',
};

/** One enrollment after another: its place in the checkpoint, its chain without a gap, and what hangs on it. */
async function checkRecords(folder, manifest, checkpoint, signingKey) {
  const population = await checkPopulation(folder, manifest, checkpoint);
  const summaries = new Set(manifest.files.map(({ path }) => path).filter((path) => path.startsWith('summaries/')));
  const seen = new Set();
  const counts = {
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
  };
  // What fits, and is to be told all the same.
  const told = { withoutPaper: [], corrected: [] };
  const documents = new Map(manifest.files.filter((f) => f.path.startsWith('certificates/')).map((f) => [f.path, f]));
  const access = new Map();
  let current;
  const close = () => {
    if (!current) return;
    const { line, seq, hash, completedOn } = current;
    const name = `enrollment ${line.enrollment}`;
    if (seq !== line.chain.seq || hash !== line.chain.hash)
      misfit(`${name}: its ledger ends at entry ${seq}, and not at ${line.chain.seq}`);
    if (line.completion?.on !== completedOn)
      misfit(
        `${name}: was completed on ${line.completion?.on ?? 'no day'} here, and on ${completedOn ?? 'none'} in the ledger`,
      );
    if (!current.isNamed) checkName(current, name, told.corrected);
  };
  for await (const { line, at } of lines(folder, manifest, 'master.ndjson')) {
    const own = () => {
      if (!current || line.enrollment !== current.line.enrollment) misfit(`${at}: stands under another enrollment`);
      // What hangs on a ledger comes after the whole of it.
      if (line.kind !== 'entry') close();
      return current;
    };
    switch (line.kind) {
      case 'framework':
      case 'program':
        if (hashOf(line.document) !== line.hash) misfit(`${at}: this ${line.kind} does not fit its hash`);
        break;
      case 'enrollment': {
        close();
        current = startEnrollment(line, manifest, checkpoint, at);
        checkScope(manifest.scope, line, at);
        seen.add(line.enrollment);
        if (summaries.delete(`summaries/${line.enrollment}.pdf`)) counts.summaries++;
        counts.enrollments++;
        break;
      }
      case 'entry':
        followEntry(own(), line, at);
        counts.entries++;
        if (line.redacted) counts.redacted++;
        break;
      case 'evidence':
        checkEvidence(own(), line, at);
        counts.evidence++;
        break;
      case 'completion':
        checkCompletion(own(), line, at);
        counts.completions++;
        break;
      case 'credential':
        if (checkCredential(own(), line, documents, signingKey, at)) counts.documents++;
        else told.withoutPaper.push(line.credentialId);
        counts.credentials++;
        break;
      case 'delivery':
        own();
        counts.deliveries++;
        break;
      case 'absent':
        close();
        current = undefined;
        startEnrollment(line, manifest, checkpoint, at);
        seen.add(line.enrollment);
        counts.absent++;
        break;
      case 'access':
        followAccess(access, line.entry, manifest, at);
        counts.access++;
        break;
      default:
        misfit(`${at}: is of a kind that this verifier does not know`);
    }
  }
  close();
  for (const [path] of documents) misfit(`${path}: belongs to no credential`);
  for (const path of summaries) misfit(`${path}: belongs to no enrollment`);
  checkDrawn(manifest.scope, population, seen);
  for (const [name, count] of Object.entries(counts))
    if (manifest.counts[name] !== count)
      misfit(`master.ndjson: holds ${count} ${name}, and not ${manifest.counts[name]}`);
  return { counts, told };
}

/** Every chain of the checkpoint, where the bundle says so: together they make its root. */
async function checkPopulation(folder, manifest, checkpoint) {
  if (manifest.scope.kind !== 'sample') return [];
  const leaves = [];
  const ids = [];
  let last = '';
  for await (const { line, at } of lines(folder, manifest, 'population.ndjson')) {
    if (line.chain <= last) misfit(`${at}: is out of its order`);
    last = line.chain;
    leaves.push(leafHash(line));
    if (line.chain.startsWith('enrollment/')) ids.push(line.chain.slice('enrollment/'.length));
  }
  if (leaves.length !== checkpoint.size || rootOf(leaves) !== checkpoint.root)
    misfit('population.ndjson: is not every chain of the checkpoint');
  return ids;
}

function rootOf(leaves) {
  let level = leaves;
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i < level.length; i += 2)
      above.push(level[i + 1] === undefined ? level[i] : nodeHash(level[i], level[i + 1]));
    level = above;
  }
  return level[0];
}

/** The sample is the one that its seed draws: the lowest tickets of all enrollments of the checkpoint. */
function checkDrawn(scope, population, seen) {
  if (scope.kind !== 'sample') return;
  const drawn = population
    .map((id) => ({ id, ticket: sha256(`journeypaper/sample/1 ${scope.seed} ${id}`) }))
    .sort((a, b) => (a.ticket < b.ticket ? -1 : 1))
    .slice(0, scope.size)
    .map(({ id }) => id);
  for (const id of drawn) if (!seen.has(id)) misfit(`enrollment ${id}: is drawn by the seed and not in the bundle`);
  for (const id of seen)
    if (!drawn.includes(id)) misfit(`enrollment ${id}: is in the bundle and not drawn by the seed`);
}

/** What the manifest says that the bundle is about is what it is about. */
function checkScope(scope, line, at) {
  const name = `enrollment ${line.enrollment} (${at})`;
  if (scope.kind === 'enrollment' && scope.enrollment !== line.enrollment)
    misfit(`${name}: is not what the bundle is about`);
  if (scope.kind === 'completed' && !(scope.from <= line.completion?.on && line.completion.on <= scope.to))
    misfit(`${name}: was not completed from ${scope.from} to ${scope.to}`);
}

/** The notice is due 45 days after the day of the completion, which the ledger has. */
function checkCompletion(current, line, at) {
  const name = `completion of enrollment ${line.enrollment} (${at})`;
  if (current.line.completion?.on !== line.completedOn) misfit(`${name}: differs from the enrollment`);
  const due = new Date(Date.parse(line.completedOn) + 45 * 86_400_000).toISOString().slice(0, 10);
  if (line.noticeDueOn !== due) misfit(`${name}: its notice is due on ${due}`);
}

function startEnrollment(line, manifest, checkpoint, at) {
  const head = { chain: `enrollment/${line.enrollment}`, ...line.chain };
  if (line.proof.size !== checkpoint.size || rootFrom(leafHash(head), line.proof) !== checkpoint.root)
    misfit(`enrollment ${line.enrollment} (${at}): is not in the checkpoint as it stands here`);
  const hash = sha256(`journeypaper/ledger/1 ${manifest.program} ${line.enrollment}`);
  return { line, seq: 0, hash, at: '', states: new Map(), issued: new Map(), contents: new Set() };
}

function followEntry(current, line, at) {
  const { entry } = line;
  const name = `enrollment ${line.enrollment}, entry ${entry.seq} (${at})`;
  if (entry.seq !== current.seq + 1) misfit(`${name}: follows entry ${current.seq}`);
  if (entry.prevHash !== current.hash) misfit(`${name}: does not name the entry before it`);
  if (entry.at < current.at) misfit(`${name}: is older than the entry before it`);
  const { subject, facts, cause } = entry;
  const detail = line.redacted ? line.detail : hashOf({ salt: line.salt, content: { subject, facts, cause } });
  const { seq, at: time, actor, action, prevHash } = entry;
  if (hashOf({ seq, at: time, actor, action, prevHash, detail }) !== entry.hash)
    misfit(`${name}: does not fit its hash`);
  Object.assign(current, { seq, hash: entry.hash, at: time });
  if (line.redacted) return;
  if (action === 'completion-reached') current.completedOn = facts.on;
  const isFallen =
    action === 'credential-revoked' &&
    facts.achievement === 'completion' &&
    current.states.get(subject) === 'suspended';
  if (action === 'completion-undone' || action === 'enrollment-withdrawn' || isFallen) current.completedOn = undefined;
  if (credentialStates[action]) current.states.set(subject, credentialStates[action]);
  if (action === 'credential-issued') current.issued.set(subject, entry.facts);
  if (action === 'name-corrected' || action === 'enrolled') current.nameHash = facts.nameHash ?? current.nameHash;
  if (facts.contentHash !== undefined) current.contents.add(facts.contentHash);
}

/**
 * The name is the one that the ledger has a hash of, where it has one of the name alone. Who made the bundle holds name
 * and address together against the ledger, since the address is not here, and says where they differ.
 */
function checkName(current, name, corrected) {
  current.isNamed = true;
  const { apprentice, enrollment } = current.line;
  if (apprentice.unsealed === 'differs')
    misfit(`${name}: the apprentice's name or address is not what the ledger holds a hash of`);
  if (apprentice.unsealed === 'corrected') return corrected.push(enrollment);
  if (current.nameHash === undefined) return undefined;
  if (hashOf({ salt: apprentice.nameSalt ?? '', content: apprentice.name }) !== current.nameHash)
    misfit(`${name}: the apprentice's name is not what the ledger holds a hash of`);
  return undefined;
}

function checkEvidence(current, line, at) {
  // Unchained: it reached the table after the checkpoint, and nothing vouches for it yet.
  if (!line.unchained && !current.contents.has(line.contentHash))
    misfit(`evidence ${line.evidence} of enrollment ${line.enrollment} (${at}): the ledger does not know its content`);
}

/** True where the certificate itself is in the bundle. */
function checkCredential(current, line, documents, signingKey, at) {
  const name = `credential ${line.credentialId} (${at})`;
  const issued = current.issued.get(line.credentialId);
  if (!issued) misfit(`${name}: the ledger does not say that it was issued`);
  if (current.states.get(line.credentialId) !== line.state)
    misfit(`${name}: is ${line.state} here and not in the ledger`);
  if (issued.documentHash !== line.document.hash) misfit(`${name}: the ledger names another document`);
  const { signature, credentialId, program, achievement, facts, basisHash } = line;
  const statement = {
    statement: 'journeypaper/credential/2',
    ...{ credentialId, program, achievement, facts, basisHash },
    documentHash: line.document.hash,
    unsignedHash: line.document.unsignedHash,
  };
  if (!isSigned(signingKey, canonical(statement), signature.value)) misfit(`${name}: does not fit its signature`);
  const path = `certificates/${line.credentialId}.pdf`;
  const file = documents.get(path);
  if (!file) return false;
  documents.delete(path);
  if (file.sha256 !== line.document.hash) misfit(`${path}: is not the document that was issued`);
  return true;
}

/** The reads of one reader and day follow one another from the first. (A bundle of one enrollment leaves others' out.) */
function followAccess(chains, entry, manifest, at) {
  const { hash, ...content } = entry;
  if (hashOf(content) !== hash) misfit(`access entry (${at}): does not fit its hash`);
  const key = `${entry.day} ${entry.actor.id}`;
  const empty = () => ({
    seq: 0,
    hash: sha256(`journeypaper/access/1 ${manifest.program} ${entry.actor.id} ${entry.day}`),
  });
  const before = chains.get(key) ?? empty();
  if (entry.seq <= before.seq) misfit(`access entry (${at}): out of its order`);
  if (manifest.scope.kind !== 'enrollment' && entry.seq !== before.seq + 1)
    misfit(`access entry (${at}): is read ${entry.seq} of its chain and follows read ${before.seq}`);
  if (entry.seq === before.seq + 1 && entry.prevHash !== before.hash)
    misfit(`access entry (${at}): does not name the one before it`);
  chains.set(key, { seq: entry.seq, hash });
}

function readArguments(args) {
  const [folder, flag, key, ...rest] = args;
  if (!folder || folder.startsWith('-') || rest.length > 0 || (flag !== undefined && (flag !== '--key' || !key))) {
    process.stderr.write('usage: node verify.mjs FOLDER --key FINGERPRINT\n');
    process.exit(64);
  }
  const wanted = key?.toLowerCase().replaceAll(':', '');
  if (wanted !== undefined && !/^[0-9a-f]{64}$/.test(wanted)) {
    process.stderr.write('--key: a fingerprint is 64 hexadecimal digits\n');
    process.exit(64);
  }
  // Only where there is nothing to look into: what is missing from a folder is the bundle's fault.
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    process.stderr.write(`${folder}: is no folder; give the one that the bundle's zip was unpacked into\n`);
    process.exit(64);
  }
  return { folder, wanted };
}

/** The first ten ids. */
const some = (ids) => ids.slice(0, 10).join(', ') + (ids.length > 10 ? ` and ${ids.length - 10} more` : '');

async function main() {
  const { folder, wanted } = readArguments(process.argv.slice(2));
  const ledger = readKey(folder, 'keys/ledger.pem');
  if (wanted !== undefined && ledger.fingerprint !== wanted)
    misfit(`keys/ledger.pem: is another key (${ledger.fingerprint}) than the one that you named`);
  const manifest = await checkFiles(folder, ledger.key);
  const checkpoint = await checkCheckpoints(folder, manifest, ledger.key);
  const { counts, told } = await checkRecords(folder, manifest, checkpoint, readKey(folder, 'keys/signing.pem').key);
  const parts = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  process.stdout.write(`consistent: ${parts.join(', ')}, up to checkpoint ${checkpoint.number} of ${checkpoint.at}\n`);
  const { withoutPaper, corrected } = told;
  if (corrected.length > 0)
    process.stdout.write(`corrected since the checkpoint, and held against nothing: the name of ${some(corrected)}\n`);
  if (withoutPaper.length > 0)
    process.stdout.write(
      `WITHOUT ITS PAPER: ${some(withoutPaper)}; whoever made the bundle could not read the document that was issued\n`,
    );
  if (wanted === undefined) {
    process.stdout.write(
      `origin unproven: name the issuer's key with --key (this bundle was signed by ${ledger.fingerprint})\n`,
    );
    return 2;
  }
  const but = withoutPaper.length > 0 ? `, but ${withoutPaper.length} of its credentials came without a paper` : '';
  process.stdout.write(`genuine: signed by the key that you named${but}\n`);
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    if (error instanceof Misfit) process.stderr.write(`DOES NOT FIT: ${error.message}\n`);
    else process.stderr.write(`DOES NOT FIT: the bundle cannot be read (${error.message})\n`);
    process.exitCode = 1;
  },
);
