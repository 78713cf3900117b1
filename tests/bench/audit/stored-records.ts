import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type DynamoDBClient, QueryCommand } from '@aws-sdk/client-dynamodb';
import { ledgerItem, toItem } from '../../../functions/adapters/aws/commit-items.ts';
import { dynamoStore } from '../../../functions/adapters/aws/dynamo-store.ts';
import { type AuditFact, chain, emptyChain } from '../../../functions/domain/audit.ts';
import { enrollmentChain, type Head } from '../../../functions/domain/checkpoint.ts';
import { frameworkSchema } from '../../../functions/domain/framework.ts';
import { saltedHash } from '../../../functions/domain/hash.ts';
import { type Program, programSchema } from '../../../functions/domain/program.ts';
import type { ExportPorts } from '../../../functions/export/export-ports.ts';
import { makeApprentice } from '../../support/bulk.ts';

const data = (path: string) => JSON.parse(readFileSync(join(import.meta.dirname, '../../../data', path), 'utf8'));
const program = programSchema.parse(data('programs/staten-island-peer-specialist.json'));
const { id, version } = program.framework;
const framework = frameworkSchema.parse(data(`frameworks/${id}.${version}.json`));
const pieces = 100;

/** The real program, with apprentices of a hundred assessed pieces each. */
export const benchProgram: Program = program;

/**
 * Apprentices until there are so many ledger entries, each as one file of the items that DynamoDB would answer with:
 * in its own JSON, so that reading one costs what it costs there, but for the network.
 */
export function writeRecords(folder: string, entries: number): Head[] {
  mkdirSync(folder, { recursive: true });
  const heads: Head[] = [];
  for (let written = 0; written < entries; ) {
    const enrollment = `enr-${String(heads.length).padStart(7, '0')}`;
    const { items, ref } = makeApprentice(program, framework, enrollment, pieces);
    const [own = {}, ...evidence] = items as [Record<string, unknown>, ...Record<string, unknown>[]];
    const salt = String(own.salt);
    const at = '2026-03-02T15:00:00.000Z';
    const linked = chain({ chain: emptyChain(ref, at), salt }, factsOf(evidence, salt), at);
    const ledger = linked.entries.slice(0, entries - written);
    const last = ledger.at(-1);
    if (!last) break;
    const head = { seq: last.seq, hash: last.hash, at };
    const partitions = {
      ENROLLMENT: [{ ...own, chain: head }, ...ledger.map((entry) => ledgerItem(ref, entry))].map(toItem),
      EVIDENCE: evidence.map(toItem),
    };
    for (const [kind, found] of Object.entries(partitions))
      writeFileSync(join(folder, `${kind}-${enrollment}.json`), JSON.stringify({ Items: found }));
    heads.push({ chain: enrollmentChain(enrollment), seq: head.seq, hash: head.hash });
    written += ledger.length;
  }
  return heads;
}

/** As evaluate chains them: a piece, its assessment, and every few of them how far it had come. */
function factsOf(items: readonly Record<string, unknown>[], salt: string): AuditFact[] {
  return items.map(({ pk: _, sk, ...attributes }, i) => {
    const assessed = attributes.assessor !== undefined;
    const actor = assessed
      ? { id: String(attributes.assessor), role: 'assessor' as const }
      : { id: String(attributes.submittedBy), role: 'apprentice' as const };
    return {
      actor,
      action: assessed ? 'assessment-accepted' : 'evidence-accepted',
      subject: String(attributes.evidence),
      facts: {
        requirement: String(attributes.requirement),
        contentHash: saltedHash(salt, String(sk), attributes),
        ...(assessed && { outcome: 'met', assessment: String(attributes.assessment) }),
      },
      cause: `${String(sk)}@${String(i).padStart(21, '4')}`,
    };
  });
}

/** The table's own adapter, over the files instead of the network. */
export function recordsIn(folder: string): ExportPorts['store'] {
  const send = async (command: unknown) => {
    if (!(command instanceof QueryCommand)) throw new Error('only queries are answered here');
    const pk = command.input.ExpressionAttributeValues?.[':pk']?.S ?? '';
    const [, kind, enrollment] = pk.split('#');
    return JSON.parse(readFileSync(join(folder, `${kind}-${enrollment}.json`), 'utf8'));
  };
  const store = dynamoStore({ client: { send } as unknown as DynamoDBClient, tableName: 'Records' });
  return {
    readRecord: store.readRecord,
    readAllEvidence: store.readAllEvidence,
    readProgram: async () => ({ program, hashes: {} as never, frameworkHash: '' }),
    readProgramVersion: async () => undefined,
    readFramework: async () => framework,
  };
}
