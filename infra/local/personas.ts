import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { Enrollment } from '../../functions/domain/enrollment.ts';
import { actorIdSchema, type EnrollmentRef } from '../../functions/domain/ids.ts';
import type { RecordStore, StoredProgram } from '../../functions/ports/record-store.ts';
import { localClientConfig } from './services/loopback.ts';
import { type People, type Persona, shownApprentices } from './services/oidc-personas.ts';

/** What personas are read from. */
export interface PersonaRecords {
  store: Pick<RecordStore, 'readProgram' | 'readEnrollments' | 'listOwnEnrollments'>;
  /** A program's enrollments, of every status, whose records changed last: the latest first. */
  latest(program: string): Promise<EnrollmentRef[]>;
}

/**
 * The people whom one may be on this machine, of the programs that the user pool has groups for: the roster's assessors, the
 * enrolled apprentices of whom the table heard last, and a stand-in for each role that no record names anybody for.
 *
 * @param groups `{program}:{role}`, as the template has them
 */
export async function readPersonas(records: PersonaRecords, groups: readonly string[]): Promise<Persona[]> {
  const roles = new Map<string, string[]>();
  for (const group of groups) {
    const [program = '', role = ''] = group.split(':');
    roles.set(program, [...(roles.get(program) ?? []), role]);
  }
  const all = await Promise.all(
    [...roles].map(async ([program, of]) => {
      const stored = await records.store.readProgram(program);
      const people = stored ? [...assessors(stored), ...(await latestApprentices(records, stored))] : [];
      return [...standIns(program, stored), ...people].filter(({ role }) => of.includes(role));
    }),
  );
  return all.flat();
}

/** An apprentice by a persona's key, whether the page shows them or not. */
export async function findApprentice(
  { store }: Pick<PersonaRecords, 'store'>,
  groups: readonly string[],
  key: string,
): Promise<Persona | undefined> {
  const [program = '', role = '', id = '', ...rest] = key.split(':');
  const isAsked = role === 'apprentice' && groups.includes(`${program}:${role}`) && rest.length === 0;
  if (!isAsked || !actorIdSchema.safeParse(id).success) return undefined;
  const [stored, own] = await Promise.all([store.readProgram(program), store.listOwnEnrollments(program, id)]);
  if (!stored) return undefined;
  return apprenticesOf(stored, await store.readEnrollments(own)).find((each) => each.id === id);
}

const standInRoles = {
  administrator: ['Administrator', 'enrols, corrects, revokes'],
  auditor: ['Auditor', 'reads every record, changes none'],
  operator: ['Operator', 'keeps the workflow running'],
} as const;

function standIns(program: string, stored: StoredProgram | undefined): Persona[] {
  return Object.entries(standInRoles).map(([role, [name, about]]) => ({
    id: `local-${role}`,
    name,
    about,
    program,
    programName: stored?.program.name ?? program,
    isLoaded: stored !== undefined,
    role,
    kind: 'stand-in',
  }));
}

function assessors({ program }: StoredProgram): Persona[] {
  const isSample = isSampleAddress(program.email.from);
  return program.assessors
    .filter(({ voided }) => !voided)
    .map(({ id, name, title }) => ({
      id,
      name,
      about: title ?? 'on the roster',
      program: program.id,
      programName: program.name,
      isLoaded: true,
      role: 'assessor',
      kind: isSample ? 'sample' : 'record',
    }));
}

async function latestApprentices({ store, latest }: PersonaRecords, stored: StoredProgram): Promise<Persona[]> {
  const enrollments = await store.readEnrollments(await latest(stored.program.id));
  return apprenticesOf(stored, enrollments).slice(0, shownApprentices);
}

/** Each once, however many enrollments they have: a token names a person. */
function apprenticesOf({ program }: StoredProgram, enrollments: readonly Enrollment[]): Persona[] {
  const people = Map.groupBy(enrollments, ({ apprentice }) => apprentice.id);
  return [...people].flatMap(([id, own]) => {
    const [latest] = own;
    if (!latest) return [];
    return [
      {
        id,
        name: latest.apprentice.name,
        about: [id, ...own.map(standing)].join(' · '),
        program: program.id,
        programName: program.name,
        isLoaded: true,
        role: 'apprentice',
        kind: isSampleAddress(latest.apprentice.email) ? ('sample' as const) : ('record' as const),
      },
    ];
  });
}

const standingWords = { open: 'in training', complete: 'complete', withdrawn: 'left' };

const standing = ({ enrollment, status, met }: Enrollment) => `${enrollment}: ${standingWords[status]}, ${met} met`;

/** Nobody has an address under `.example` (RFC 2606). */
function isSampleAddress(address: string): boolean {
  return address.endsWith('.example');
}

/** Personas as the table of a running stack holds them. The SDK is loaded by the first who signs in. */
export function tablePersonas(dynamodb: string, tableName: string, groups: readonly string[]) {
  let opened: Promise<{ records: PersonaRecords; client: DynamoDBClient }> | undefined;
  const open = async () => {
    const [{ DynamoDBClient: Client }, { dynamoStore }, { latestEnrollments }] = await Promise.all([
      import('@aws-sdk/client-dynamodb'),
      import('../../functions/adapters/aws/dynamo-store.ts'),
      import('./latest-enrollments.ts'),
    ]);
    const client = new Client(localClientConfig(dynamodb));
    const table = { client, tableName };
    return { client, records: { store: dynamoStore(table), latest: latestEnrollments(table) } };
  };
  const records = async () => {
    opened ??= open();
    return (await opened).records;
  };
  const people: People = {
    recent: async () => readPersonas(await records(), groups),
    find: async (key) => findApprentice(await records(), groups, key),
  };
  return { people, close: async () => (await opened)?.client.destroy() };
}
