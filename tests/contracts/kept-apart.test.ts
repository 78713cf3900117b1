import { afterAll, beforeAll, expect, test } from 'vitest';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { type AuditFact, chain, systemActor } from '../../functions/domain/audit.ts';
import type { Credential } from '../../functions/domain/credential.ts';
import { newDelivery } from '../../functions/domain/delivery.ts';
import { evidencePartition, evidenceSortKey } from '../../functions/domain/evidence.ts';
import { canonicalJson, sha256 } from '../../functions/domain/hash.ts';
import { programHashes } from '../../functions/domain/program.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { classicTemplate } from '../support/certificate-content.ts';
import { startRecordsTable } from '../support/records-table.ts';
import {
  assessment,
  newEnrollment,
  noon,
  smallFramework,
  smallProgram,
  submission,
  withdrawal,
} from '../support/small-world.ts';

/** One program's id begins with the other's; every id under them is the same. */
const harbor = sponsor('harbor', '#102030');
const annex = sponsor('harbor-annex', '#302010');
type Sponsor = typeof harbor;

let table: Awaited<ReturnType<typeof startRecordsTable>>;
let store: RecordStore;
beforeAll(async () => {
  table = await startRecordsTable();
  store = dynamoStore(table);
});
afterAll(() => table.stop());

/** A program with one apprentice; `mark` stands in everything of theirs that holds words. */
function sponsor(id: string, accent: string) {
  const mark = `words of ${id} alone`;
  const program = { ...smallProgram(), id, sponsor: mark };
  const template = { ...classicTemplate, colours: { ...classicTemplate.colours, accent } };
  const ref = { program: id, enrollment: 'enr-1' };
  const of = { program: id, attestation: mark };
  const pieces = ['engage-1', 'engage-2'].map((requirement, i) => submission(requirement, `e${i}`, '2026-02-01', of));
  const enrollment = newEnrollment({
    ...ref,
    apprentice: { id: 'apprentice-1', name: mark, email: `a@${id}.example` },
  });
  const code = id
    .toUpperCase()
    .replaceAll(/[^A-HJKMNP-TV-Z]/g, '0')
    .padEnd(26, '7');
  return { mark, program, template, ref, pieces, enrollment, code, hashes: programHashes(program, template) };
}

/** Not a picture to look at: the store takes what has been checked. */
const picture = ({ mark }: Pick<Sponsor, 'mark'>) => new TextEncoder().encode(mark);

const at = noon('2026-03-01');
const credentialId = 'crd-1';
const deliveryId = 'dlv-1';
const aside = {
  sk: evidenceSortKey({ requirement: 'engage-1', evidence: 'bad', part: 'evidence' }),
  code: 'item.malformed',
  at,
  sequence: '1',
};

function credentialOf({ ref, enrollment, code, hashes, mark }: Sponsor): Credential {
  const { framework } = enrollment;
  return {
    ...ref,
    credentialId,
    achievement: 'completion',
    code,
    requestedAt: at,
    issuedAt: at,
    facts: { name: mark, completedOn: '2026-03-01', framework, hashes },
    transcript: { skillSets: [], courses: [], certificates: [] },
    basisHash: '0'.repeat(64),
    document: {
      key: `${ref.program}/x.pdf`,
      hash: '1'.repeat(64),
      unsignedHash: '2'.repeat(64),
      bytes: 1,
      engine: 'test/1',
    },
    signature: { keyId: 'key', value: mark },
    state: 'issued',
    delivery: deliveryId,
  };
}

/** Everything that a program's apprentice may have, by the store's own calls. */
async function fill(each: Sponsor): Promise<void> {
  const { ref, program, template, pieces, enrollment } = each;
  await store.putProgram(program, template, smallFramework, [picture(each)]);
  expect(await store.createEnrollment(enrollment, [])).toBe('created');
  for (const piece of pieces) {
    expect(await store.putSubmission(piece)).toBe('stored');
    const met = assessment(piece, 'a1', at, 'met', { program: ref.program, note: each.mark });
    expect(await store.putAssessment(met, { fence: false })).toBe('stored');
  }
  await store.putAside({ ...ref, ...aside, reason: each.mark });
  const fact: AuditFact = {
    actor: systemActor('issue'),
    action: 'credential-issued',
    subject: credentialId,
    facts: { reason: each.mark },
    cause: `issue#${credentialId}`,
  };
  const chained = chain(enrollment, [fact], at);
  const outcome = await store.commit({
    enrollment,
    guard: { version: 1, fence: 0 },
    patch: { chain: chained.head, progress: { 'engage-1': { status: 'awaiting' } }, awaiting: { 'engage-1': at } },
    entries: chained.entries,
    newCredential: credentialOf(each),
    newDeliveries: [newDelivery({ ...ref, deliveryId, about: { kind: 'credential', credentialId } }, at)],
  });
  expect(outcome).toEqual({ outcome: 'committed' });
}

