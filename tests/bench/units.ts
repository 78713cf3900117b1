import { generateKeyPairSync, sign } from 'node:crypto';
import { join } from 'node:path';
import { type AttributeValue, GetItemCommand } from '@aws-sdk/client-dynamodb';
import type { ActPorts } from '../../functions/acts/act-ports.ts';
import { enroll } from '../../functions/acts/enroll.ts';
import { assessEvidence, type SubmitInput, submitEvidence } from '../../functions/acts/evidence.ts';
import { loadProgram } from '../../functions/acts/load-program.ts';
import { systemClock } from '../../functions/adapters/aws/clock.ts';
import { dynamoStore } from '../../functions/adapters/aws/dynamo-store.ts';
import { randomIds } from '../../functions/adapters/aws/ids.ts';
import { enrollmentKey } from '../../functions/adapters/aws/record-keys.ts';
import { groupRecords } from '../../functions/adapters/aws/stream-records.ts';
import { pdfCertificateEngine } from '../../functions/adapters/pdf/certificate-engine.ts';
import { imageFault } from '../../functions/adapters/pdf/images/decode-image.ts';
import { printableCheck } from '../../functions/adapters/pdf/printable.ts';
import { certificateSealer } from '../../functions/adapters/pdf/signing/sealer.ts';
import { typefaceFiles } from '../../functions/adapters/pdf/text/typeface-files.ts';
import { composeEmail } from '../../functions/deliver/compose-email.ts';
import { deliverEmail } from '../../functions/deliver/deliver.ts';
import type { Message } from '../../functions/domain/messages.ts';
import { addDays, civilDateOf } from '../../functions/domain/time.ts';
import { evaluateEnrollment } from '../../functions/evaluate/evaluate.ts';
import { recordMailEvent } from '../../functions/feedback/feedback.ts';
import { issueCredential } from '../../functions/issue/issue.ts';
import type { Signer } from '../../functions/ports/signer.ts';
import { readDemoProgram } from '../../infra/local/demo/program-files.ts';
import type { Sample, SubmitStep } from '../../infra/local/demo/sample.ts';
import { startRecordsTable } from '../support/records-table.ts';
import { dollars } from './prices.ts';
import { type Group, type Row, row } from './row.ts';

const root = join(import.meta.dirname, '../..');

/** What one apprentice's whole record took of each service. */
export type Usage = {
  write: Record<string, number>;
  read: Record<string, number>;
  messages: number;
  invocations: number;
  documents: number;
  documentBytes: number;
  emails: number;
  signatures: number;
};

/**
 * Request units of a whole apprentice, from enrolling to the delivered email, as the calls themselves report them.
 * The table, its stream, the acts and the steps are real; mail, documents and signer are counted and not called, since
 * they use no request units.
 */
export const units: Group = async (tell) => {
  const table = await startRecordsTable();
  try {
    const rows: Row[] = [];
    for (const { id, file, name } of [
      { id: 'peer-specialist', file: 'staten-island-peer-specialist', name: 'peer-specialist' },
      { id: 'recovery-support-specialist', file: 'recovery-support-specialist', name: 'recovery-support-specialist' },
    ]) {
      for (const way of ['sets', 'single'] as const) {
        tell(`${id}, ${way === 'sets' ? 'a skill set at a time' : 'one piece at a time'}`);
        const { usage, bytes } = await wholeApprentice(table, file, way);
        rows.push(...rowsOf(name, way, usage, bytes));
      }
    }
    return rows;
  } finally {
    await table.stop();
  }
};

