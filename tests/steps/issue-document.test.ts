import { expect, test } from 'vitest';
import { sha256 } from '../../functions/domain/hash.ts';
import type { Policy } from '../../functions/domain/program.ts';
import { addMonths } from '../../functions/domain/time.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import type { IssuePorts } from '../../functions/issue/issue-ports.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import { memoryStore, stepsWorld } from '../support/steps-world.ts';

async function readyToIssue(policy: Partial<Policy> = {}) {
  const world = stepsWorld(memoryStore(), policy);
  await world.publish();
  await world.enroll();
  await world.complete();
  return world;
}

const crash = () => new AdapterError('test.crash', 'the process died', { retryable: true });

test('the document lies under its unsigned hash, and the record holds the hashes of both', async () => {
  const world = await readyToIssue();
  const message = world.issueRequest();
  expect(await issueCredential(world.ports, message)).toBe('issued');
  const { credentials, ledger } = await world.record();
  const document = credentials[0]?.document;
  const stored = world.documents.get(document?.key ?? '')?.bytes ?? new Uint8Array();
  expect(document?.key).toBe(`${message.program}/${message.credentialId}/${document?.unsignedHash}.pdf`);
  expect(document).toMatchObject({ hash: sha256(stored), bytes: stored.length, engine: 'test/1' });
  expect(document?.unsignedHash).not.toBe(document?.hash);
  const issued = ledger.find(({ action }) => action === 'credential-issued');
  expect(issued?.facts).toMatchObject({ documentHash: document?.hash, unsignedHash: document?.unsignedHash });
});

test('a rerun adopts the document that an earlier run signed and stored', async () => {
  const world = await readyToIssue();
  const message = world.issueRequest();
  const dying: IssuePorts = { ...world.ports, store: { ...world.ports.store, commit: () => Promise.reject(crash()) } };
  await expect(issueCredential(dying, message)).rejects.toMatchObject({ code: 'test.crash' });
  const [first] = [...world.documents.values()].map(({ bytes }) => Buffer.from(bytes));
  expect(await issueCredential(world.ports, message)).toBe('issued');
  const { credentials } = await world.record();
  expect(world.documents.size).toBe(1);
  expect(credentials[0]?.document.hash).toBe(sha256(first ?? ''));
});

test('a stored document that is not what was printed parks the credential', async () => {
  const world = await readyToIssue();
  const message = world.issueRequest();
  const dying: IssuePorts = { ...world.ports, store: { ...world.ports.store, commit: () => Promise.reject(crash()) } };
  await expect(issueCredential(dying, message)).rejects.toThrow();
  for (const stored of world.documents.values()) {
    stored.bytes = Buffer.from(stored.bytes);
    stored.bytes[3] = (stored.bytes[3] ?? 0) ^ 1;
  }
  expect(await issueCredential(world.ports, message)).toBe('parked');
  const { credentials, enrollment } = await world.record();
  expect(credentials).toEqual([]);
  expect(enrollment.pointers.completion?.pending?.parked).toMatch(/^document\.altered: /);
});

test('a signer that fails or answers late leaves nothing behind, and the next run issues', async () => {
  const late = new AdapterError('signer.sign', 'signing a credential failed (TimeoutError)', { retryable: true });
  for (const port of ['sealer', 'signer'] as const) {
    const world = await readyToIssue();
    const message = world.issueRequest();
    const fails = () => Promise.reject(late);
    const broken = { ...world.ports[port], ...(port === 'sealer' ? { seal: fails } : { sign: fails }) };
    await expect(issueCredential({ ...world.ports, [port]: broken }, message), port).rejects.toBe(late);
    const { credentials, deliveries, enrollment } = await world.record();
    expect([credentials, deliveries], port).toEqual([[], []]);
    expect(enrollment.pointers.completion?.pending?.credentialId, port).toBe(message.credentialId);
    // What has been stored by then counts for nothing until it is kept.
    expect([...world.documents.values()].map(({ keptUntil }) => keptUntil)).toEqual(
      port === 'sealer' ? [] : [undefined],
    );
    expect(await issueCredential(world.ports, message), port).toBe('issued');
    expect(world.documents.size, port).toBe(1);
  }
});

test('certificates that cannot sign park the credential, with the field in the reason', async () => {
  const world = await readyToIssue();
  const unfit = new AdapterError('seal.certificates', 'program signing.certificates.0: expired on 2026-01-01; …', {
    retryable: false,
  });
  const sealer = { ...world.ports.sealer, seal: () => Promise.reject(unfit) };
  expect(await issueCredential({ ...world.ports, sealer }, world.issueRequest())).toBe('parked');
  expect((await world.record()).enrollment.pointers.completion?.pending?.parked).toContain('signing.certificates.0');
});

test('the document is locked for as long as its program keeps records, and by a repeat again', async () => {
  const world = await readyToIssue({ retention: { years: 12 } });
  const message = world.issueRequest();
  expect(await issueCredential(world.ports, message)).toBe('issued');
  const { credentials } = await world.record();
  const [credential] = credentials;
  const stored = world.documents.get(credential?.document.key ?? '');
  const until = addMonths((credential?.requestedAt ?? '').slice(0, 10), 12 * 12);
  expect(stored?.keptUntil).toBe(until);
  if (stored) delete stored.keptUntil;
  expect(await issueCredential(world.ports, message)).toBe('repeated');
  expect(stored?.keptUntil).toBe(until);
});
