import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { enrollmentStatusSchema } from '../../functions/domain/enrollment.ts';
import type { RecordStore, StoredProgram } from '../../functions/ports/record-store.ts';
import { localClientConfig } from './services/loopback.ts';
import type { Persona } from './services/oidc-personas.ts';

/** So many apprentices of a program are on the sign-in page; the page says that there may be more. */
const shownApprentices = 8;

/**
 * The people whom one may be on this machine, of the programs that the user pool has groups for: the roster's assessors and
 * enrolled apprentices as the table holds them, and a stand-in for each role that no record names anybody for.
 *
 * @param groups `{program}:{role}`, as the template has them
 */
export async function readPersonas(
  store: Pick<RecordStore, 'readProgram' | 'listEnrollments' | 'readEnrollment'>,
  groups: readonly string[],
): Promise<Persona[]> {
  const roles = new Map<string, string[]>();
  for (const group of groups) {
    const [program = '', role = ''] = group.split(':');
    roles.set(program, [...(roles.get(program) ?? []), role]);
  }
  const all = await Promise.all(
    [...roles].map(async ([program, of]) => {
      const stored = await store.readProgram(program);
      const people = stored ? [...assessors(stored), ...(await apprentices(store, program))] : [];
      return [...standIns(program, stored), ...people].filter(({ role }) => of.includes(role));
    }),
  );
  return all.flat();
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

async function apprentices(
  store: Pick<RecordStore, 'readProgram' | 'listEnrollments' | 'readEnrollment'>,
  program: string,
): Promise<Persona[]> {
  const pages = await Promise.all(
    enrollmentStatusSchema.options.map((status) => store.listEnrollments(program, status)),
  );
  const first = pages.flatMap(({ items }) => items).slice(0, shownApprentices);
  const [stored, enrollments] = await Promise.all([
    store.readProgram(program),
    Promise.all(first.map((ref) => store.readEnrollment(ref))),
  ]);
  return enrollments.flatMap((enrollment) =>
    enrollment
      ? [
          {
            id: enrollment.apprentice.id,
            name: enrollment.apprentice.name,
            about: `${enrollment.status}, ${enrollment.met} met`,
            program,
            programName: stored?.program.name ?? program,
            isLoaded: true,
            role: 'apprentice',
            kind: isSampleAddress(enrollment.apprentice.email) ? ('sample' as const) : ('record' as const),
          },
        ]
      : [],
  );
}

/** Nobody has an address under `.example` (RFC 2606). */
function isSampleAddress(address: string): boolean {
  return address.endsWith('.example');
}

/** Personas as the table of a running stack holds them. The SDK is loaded by the first who signs in. */
export function tablePersonas(dynamodb: string, tableName: string, groups: readonly string[]) {
  let client: DynamoDBClient | undefined;
  return {
    async read(): Promise<Persona[]> {
      const [{ DynamoDBClient: Client }, { dynamoStore }] = await Promise.all([
        import('@aws-sdk/client-dynamodb'),
        import('../../functions/adapters/aws/dynamo-store.ts'),
      ]);
      client ??= new Client(localClientConfig(dynamodb));
      return readPersonas(dynamoStore({ client, tableName }), groups);
    },
    close: () => client?.destroy(),
  };
}
