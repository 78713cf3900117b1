import { causeOf } from '../../functions/domain/changes.ts';
import type { Commit, CommitGuard } from '../../functions/domain/commit.ts';
import type { CredentialRequest } from '../../functions/domain/credential.ts';
import type { MailEvent } from '../../functions/domain/delivery.ts';
import type { RawItem } from '../../functions/domain/evidence.ts';
import type { Change } from '../../functions/domain/messages.ts';
import type { EvaluationRequest } from '../../functions/evaluate/evaluate.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import { refKey, type SimulatedTable } from './table.ts';
import { parkedUnseen } from './undone-mends.ts';

/** A production rule taken away at the ports, so that the judges must notice. Production code knows nothing of it. */
export type Mutation = {
  rule: string;
  /** What is done to take it away. */
  how: string;
  store?: (step: string, store: RecordStore, table: SimulatedTable) => RecordStore;
  skipEvaluation?: (request: Pick<EvaluationRequest, 'ref' | 'changes'>, table: SimulatedTable) => boolean;
  skipIssue?: (
    message: { program: string; enrollment: string; credentialId: string },
    table: SimulatedTable,
  ) => boolean;
  skipEvent?: (mail: MailEvent) => boolean;
  /** Hears of the changes that evaluate is about to look at. */
  evaluating?: (changes: readonly Change[]) => void;
  noSweep?: true;
};

const without = (commit: Commit, ...fields: (keyof CommitGuard)[]): Commit => {
  const guard = { ...commit.guard };
  for (const field of fields) delete guard[field];
  return { ...commit, guard };
};
const ignoring =
  (...fields: (keyof CommitGuard)[]) =>
  (_: string, store: RecordStore) => ({
    ...store,
    commit: (commit: Commit) => store.commit(without(commit, ...fields)),
  });

const changing = (change: (commit: Commit) => Commit) => (_: string, store: RecordStore) => ({
  ...store,
  commit: (commit: Commit) => store.commit(change(commit)),
});

/** One mutation per rule of the design; made afresh for every world, since some remember. */
export const mutations: readonly (() => Mutation)[] = [
  () => ({
    rule: 'a repeat drives the step again',
    how: 'evaluate and issue return early on what they have done before',
    skipEvaluation: ({ ref, changes }, table) =>
      changes.length > 0 && changes.every((change) => table.row(ref)?.ledger.has(causeOf(change))),
    skipIssue: (message, table) => table.row(message)?.credentials.has(message.credentialId) ?? false,
  }),
  () => ({ rule: 'the fence', how: 'commits ignore guard.fence', store: ignoring('fence') }),
  () => ({ rule: 'the version condition', how: 'commits ignore guard.version', store: ignoring('version') }),
  pointerMutation,
  () => ({
    rule: "the chain's place",
    how: 'commits ignore guard.chainSeq',
    store: ignoring('chainSeq'),
  }),
  () => ({
    rule: 'the lease',
    how: 'deliver reads deliveries without their lease',
    store: (step, store) => {
      if (step !== 'deliver') return store;
      const readDelivery: RecordStore['readDelivery'] = async (ref, id) => {
        const delivery = await store.readDelivery(ref, id);
        if (!delivery) return undefined;
        const { leaseUntil: _, ...rest } = delivery;
        return rest;
      };
      return { ...store, readDelivery };
    },
  }),
  parkedUnseen,
  rereadMutation,
  () => ({ rule: 'the sweeper', how: 'sweep does nothing', noSweep: true }),
  () => ({
    rule: 'the Send event closes the crash window',
    how: 'feedback drops Send events',
    skipEvent: ({ event }) => event.type === 'send',
  }),
  () => ({
    rule: 'a resend names the email that it repeats',
    how: 'new emails are stored without it',
    store: changing(({ newDeliveries = [], ...commit }) => ({
      ...commit,
      newDeliveries: newDeliveries.map(({ resendOf: _, ...delivery }) => delivery),
    })),
  }),
  () => ({
    rule: 'what waits for an assessor is known',
    how: 'what evaluate says of it is not stored',
    store: changing(({ patch: { awaiting: _, ...patch }, ...commit }) => ({ ...commit, patch })),
  }),
];

/**
 * Issue believes the message: what it asks for counts as pending, whatever the pointer says by now. The commit's own
 * condition stays: it lets none of that through, and what issue tries in vain lies dead. (Taken away by itself, that
 * condition is missed by nobody: whatever moves a pointer moves the chain too, which the commit is bound to.)
 */
function pointerMutation(): Mutation {
  const requests = new Map<string, CredentialRequest>();
  return {
    rule: 'the pointer condition',
    how: 'issue takes for pending whatever was pending once',
    store: (step, store) => {
      const commit: RecordStore['commit'] = (c) => {
        for (const pointer of Object.values(c.patch.pointers ?? {})) {
          if (pointer?.pending)
            requests.set(`${refKey(c.enrollment)}#${pointer.pending.credentialId}`, pointer.pending);
        }
        return store.commit(c);
      };
      return {
        ...store,
        commit,
        ...(step.startsWith('issue ') && { readEnrollment: believing(store, step.slice('issue '.length)) }),
      };
    },
  };
  function believing(store: RecordStore, asked: string): RecordStore['readEnrollment'] {
    const [achievement = '', credentialId = ''] = asked.split(' ');
    return async (ref) => {
      const enrollment = await store.readEnrollment(ref);
      const pending = requests.get(`${refKey(ref)}#${credentialId}`);
      if (!enrollment || !pending || enrollment.pointers[achievement]?.active?.credentialId === credentialId)
        return enrollment;
      return {
        ...enrollment,
        pointers: { ...enrollment.pointers, [achievement]: { ...enrollment.pointers[achievement], pending } },
      };
    };
  }
}

/** Issue is shown the evidence as evaluate last saw it. */
function rereadMutation(): Mutation {
  const seen = new Map<string, RawItem[]>();
  return {
    rule: 'the re-read at issue',
    how: 'issue is shown the evidence as it was when evaluate last committed',
    store: (step, store, table) => {
      const now = (key: string): RawItem[] =>
        [...(table.evidence.get(key) ?? [])].map(([sk, { attributes }]) => ({ sk, attributes }));
      if (step === 'evaluate') {
        const commit: RecordStore['commit'] = async (c) => {
          const outcome = await store.commit(c);
          if (outcome.outcome === 'committed')
            seen.set(refKey(c.enrollment), now(`${c.enrollment.program}#EVIDENCE#${c.enrollment.enrollment}`));
          return outcome;
        };
        return { ...store, commit };
      }
      if (!step.startsWith('issue')) return store;
      const readAllEvidence: RecordStore['readAllEvidence'] = async (ref) => {
        const real = await store.readAllEvidence(ref);
        return seen.get(refKey(ref)) ?? real;
      };
      return { ...store, readAllEvidence };
    },
  };
}
