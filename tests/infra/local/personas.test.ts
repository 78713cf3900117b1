import { afterAll, expect, test } from 'vitest';
import { dynamoStore } from '../../../functions/adapters/aws/dynamo-store.ts';
import { readPersonas } from '../../../infra/local/personas.ts';
import { classicTemplate } from '../../support/certificate-content.ts';
import { startRecordsTable } from '../../support/records-table.ts';
import { newEnrollment, smallFramework, smallProgram } from '../../support/small-world.ts';

const table = await startRecordsTable();
afterAll(() => table.stop());
const store = dynamoStore(table);
const program = smallProgram();
const groups = ['administrator', 'assessor', 'apprentice', 'auditor', 'operator'].map(
  (role) => `${program.id}:${role}`,
);

test('before a program is loaded there are stand-ins alone, and the page can say so', async () => {
  const personas = await readPersonas(store, groups);
  expect(personas.map(({ role, kind, isLoaded }) => [role, kind, isLoaded])).toEqual([
    ['administrator', 'stand-in', false],
    ['auditor', 'stand-in', false],
    ['operator', 'stand-in', false],
  ]);
});

test('then its assessors and some of its apprentices are there under the ids of their records, those of made-up ones marked', async () => {
  const voided = { at: '2026-01-02T12:00:00.000Z', by: 'office-1', reason: 'Signed for others.' };
  await store.putProgram(
    {
      ...program,
      email: { ...program.email, from: 'office@harbor.example' },
      assessors: [
        { id: 'assessor-1', name: 'Ruth', title: 'Mentor', from: '2020-01-01' },
        { id: 'assessor-2', name: 'Voided', from: '2020-01-01', voided },
      ],
    },
    classicTemplate,
    smallFramework,
  );
  for (let n = 0; n < 10; n++) {
    const email = n === 0 ? 'real@harbor.org' : `a${n}@apprentices.example`;
    const apprentice = { id: `apprentice-${n}`, name: `Ana ${n}`, email };
    await store.createEnrollment({ ...newEnrollment(), enrollment: `e${n}`, apprentice }, []);
  }
  const personas = await readPersonas(store, groups);
  const of = (role: string) => personas.filter((each) => each.role === role);
  expect(of('assessor').map(({ id, about, kind }) => [id, about, kind])).toEqual([['assessor-1', 'Mentor', 'sample']]);
  expect(of('apprentice')).toHaveLength(8);
  const kinds = new Map(of('apprentice').map(({ id, kind }) => [id, kind]));
  expect([kinds.get('apprentice-0'), kinds.get('apprentice-1')]).toEqual(['record', 'sample']);
  expect(personas.every(({ isLoaded }) => isLoaded)).toBe(true);
});

test('nobody is there in a role that the pool has no group for', async () => {
  const personas = await readPersonas(store, [`${program.id}:auditor`]);
  expect(personas.map(({ id }) => id)).toEqual(['local-auditor']);
});