/** Every read and list that is bounded by a program, one answer each. */
async function readAll({ ref, hashes, code, mark }: Sponsor): Promise<Record<string, unknown>> {
  const { program } = ref;
  const sorted = (items: readonly unknown[]) => items.map((item) => canonicalJson(item)).sort();
  const record = await store.readRecord(ref);
  return {
    own: await store.listOwnEnrollments(program, 'apprentice-1'),
    awaiting: (await store.listAwaiting(program)).items,
    issued: (await store.listIssued(program, {})).items,
    credentials: await store.listCredentials(ref),
    deliveries: await store.listDeliveries(ref),
    whose: await store.findIssued(program, credentialId),
    some: await store.readEnrollments([ref, { ...ref, enrollment: 'enr-2' }]),
    program: await store.readProgram(program),
    version: await store.readProgramVersion(program, hashes.program),
    versions: sorted(await store.listProgramVersions(program)),
    template: await store.readTemplate(program, hashes.template),
    asset: await store
      .readAsset(program, sha256(picture({ mark })))
      .then((bytes) => bytes && Buffer.from(bytes).toString()),
    enrollment: await store.readEnrollment(ref),
    record,
    credential: await store.readCredential(ref, credentialId),
    delivery: await store.readDelivery(ref, deliveryId),
    found: await store.findCredential(code),
    evidence: sorted(await store.readEvidence(ref, ['engage-1', 'engage-2'])),
    allEvidence: sorted(await store.readAllEvidence(ref)),
    listed: (await store.listEnrollments(program, 'open')).items,
    asides: (await store.listAside(program)).items,
    due: (await store.listDue('2027-01-01T00:00:00.000Z')).items.filter((item) => item.program === program),
  };
}

const isNothing = (answer: unknown) => answer === undefined || (Array.isArray(answer) && answer.length === 0);

test('two programs with the same ids under them are kept apart in every read, list and write', async () => {
  const written = async (each: Sponsor) =>
    Object.entries(await readAll(each)).filter(([, answer]) => !isNothing(answer));
  await fill(harbor);
  const alone = await readAll(harbor);
  expect(Object.entries(alone).filter(([, answer]) => isNothing(answer))).toEqual([]);
  expect(await written(annex)).toEqual([]);

  await fill(annex);
  expect(await readAll(harbor)).toEqual(alone);
  const both = [harbor, annex] as const;
  for (const [own, other] of [both, [annex, harbor] as const]) {
    for (const [name, answer] of await written(own)) {
      expect(canonicalJson(answer), name).not.toContain(other.mark);
      expect(canonicalJson(answer), name).not.toContain(`"program":"${other.ref.program}"`);
    }
    expect(await store.readProgramVersion(own.ref.program, other.hashes.program)).toBeUndefined();
    expect(await store.readTemplate(own.ref.program, other.hashes.template)).toBeUndefined();
    expect(await store.readAsset(own.ref.program, sha256(picture(other)))).toBeUndefined();
    expect(await store.findCredential(own.code)).toMatchObject({ ...own.ref, credentialId });
  }
  expect((await store.listPrograms()).map(({ program }) => program.id).sort()).toEqual(['harbor', 'harbor-annex']);

  const annexBefore = await readAll(annex);
  const [piece] = annex.pieces;
  if (!piece) throw new Error('the annex has no evidence');
  const own = { program: 'harbor-annex' };
  expect(await store.putSubmission({ ...piece, evidence: 'e9' })).toBe('stored');
  expect(await store.putAssessment(assessment(piece, 'a2', at, 'not-met', own), { fence: true })).toBe('stored');
  expect(await store.putWithdrawal({ ...withdrawal(piece, at), ...own })).toBe('stored');
  await store.putRaw(evidencePartition(annex.ref), aside.sk, { anything: true });
  await store.clearAside(annex.ref, aside.sk);
  const enrollment = await store.readEnrollment(annex.ref);
  const delivery = await store.readDelivery(annex.ref, deliveryId);
  if (!enrollment || !delivery) throw new Error('the annex has no enrollment or no delivery');
  const outcome = await store.commit({
    enrollment,
    guard: { version: enrollment.version },
    patch: { status: 'withdrawn', marks: { 'engage-1': at } },
    bumpFence: true,
    entries: [],
    credentialChanges: [{ credentialId, from: ['issued'], set: { state: 'revoked', revokedAt: at } }],
    deliveryChanges: [{ delivery: { ...delivery, state: 'parked' }, from: ['queued'], attempt: 0 }],
  });
  expect(outcome).toEqual({ outcome: 'committed' });
  expect(await store.readEnrollment(annex.ref)).toMatchObject({ status: 'withdrawn', fence: 3 });
  expect(await store.readCredential(annex.ref, credentialId)).toMatchObject({ state: 'revoked' });
  expect(await readAll(annex)).not.toEqual(annexBefore);
  expect(await readAll(harbor)).toEqual(alone);
});

test('an enrollment under one program is none under another: nothing can be committed or fenced there', async () => {
  const stranger = { program: 'harbor-third', enrollment: 'enr-1' };
  const [piece] = harbor.pieces;
  if (!piece) throw new Error('the harbor has no evidence');
  const foreign = { ...piece, ...stranger };
  await expect(store.putWithdrawal({ ...withdrawal(foreign, at), ...stranger })).rejects.toMatchObject({
    retryable: false,
  });
  const enrollment = { ...harbor.enrollment, ...stranger };
  expect(await store.commit({ enrollment, guard: {}, patch: { met: 1 }, entries: [] })).toEqual({
    outcome: 'conflict',
  });
  expect(await store.readRecord(stranger)).toBeUndefined();
});
