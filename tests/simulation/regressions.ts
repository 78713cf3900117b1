import type { Act, Deed, History } from './history.ts';
import type { Mutation } from './mutations.ts';
import { plainProgram } from './programs.ts';
import type { ScriptedFault } from './scripted-faults.ts';
import { clearedLast, forgottenBounces, longCauses, parkedUnseen, refusedWhateverStands } from './undone-mends.ts';

/**
 * A bug that a seed found once, as data: what people did, and exactly what went wrong. No seed decides any of it, so
 * that none of it moves when the generator or a step draws otherwise. `mend` takes the mend away again.
 */
export type Regression = {
  showed: string;
  history: Omit<History, 'seed'>;
  faults: readonly ScriptedFault[];
  mend: () => Mutation;
  judge: string;
};

const second = 1_000;
const minute = 60 * second;
const act = (afterMs: number, deed: Deed): Act => ({ afterMs, who: 0, deed });
const historyOf = (...acts: Act[]): Omit<History, 'seed'> => ({
  breadth: 'small',
  setting: plainProgram(),
  versions: [],
  enrollments: 1,
  acts: [act(0, { do: 'enroll' }), ...acts],
});
const submit = (requirement: string): Deed => ({ do: 'submit', requirement, evidence: 'e1', by: 'api' });
/** Everything that the plain program wants: a credential and its email follow. */
const complete = ['care-1', 'care-2', 'story-1'].map((requirement) => act(minute, submit(requirement)));

const datedAhead: Deed = {
  do: 'submit',
  requirement: 'care-1',
  evidence: 'f1',
  by: 'table',
  futureSeconds: 90_000,
};
const noted: Deed = { do: 'malform', how: 'other-key', requirement: 'care-1', evidence: 'm1' };

export const regressions: readonly Regression[] = [
  {
    showed: 'a key of a thousand bytes made its ledger entry too long for the table and held up its neighbours',
    history: historyOf(
      act(minute, { do: 'malform', how: 'long-key', requirement: 'care-1', evidence: 'm1' }),
      act(0, submit('care-2')),
    ),
    faults: [],
    mend: longCauses,
    judge: 'every change is in the ledger',
  },
  {
    showed: 'a late record of older content let newer content count that was dated ahead',
    history: historyOf(act(minute, datedAhead), act(minute, datedAhead), act(10 * minute, submit('care-2'))),
    // The older record's batch fails until the stream gives it up; the sweep hands it back after the newer one's.
    faults: [1, 2, 3, 4].map((nth) => ({ call: 'evaluate.store.readProgram', nth, fault: 'throttled' as const })),
    mend: refusedWhateverStands,
    judge: 'stored progress is the evidence recomputed',
  },
  {
    showed: 'the late Send event of a bounced email settled the try after it, which nobody sent',
    history: historyOf(...complete),
    // Whoever takes the lease of the second try dies before sending.
    faults: [
      { trick: 'mail: soft bounce', nth: 1 },
      { trick: 'mail event: Send late', nth: 1 },
      { call: 'deliver.mailer.send', nth: 2, fault: 'crash-before' },
      { call: 'deliver.mailer.send', nth: 3, fault: 'crash-before' },
    ],
    mend: forgottenBounces,
    judge: 'every email is sent, parked or cancelled',
  },
  {
    showed: 'the late Send event of a bounced email settled the try after it, which the service had put off',
    history: historyOf(...complete),
    faults: [
      { trick: 'mail: soft bounce', nth: 1 },
      { trick: 'mail event: Send late', nth: 1 },
      ...[2, 3, 4, 5, 6].map((nth) => ({ trick: 'mail: refused for now', nth })),
    ],
    mend: forgottenBounces,
    judge: 'every email is sent, parked or cancelled',
  },
  {
    showed: 'what was deleted and put again under an odd key in one batch was set aside no more',
    history: historyOf(act(minute, noted), act(minute, { do: 'tidy' }), act(0, noted)),
    faults: [],
    mend: clearedLast,
    judge: 'what does not count is set aside',
  },
  {
    showed: 'a message that came again issued what a person had set aside',
    history: historyOf(...complete, act(3 * minute, { do: 'set-aside' })),
    faults: [
      { trick: 'engine: unprintable', nth: 1 },
      ...[1, 2].map((nth) => ({ trick: 'issue queue: not deleted', nth })),
    ],
    mend: parkedUnseen,
    judge: 'what is set aside stays so',
  },
];
