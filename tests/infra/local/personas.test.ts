import { afterAll, expect, test } from 'vitest';
import { dynamoStore } from '../../../functions/adapters/aws/dynamo-store.ts';
import { latestEnrollments } from '../../../infra/local/latest-enrollments.ts';
import { findApprentice, readPersonas } from '../../../infra/local/personas.ts';
import { classicTemplate } from '../../support/certificate-content.ts';
import { startRecordsTable } from '../../support/records-table.ts';
import { newEnrollment, smallFramework, smallProgram } from '../../support/small-world.ts';

const table = await startRecordsTable();
afterAll(() => table.stop());
const store = dynamoStore(table);
const records = { store, latest: latestEnrollments(table) };
const program = smallProgram();
const groups = ['administrator', 'assessor', 'apprentice', 'auditor', 'operator'].map(
  (role) => `${program.id}:${role}`,
);

test('before a program is loaded there are stand-ins alone, and the page can say so', async () => {
  const personas = await readPersonas(records, groups);
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
    const email = n === 9 ? 'real@harbor.org' : `a${n}@apprentices.example`;
    const apprentice = { id: `apprentice-${n}`, name: `Ana ${n}`, email };
    await store.createEnrollment({ ...newEnrollment(), enrollment: `e${n}`, apprentice }, []);
  }
  const personas = await readPersonas(records, groups);
  const of = (role: string) => personas.filter((each) => each.role === role);
  expect(of('assessor').map(({ id, about, kind }) => [id, about, kind])).toEqual([['assessor-1', 'Mentor', 'sample']]);
  expect(of('apprentice')).toHaveLength(8);
  const kinds = new Map(of('apprentice').map(({ id, kind }) => [id, kind]));
  expect([kinds.get('apprentice-9'), kinds.get('apprentice-8')]).toEqual(['record', 'sample']);
  expect(personas.every(({ isLoaded }) => isLoaded)).toBe(true);
});

test('nobody is there in a role that the pool has no group for', async () => {
  const personas = await readPersonas(records, [`${program.id}:auditor`]);
  expect(personas.map(({ id }) => id)).toEqual(['local-auditor']);
});

test('those whose records changed last come first, whatever became of them, one place a person, each enrollment told by its id', async () => {
  const at = (day: number) => `2026-03-${String(day).padStart(2, '0')}T12:00:00.000Z`;
  const ana = { id: 'app-1', name: 'Łukasz Żółć', email: 'lukasz@apprentices.example' };
  const enrolled = (enrollment: string, id: string, more: Partial<ReturnType<typeof newEnrollment>>) =>
    store.createEnrollment({ ...newEnrollment(), enrollment, apprentice: { ...ana, id }, ...more }, []);
  await enrolled('enr-1', 'app-1', { status: 'complete', met: 4, lastChangeAt: at(3) });
  await enrolled('enr-2', 'app-1', { met: 1, lastChangeAt: at(1) });
  await enrolled('enr-3', 'app-2', { status: 'withdrawn', lastChangeAt: at(2) });
  const apprentices = (await readPersonas(records, groups)).filter(({ role }) => role === 'apprentice');
  expect(apprentices).toHaveLength(8);
  expect(apprentices.slice(0, 2).map(({ id, about }) => [id, about])).toEqual([
    ['app-1', 'app-1 · enr-1: complete, 4 met · enr-2: in training, 1 met'],
    ['app-2', 'app-2 · enr-3: left, 0 met'],
  ]);
});

test('an apprentice beyond those is found by id, of a program and a role that the pool has, and nobody else', async () => {
  const shown = new Set((await readPersonas(records, groups)).map(({ id }) => id));
  const beyond = Array.from({ length: 10 }, (_, n) => `apprentice-${n}`).find((id) => !shown.has(id)) ?? '';
  const find = (key: string, of = groups) => findApprentice(records, of, key);
  expect(await find(`${program.id}:apprentice:${beyond}`)).toMatchObject({
    id: beyond,
    role: 'apprentice',
  });
  for (const nobody of [
    `${program.id}:apprentice:nobody`,
    `${program.id}:apprentice:`,
    `${program.id}:administrator:${beyond}`,
    `elsewhere:apprentice:${beyond}`,
    `${program.id}:apprentice:${beyond}#x`,
    beyond,
  ])
    expect(await find(nobody), nobody).toBeUndefined();
  expect(await find(`${program.id}:apprentice:${beyond}`, [`${program.id}:auditor`])).toBeUndefined();
});