function rowsOf(name: string, way: 'sets' | 'single', usage: Usage, bytes: number): Row[] {
  const key = way === 'sets' ? `units.${name}` : `units.${name}.single`;
  const total = (by: Record<string, number>) => Object.values(by).reduce((a, b) => a + b, 0);
  const bounded = name === 'peer-specialist';
  const writeTarget = bounded ? { atMost: way === 'sets' ? 1500 : 3000 } : undefined;
  const steps = (kind: 'write' | 'read') =>
    Object.entries(usage[kind]).map(([step, value]) => row(`${key}.${kind}.${step}`, value, 'units'));
  return [
    ...steps('write'),
    row(`${key}.write`, total(usage.write), 'units', writeTarget),
    ...steps('read'),
    row(`${key}.read`, total(usage.read), 'units', bounded && way === 'sets' ? { atMost: 500 } : undefined),
    row(`${key}.enrollment-item`, bytes, 'bytes'),
    ...Object.entries(dollars(usage)).map(([service, value]) => row(`${key}.dollars.${service}`, value, '$')),
  ];
}

type Table = Awaited<ReturnType<typeof startRecordsTable>>;

async function wholeApprentice(
  table: Table,
  file: string,
  way: 'sets' | 'single',
): Promise<{ usage: Usage; bytes: number }> {
  const usage: Usage = {
    write: {},
    read: {},
    messages: 0,
    invocations: 0,
    documents: 0,
    documentBytes: 0,
    emails: 0,
    signatures: 0,
  };
  let step = 'acts';
  const onConsumed = (call: string, amount: number) => {
    const kind = /^(read|list|find)/.test(call) ? usage.read : usage.write;
    kind[step] = (kind[step] ?? 0) + amount;
  };
  const waiting: Message[] = [];
  const store = dynamoStore({ client: table.client, tableName: table.tableName, onConsumed });
  const queue = {
    send: async (message: Message) => {
      usage.messages++;
      waiting.push(message);
    },
  };
  const base = { store, queue, clock: systemClock, ids: randomIds(systemClock), journal: () => undefined };
  const documents = new Map<string, Uint8Array>();
  const engine = pdfCertificateEngine({ fonts: typefaceFiles(root) });
  const signer = countedSigner(usage);
  const sealer = certificateSealer({ signer });
  const run = async (name: string, work: () => Promise<unknown>) => {
    step = name;
    usage.invocations++;
    await work();
    step = 'acts';
  };
  const handle = async (message: Message): Promise<void> => {
    if (message.type === 'issue-requested') {
      await run('issue', () =>
        issueCredential(
          {
            ...base,
            engine,
            sealer,
            signer,
            documents: countedDocuments(usage, documents),
          },
          message,
        ),
      );
    }
    if (message.type !== 'delivery-requested') return;
    const ports = {
      ...base,
      documents: { get: async (key: string) => documents.get(key) },
      compose: composeEmail,
      mailer: countedMailer(usage),
    };
    await run('deliver', () => deliverEmail(ports, message));
    for (const type of ['send', 'delivery'] as const) {
      const event = { type, attempt: 1, at: systemClock.now(), providerId: 'p1' };
      await run('feedback', () => recordMailEvent(base, { ref: message, deliveryId: message.deliveryId, event }));
    }
  };
  const settle = async () => {
    for (const { ref, changes } of groupRecords(await table.readStream()).groups) {
      await run('evaluate', () => evaluateEnrollment(base, { ref, changes, whole: false }));
    }
    for (let message = waiting.shift(); message; message = waiting.shift()) await handle(message);
  };
  const ref = await play(
    { ...base, unprintable: printableCheck(), imageFault, signingFault: async () => undefined },
    file,
    way,
    settle,
    () => {
      usage.write = {};
      usage.read = {};
    },
  );
  const { Item } = await table.client.send(
    new GetItemCommand({
      TableName: table.tableName,
      Key: { pk: { S: enrollmentKey(ref).pk }, sk: { S: 'ENROLLMENT' } },
    }),
  );
  if (usage.emails !== 1) throw new Error(`${file} ended with ${usage.emails} emails`);
  return { usage, bytes: itemBytes({ M: Item ?? {} }) - 3 };
}

