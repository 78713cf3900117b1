import {
  evidencePartition,
  evidenceSortKey,
  type RawItem,
  requirementPrefix,
} from '../../functions/domain/evidence.ts';
import { documentHash, sha256 } from '../../functions/domain/hash.ts';
import type { EnrollmentRef } from '../../functions/domain/ids.ts';
import { programHashes } from '../../functions/domain/program.ts';
import { AdapterError } from '../../functions/ports/adapter-error.ts';
import type { CommitOutcome, RecordStore } from '../../functions/ports/record-store.ts';
import type { SimulatedTable } from './table.ts';

/** Runs one call's effect: at once for the contract tests, at the scheduler's choice in a world. */
export type Caller = <T>(name: string, effect: () => T, onConflict?: () => T) => Promise<T>;

/** The record store over the simulated table. `mayLag`: whether an index shows what it showed a moment ago. */
export function simulatedStore(table: SimulatedTable, call: Caller, mayLag: () => boolean = () => false): RecordStore {
  const refOf = ({ program, enrollment }: EnrollmentRef) => ({ program, enrollment });
  const read = (ref: EnrollmentRef, wanted: (sk: string) => boolean): RawItem[] =>
    [...(table.evidence.get(evidencePartition(ref)) ?? [])].flatMap(([sk, { attributes }]) =>
      wanted(sk) ? [{ sk, attributes }] : [],
    );
  return {
    readProgram: (program) => call('store.readProgram', () => table.programs.get(program)),
    readProgramVersion: (program, hash) =>
      call('store.readProgramVersion', () => table.versions.get(`${program} ${hash}`)),
    listProgramVersions: (program) =>
      call('store.listProgramVersions', () =>
        [...table.versions].flatMap(([key, version]) => (key.startsWith(`${program} `) ? [version] : [])),
      ),
    readTemplate: (program, hash) => call('store.readTemplate', () => table.templates.get(`${program} ${hash}`)),
    readFramework: ({ id, version, hash }) =>
      call('store.readFramework', () => {
        const stored = table.frameworks.get(`${id} ${version}`);
        return stored?.hash === hash ? stored.framework : undefined;
      }),
    findFramework: ({ id, version }) =>
      call('store.findFramework', () => table.frameworks.get(`${id} ${version}`)?.framework),
    readAsset: (program, hash) => call('store.readAsset', () => table.assets.get(`${program} ${hash}`)),
    listPrograms: () => call('store.listPrograms', () => [...table.programs.values()]),
    putProgram: (program, template, framework, assets = [], replaces = undefined) =>
      call<'stored' | 'moved'>('store.putProgram', () => {
        const frameworkHash = documentHash(framework);
        const published = table.frameworks.get(`${framework.id} ${framework.version}`);
        if (published && published.hash !== frameworkHash)
          throw new AdapterError('framework.published', 'published with other content', { retryable: false });
        for (const bytes of assets) table.assets.set(`${program.id} ${sha256(bytes)}`, bytes);
        const hashes = programHashes(program, template);
        table.frameworks.set(`${framework.id} ${framework.version}`, { framework, hash: frameworkHash });
        table.templates.set(`${program.id} ${hashes.template}`, template);
        table.versions.set(`${program.id} ${hashes.program}`, program);
        const current = table.programs.get(program.id)?.hashes.program ?? null;
        if (replaces !== undefined && replaces !== current) return 'moved';
        table.programs.set(program.id, { program, hashes, frameworkHash });
        return 'stored';
      }),
    putFramework: (framework) =>
      call('store.putFramework', () => {
        const hash = documentHash(framework);
        const key = `${framework.id} ${framework.version}`;
        const published = table.frameworks.get(key);
        if (published) return published.hash === hash ? 'exists' : 'differs';
        table.frameworks.set(key, { framework, hash });
        return 'stored';
      }),

    readEnrollment: (ref) => call('store.readEnrollment', () => table.row(ref)?.enrollment),
    readEnrollments: (refs) =>
      call('store.readEnrollments', () => refs.flatMap((ref) => table.row(ref)?.enrollment ?? [])),
    readRecord: (ref) =>
      call('store.readRecord', () => {
        const row = table.row(ref);
        if (!row) return undefined;
        const { enrollment, credentials, deliveries, ledger } = row;
        return {
          enrollment,
          credentials: [...credentials.values()],
          deliveries: [...deliveries.values()],
          ledger: [...ledger.values()].sort((a, b) => a.seq - b.seq),
        };
      }),
    createEnrollment: (enrollment, entries) =>
      call('store.createEnrollment', () => table.createEnrollment(enrollment, entries)),
    listEnrollments: (program, status) =>
      call('store.listEnrollments', () => ({ items: table.listEnrollments(program, status, mayLag()) })),
    listChangedEnrollments: (program, status, since) =>
      call('store.listChangedEnrollments', () => ({
        items: table.listEnrollments(program, status, mayLag()).filter((item) => item.lastChangeAt >= since),
      })),

    listOwnEnrollments: (program, apprentice) =>
      call('store.listOwnEnrollments', () => table.listOwn(program, apprentice, mayLag())),
    listAwaiting: (program) => call('store.listAwaiting', () => ({ items: table.listAwaiting(program, mayLag()) })),

    listTrouble: (program) => call('store.listTrouble', () => ({ items: table.listTrouble(program) })),
    listLapsing: (program, until) => call('store.listLapsing', () => ({ items: table.listLapsing(program, until) })),

    readEvidence: (ref, requirements) =>
      call('store.readEvidence', () => {
        const prefixes = requirements.map(requirementPrefix);
        return read(ref, (sk) => prefixes.some((prefix) => sk.startsWith(prefix)));
      }),
    readAllEvidence: (ref) => call('store.readAllEvidence', () => read(ref, (sk) => sk.startsWith('EVIDENCE#'))),
    putSubmission: (submission) =>
      call('store.putSubmission', () =>
        table.writeEvidence(
          evidencePartition(submission),
          evidenceSortKey({ ...submission, part: 'evidence' }),
          submission,
          { onlyIfAbsent: true, byApi: true },
        ),
      ),
    putAssessment: (assessment, { fence }) =>
      call('store.putAssessment', () =>
        table.writeEvidence(
          evidencePartition(assessment),
          evidenceSortKey({ ...assessment, part: 'assessment' }),
          assessment,
          {
            onlyIfAbsent: true,
            byApi: true,
            ...(fence && { fence: refOf(assessment) }),
          },
        ),
      ),
    putWithdrawal: (withdrawal) =>
      call('store.putWithdrawal', () =>
        table.writeEvidence(
          evidencePartition(withdrawal),
          evidenceSortKey({ ...withdrawal, part: 'withdrawal' }),
          withdrawal,
          {
            onlyIfAbsent: true,
            byApi: true,
            fence: refOf(withdrawal),
          },
        ),
      ),
    putRaw: (pk, sk, attributes) => call('store.putRaw', () => void table.writeEvidence(pk, sk, attributes)),

    commit: (commit) =>
      call<CommitOutcome>(
        'store.commit',
        () => table.commit(commit),
        () => ({ outcome: 'conflict' }),
      ),
    readCredential: (ref, id) => call('store.readCredential', () => table.row(ref)?.credentials.get(id)),
    listCredentials: (ref) =>
      call('store.listCredentials', () =>
        [...(table.row(ref)?.credentials.values() ?? [])].sort((a, b) => (a.issuedAt > b.issuedAt ? -1 : 1)),
      ),
    listDeliveries: (ref) =>
      call('store.listDeliveries', () =>
        [...(table.row(ref)?.deliveries.values() ?? [])].sort((a, b) => (a.queuedAt > b.queuedAt ? -1 : 1)),
      ),
    readDelivery: (ref, id) => call('store.readDelivery', () => table.row(ref)?.deliveries.get(id)),
    readDeliveries: (refs) =>
      call('store.readDeliveries', () => refs.flatMap((ref) => table.row(ref)?.deliveries.get(ref.deliveryId) ?? [])),
    findCredential: (code) =>
      call('store.findCredential', () =>
        [...table.rows.values()].flatMap((row) => [...row.credentials.values()]).find((c) => c.code === code),
      ),
    listIssued: (program, { from = '0', to = '~' }) =>
      call('store.listIssued', () => ({
        items: table.listIssued(program, mayLag()).filter(({ issuedAt }) => from <= issuedAt && issuedAt <= to),
      })),
    findIssued: (program, credentialId) =>
      call('store.findIssued', () => {
        const found = table.listIssued(program, mayLag()).find((c) => c.credentialId === credentialId);
        return found && refOf(found);
      }),
    listDue: (before) => call('store.listDue', () => ({ items: table.listDue(before, mayLag()) })),

    putAside: (aside) => call('store.putAside', () => table.putAside(aside)),
    dismissAside: (aside, dismissed) => call('store.dismissAside', () => table.dismissAside(aside, dismissed)),
    clearAside: (ref, sk) => call('store.clearAside', () => table.clearAside(ref, sk)),
    listAside: (program) =>
      call('store.listAside', () => ({
        items: [...table.asides.values()].filter((aside) => aside.program === program),
      })),
  };
}
