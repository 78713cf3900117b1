import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { loadProgram } from '../../../functions/acts/load-program.ts';
import { systemClock } from '../../../functions/adapters/aws/clock.ts';
import { credentialItem, deliveryItem } from '../../../functions/adapters/aws/commit-items.ts';
import { dynamoAccess } from '../../../functions/adapters/aws/dynamo-access.ts';
import { dynamoExports } from '../../../functions/adapters/aws/dynamo-exports.ts';
import { dynamoIdempotency } from '../../../functions/adapters/aws/dynamo-idempotency.ts';
import { dynamoStore } from '../../../functions/adapters/aws/dynamo-store.ts';
import { enrollmentItem, parseEnrollmentItem } from '../../../functions/adapters/aws/enrollment-codec.ts';
import { randomIds } from '../../../functions/adapters/aws/ids.ts';
import { kmsSignatureCheck } from '../../../functions/adapters/aws/kms-signer.ts';
import { oidcSignIn } from '../../../functions/adapters/oidc/sign-in.ts';
import { oidcTokenCheck } from '../../../functions/adapters/oidc/token-check.ts';
import { imageFault } from '../../../functions/adapters/pdf/images/decode-image.ts';
import { printableCheck } from '../../../functions/adapters/pdf/printable.ts';
import { staticFiles } from '../../../functions/adapters/web/static-files.ts';
import type { ApiPorts } from '../../../functions/api/api-ports.ts';
import { makeApp } from '../../../functions/api/app.ts';
import { type Credential, signedStatement } from '../../../functions/domain/credential.ts';
import { type Delivery, parkedDelivery } from '../../../functions/domain/delivery.ts';
import type { Enrollment } from '../../../functions/domain/enrollment.ts';
import { type Framework, requirementsOf } from '../../../functions/domain/framework.ts';
import { canonicalJson } from '../../../functions/domain/hash.ts';
import type { EnrollmentRef } from '../../../functions/domain/ids.ts';
import { addDays, addSeconds, civilDateOf, type Instant } from '../../../functions/domain/time.ts';
import type { StoredProgram } from '../../../functions/ports/record-store.ts';
import { readDemoProgram } from '../../../infra/local/demo/program-files.ts';
import { audience, startIssuer } from '../../api/issuer.ts';
import { bulkLoad, makeApprentice } from '../../support/bulk.ts';
import { startRecordsTable } from '../../support/records-table.ts';
import { signerHere } from '../../support/signer-here.ts';

const root = join(import.meta.dirname, '../../..');
export type FilledApp = Awaited<ReturnType<typeof startFilledApp>>;
export const origin = 'https://papers.example';
/** Those whose record is asked for again and again: half of it submitted and assessed. */
export const probes = 8;
/** So many items are made and put at one time. */
const chunk = 2_000;

/**
 * The whole application over a table that can be filled, both on this machine: the real program, enrollments with a fifth
 * of it met, each with a certificate, and some whose evidence is there too. Of every twenty, the email of one could not be
 * delivered, another has stood still for a hundred days, and where the program has certificates, that of a third lapses soon.
 */