/** Enrolls, then submits and assesses everything that the program's sample holds, leaving out what goes wrong in it. */
async function play(
  ports: ActPorts,
  file: string,
  way: 'sets' | 'single',
  settle: () => Promise<void>,
  enrolled: () => void,
) {
  const { files, program, sample } = readDemoProgram(root, file);
  const loaded = await loadProgram(ports, files);
  if (loaded.outcome !== 'loaded') throw new Error(loaded.message);
  enrolled();
  const today = civilDateOf(ports.clock.now(), program.timeZone);
  const input = {
    program: program.id,
    apprentice: sample.apprentice,
    enrolledOn: addDays(today, -sample.enrolledDaysAgo),
    // The program's two measures have a record each of the same person.
    again: true,
  };
  const made = await enroll(ports, { id: 'bench', role: 'administrator' }, input);
  if (made.outcome !== 'enrolled') throw new Error(made.message);
  const ref = { program: program.id, enrollment: made.enrollment.enrollment };
  const assessor = program.assessors[0]?.id ?? '';
  for (const group of groupsOf(sample, way)) {
    const verdicts = await submitEvidence(
      ports,
      ref,
      group.map((piece) => toInput(piece, sample, today)),
    );
    const refused = verdicts.find((v) => v.outcome === 'refused');
    if (refused) throw new Error(JSON.stringify(refused));
    await settle();
    await assessEvidence(
      ports,
      ref,
      group.map(({ requirement, evidence }) => ({ requirement, evidence, assessor, outcome: 'met' })),
    );
    await settle();
  }
  return ref;
}

/** What DynamoDB charges an item by: names and values in UTF-8, three bytes and one an element for a map. */
function itemBytes(value: AttributeValue): number {
  if (value.M)
    return Object.entries(value.M).reduce(
      (sum, [name, inner]) => sum + Buffer.byteLength(name) + itemBytes(inner) + 1,
      3,
    );
  if (value.L) return value.L.reduce((sum, inner) => sum + itemBytes(inner) + 1, 3);
  if (value.S !== undefined) return Buffer.byteLength(value.S);
  return value.N === undefined ? 1 : Math.ceil(value.N.length / 2) + 1;
}

/** The last submission of each requirement: by skill set (courses and certificates are one group each), or singly. */
function groupsOf(sample: Sample, way: 'sets' | 'single'): SubmitStep[][] {
  const last = new Map<string, SubmitStep>();
  for (const piece of sample.steps) if (piece.do === 'submit') last.set(piece.requirement, piece);
  if (way === 'single') return [...last.values()].map((piece) => [piece]);
  const groups = new Map<string, SubmitStep[]>();
  for (const piece of last.values()) {
    const stem = piece.requirement.replace(/-[^-]+$/, '');
    groups.set(stem, [...(groups.get(stem) ?? []), piece]);
  }
  return [...groups.values()];
}

function toInput(piece: SubmitStep, sample: Sample, today: string): SubmitInput {
  const { requirement, evidence, attestation, pointer, hours, certificate } = piece;
  return {
    requirement,
    evidence,
    submittedBy: sample.apprentice.id,
    occurredOn: addDays(today, -piece.occurredDaysAgo),
    attestation,
    ...(pointer !== undefined && { pointer }),
    ...(hours !== undefined && { hours }),
    ...(certificate && {
      certificate: {
        issuer: certificate.issuer,
        number: certificate.number,
        issuedOn: addDays(today, -certificate.issuedDaysAgo),
      },
    }),
  };
}

function countedDocuments(usage: Usage, documents: Map<string, Uint8Array>) {
  return {
    async put(key: string, bytes: Uint8Array) {
      usage.documents++;
      usage.documentBytes += bytes.length;
      documents.set(key, bytes);
      return 'stored' as const;
    },
    get: async (key: string) => documents.get(key),
    keep: async () => undefined,
  };
}

/** A key of this process, so that what it signs is signed. */
function countedSigner(usage: Usage): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    async sign(content) {
      usage.signatures++;
      return { keyId: 'bench', signature: sign('sha256', content, privateKey).toString('base64') };
    },
    publicKey: async () => publicKey.export({ type: 'spki', format: 'der' }),
  };
}

function countedMailer(usage: Usage) {
  return {
    async send() {
      usage.emails++;
      return { outcome: 'sent' as const, providerId: 'p1' };
    },
  };
}
