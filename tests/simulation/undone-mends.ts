import { causeOf } from '../../functions/domain/changes.ts';
import { documentHash } from '../../functions/domain/hash.ts';
import type { Change } from '../../functions/domain/messages.ts';
import type { RecordStore } from '../../functions/ports/record-store.ts';
import type { Mutation } from './mutations.ts';

/** A ledger entry goes by its item's whole key again, however long that is. */
export function longCauses(): Mutation {
  const whole = new Map<string, string>();
  return {
    rule: 'a long key goes by its hash',
    how: 'the entries that evaluate writes go by the whole key',
    evaluating: (changes) => {
      for (const change of changes) whole.set(causeOf(change), `${change.sk}@${change.sequence}`);
    },
    store: (step, store) => {
      if (step !== 'evaluate') return store;
      const commit: RecordStore['commit'] = (c) =>
        store.commit({ ...c, entries: c.entries.map((e) => ({ ...e, cause: whole.get(e.cause) ?? e.cause })) });
      return { ...store, commit };
    },
  };
}

/** Of an item, the last content that was judged as dated ahead is the one refused, be it gone since long. */
export function refusedWhateverStands(): Mutation {
  const contents = new Map<string, Change>();
  return {
    rule: 'only content that stands is refused',
    how: 'a record of content dated ahead refuses that content, in place of what stands by now',
    evaluating: (changes) => {
      for (const change of changes) contents.set(causeOf(change), change);
    },
    store: (step, store) => {
      if (step !== 'evaluate') return store;
      const commit: RecordStore['commit'] = (c) => {
        const refused = { ...c.patch.refused };
        for (const { cause, facts } of c.entries) {
          const change = facts.refused === 'evidence.future' ? contents.get(cause) : undefined;
          if (change?.image) refused[change.sk] = documentHash(change.image);
        }
        return store.commit({ ...c, patch: { ...c.patch, refused } });
      };
      return { ...store, commit };
    },
  };
}

/** Feedback does not know any more which attempt came back. */
export function forgottenBounces(): Mutation {
  return {
    rule: 'a late Send event of what bounced says nothing of the next try',
    how: 'feedback reads deliveries without the attempt that bounced',
    store: (step, store) => {
      if (step !== 'feedback') return store;
      const readDelivery: RecordStore['readDelivery'] = async (ref, id) => {
        const delivery = await store.readDelivery(ref, id);
        if (!delivery) return undefined;
        const { bouncedAttempt: _, ...rest } = delivery;
        return rest;
      };
      return { ...store, readDelivery };
    },
  };
}

/** Where one batch deletes an item and puts it again, what it clears it clears last. */
export function clearedLast(): Mutation {
  const putAgain = new Set<string>();
  return {
    rule: 'of several changes in one batch the last decides',
    how: 'evaluate clears what a batch deleted, though the same batch put it again',
    evaluating: (changes) => {
      const deleted = new Set<string>();
      for (const { sk, kind } of changes) {
        if (kind === 'deleted') deleted.add(sk);
        else if (deleted.has(sk)) putAgain.add(sk);
      }
    },
    store: (step, store) => {
      if (step !== 'evaluate') return store;
      const putAside: RecordStore['putAside'] = async (aside) => {
        await store.putAside(aside);
        if (putAgain.has(aside.sk)) await store.clearAside(aside, aside.sk);
      };
      return { ...store, putAside };
    },
  };
}

/** Issue does not see that a request waits for a person, nor that a person has said that it needs nothing more. */
export function parkedUnseen(): Mutation {
  return {
    rule: 'what is set aside stays so',
    how: 'issue reads what is parked, or set aside, as merely pending',
    store: (step, store) => {
      if (!step.startsWith('issue')) return store;
      const readEnrollment: RecordStore['readEnrollment'] = async (ref) => {
        const enrollment = await store.readEnrollment(ref);
        if (!enrollment) return undefined;
        const pointers = Object.entries(enrollment.pointers).map(([achievement, pointer]) => {
          if (!pointer.pending) return [achievement, pointer];
          const { parked: _, setAside: __, ...pending } = pointer.pending;
          return [achievement, { ...pointer, pending }];
        });
        return { ...enrollment, pointers: Object.fromEntries(pointers) };
      };
      return { ...store, readEnrollment };
    },
  };
}