export async function startFilledApp() {
  const [table, issuer] = await Promise.all([startRecordsTable(), startIssuer()]);
  const demo = readDemoProgram(root, 'staten-island-peer-specialist');
  const store = dynamoStore(table);
  const signer = signerHere();
  const ports: ApiPorts = {
    store,
    queue: { send: async () => undefined },
    clock: systemClock,
    ids: randomIds(systemClock),
    unprintable: printableCheck(),
    tokens: oidcTokenCheck({ issuer: issuer.issuer, audience, clock: systemClock }),
    signIn: oidcSignIn({ issuer: issuer.issuer, clientId: audience }),
    files: staticFiles(root),
    access: dynamoAccess({ ...table, clock: systemClock }),
    idempotency: dynamoIdempotency({ ...table, clock: systemClock, claimSeconds: 60 }),
    links: { link: () => Promise.reject(new Error('nobody asks for a document here')) },
    exports: dynamoExports(table),
    isCredentialSignature: kmsSignatureCheck(signer),
    exportLinks: { link: async () => undefined },
    failed: (error) => {
      throw error;
    },
  };
  const loaded = await loadProgram({ ...ports, imageFault, signingFault: async () => undefined }, demo.files);
  if (loaded.outcome !== 'loaded') throw new Error(`${loaded.code}: ${loaded.message}`);
  const { id } = demo.program;
  const stored = (await store.readProgram(id)) as StoredProgram;
  const app = makeApp(ports, { groupsClaim: 'cognito:groups', actorClaim: 'cognito:username', publicOrigin: origin });
  let filled = 0;

  const signed = async (credential: Credential): Promise<Credential> => {
    const statement = new TextEncoder().encode(canonicalJson(signedStatement(credential)));
    const { keyId, signature: value } = await signer.sign(statement);
    return { ...credential, signature: { keyId, value } };
  };
  const itemsOf = async (n: number) => {
    const { ref, items } = makeApprentice(stored.program, demo.framework, `e${n}`, n < probes ? 52 : 0);
    const [first = {}, ...evidence] = items;
    const enrollment = parseEnrollmentItem(first);
    const progress = progressOf([...requirementsOf(demo.framework).keys()].slice(0, 20));
    const credentialId = `c${n}`;
    const pointers = { completion: { active: { credentialId, suspended: false, completedOn: '2026-03-01' } } };
    const { lastChangeAt } = enrollment;
    const stuck = n % 20 === 1 && { lastChangeAt: addSeconds(lastChangeAt, -100 * 24 * 3600) };
    return [
      enrollmentItem({
        ...enrollment,
        met: 20,
        pointers,
        progress,
        ...stuck,
        ...(n % 20 === 2 && lapsingCertificates(demo.framework, progress, lastChangeAt)),
      }),
      ...(n % 20 === 0 ? [deliveryItem(parkedEmail(ref, credentialId))] : []),
      credentialItem(await signed(credentialOf(ref, credentialId, codeOf(n), stored, enrollment.framework))),
      ...(n < probes ? evidence : []),
    ];
  };
  return {
    app,
    program: id,
    tokenOf: (actor: string, role: string) => issuer.tokenOf(actor, `${id}:${role}`),
    /** Adds enrollments until there are so many. */
    async fillTo(count: number) {
      for (; filled < count; filled = Math.min(count, filled + chunk)) {
        const end = Math.min(count, filled + chunk);
        const numbers = Array.from({ length: end - filled }, (_, i) => filled + i);
        const items = await Promise.all(numbers.map(itemsOf));
        await bulkLoad(table.client, table.tableName, items.flat());
      }
    },
    async stop() {
      await Promise.all([table.stop(), issuer.stop()]);
    },
  };
}

/** Certificates that end in thirty days. */
function lapsingCertificates({ certificates }: Framework, progress: Enrollment['progress'], now: Instant) {
  const to = addDays(civilDateOf(now, 'UTC'), 30);
  const intervals = [{ from: '2025-01-01', to, at: now }];
  const held = certificates.map(({ id }) => [id, { status: 'met' as const, since: now, basis: 'e1', intervals }]);
  if (held.length === 0) return {};
  return { progress: { ...progress, ...Object.fromEntries(held) }, lapseOn: to };
}

function parkedEmail(ref: EnrollmentRef, credentialId: string): Delivery {
  const about = { kind: 'credential' as const, credentialId };
  return parkedDelivery({ ...ref, deliveryId: `dlv-${credentialId}`, about }, '2026-03-01T12:00:00.000Z', 'bounced');
}

function progressOf(requirements: readonly string[]) {
  const met = { status: 'met' as const, since: '2026-02-01T12:00:00.000Z', basis: 'e1' };
  return Object.fromEntries(requirements.map((requirement) => [requirement, met]));
}

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** The code of the nth certificate: as scattered as real ones are. */
export function codeOf(n: number): string {
  const hash = createHash('sha256').update(`code ${n}`).digest();
  return Array.from({ length: 26 }, (_, i) => alphabet[(hash[i] ?? 0) % 32]).join('');
}

function credentialOf(
  ref: { program: string; enrollment: string },
  credentialId: string,
  code: string,
  { hashes }: StoredProgram,
  framework: Credential['facts']['framework'],
): Credential {
  const at = '2026-03-01T12:00:00.000Z';
  return {
    ...ref,
    credentialId,
    achievement: 'completion',
    code,
    requestedAt: at,
    issuedAt: at,
    facts: { name: `Bench ${ref.enrollment}`, completedOn: '2026-03-01', framework, hashes },
    transcript: { skillSets: [], courses: [], certificates: [] },
    basisHash: '0'.repeat(64),
    document: {
      key: `${ref.program}/${credentialId}.pdf`,
      hash: '1'.repeat(64),
      unsignedHash: '2'.repeat(64),
      bytes: 60_000,
      engine: 'bench/1',
    },
    signature: { keyId: 'key', value: 'bench' },
    state: 'issued',
    delivery: `dlv-${credentialId}`,
  };
}
