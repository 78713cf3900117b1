import type { ProgramFiles } from '../../functions/acts/load-program.ts';
import { requirementsOf } from '../../functions/domain/framework.ts';
import { addDays, type CivilDate } from '../../functions/domain/time.ts';
import classic from '../../templates/certificate/classic.json' with { type: 'json' };
import { type Rng, rngOf } from '../simulation/rng.ts';
import { smallFramework, smallProgram } from '../support/small-world.ts';

/** One deed of an apprentice, an assessor, an administrator, or a hand in the table. */
export type Deed =
  | { do: 'submit'; requirement: string; evidence: string; expiresOn?: CivilDate }
  | { do: 'assess'; requirement: string; evidence: string; outcome: 'met' | 'not-met' }
  | { do: 'withdraw' | 'edit-by-hand' | 'delete-by-hand'; requirement: string; evidence: string }
  | { do: 'write-garbage' | 'await-issue' | 'reissue' | 'resend' | 'revoke' }
  /** Nothing further before the clock has gone over the lapse. */
  | { do: 'after-lapse' };

/** What the completion's pointer must say in the end, told by the history alone. */
export type Ending = 'in-force' | 'not-in-force' | 'never-issued' | 'revoked';

export type Apprentice = {
  ref: { program: string; enrollment: string };
  apprentice: { id: string; name: string; email: string };
  enrolledOn: CivilDate;
  kind: string;
  deeds: Deed[];
  ending: Ending;
  /** How this apprentice, and whoever assesses and administers the record, reach the program. */
  acts: 'over HTTP' | 'by command';
};

/** How far the clock goes at the lapse, and when certificates that lapse do. */
export const lapseDays = 40;
const lapsesAfterDays = 20;

const requirements = [...requirementsOf(smallFramework).keys()];
const certificate = 'cert-cpr';
const assessor = 'assessor-1';

export { assessor };

/** Three programs of one framework: plain, with interim credentials, and with a hold of two hours. */
export const chaosPrograms: ProgramFiles[] = [
  { id: 'harbor', policy: {} },
  { id: 'pier', policy: { interimCredentials: true } },
  { id: 'quay', policy: { holdHours: 2 } },
].map(({ id, policy }) => ({
  program: { ...smallProgram(policy), id, policy: { ...smallProgram(policy).policy, ...policy } },
  framework: smallFramework,
  template: classic,
}));

type Kind = { kind: string; weight: number; ending: Ending; deeds(rng: Rng, today: CivilDate): Deed[]; awaits?: true };

const met = (requirement: string, more: { evidence?: string; expiresOn?: CivilDate } = {}): Deed[] => {
  const { evidence = 'first', ...rest } = more;
  return [
    { do: 'submit', requirement, evidence, ...rest },
    { do: 'assess', requirement, evidence, outcome: 'met' },
  ];
};
const shuffled = <T>(rng: Rng, list: readonly T[]): T[] => {
  const left = [...list];
  return list.map(() => left.splice(rng.int(left.length), 1)[0] as T);
};
const all = (rng: Rng) => shuffled(rng, requirements).flatMap((id) => met(id));
const lapsing = (today: CivilDate) => met(certificate, { expiresOn: addDays(today, lapsesAfterDays) });
const skills = requirements.filter((id) => id !== certificate);
const [skill = ''] = skills;

const kinds: Kind[] = [
  { kind: 'plain', weight: 34, ending: 'in-force', deeds: (rng) => all(rng) },
  { kind: 'one missing', weight: 8, ending: 'never-issued', deeds: (rng) => all(rng).slice(0, -2) },
  { kind: 'last not assessed', weight: 3, ending: 'never-issued', deeds: (rng) => all(rng).slice(0, -1) },
  {
    kind: 'not met at first',
    weight: 8,
    ending: 'in-force',
    deeds: (rng) => [
      { do: 'submit', requirement: skill, evidence: 'poor' },
      { do: 'assess', requirement: skill, evidence: 'poor', outcome: 'not-met' },
      ...all(rng),
    ],
  },
  {
    kind: 'not met at last',
    weight: 5,
    ending: 'not-in-force',
    deeds: (rng) => [...all(rng), { do: 'assess', requirement: skill, evidence: 'first', outcome: 'not-met' }],
  },
  {
    kind: 'withdrawn at once',
    weight: 7,
    ending: 'not-in-force',
    deeds: (rng) => [...all(rng), { do: 'withdraw', requirement: skill, evidence: 'first' }],
  },
  {
    kind: 'withdrawn when issued',
    weight: 4,
    ending: 'not-in-force',
    awaits: true,
    deeds: (rng) => [
      ...all(rng),
      { do: 'await-issue' },
      { do: 'withdraw', requirement: rng.pick(requirements), evidence: 'first' },
    ],
  },
  {
    kind: 'withdrawn and replaced',
    weight: 6,
    ending: 'in-force',
    deeds: (rng) => [
      ...all(rng),
      { do: 'withdraw', requirement: skill, evidence: 'first' },
      ...met(skill, { evidence: 'second' }),
    ],
  },
  {
    kind: 'edited by hand',
    weight: 4,
    ending: 'not-in-force',
    awaits: true,
    deeds: (rng) => [...all(rng), { do: 'await-issue' }, { do: 'edit-by-hand', requirement: skill, evidence: 'first' }],
  },
  {
    kind: 'deleted by hand',
    weight: 4,
    ending: 'not-in-force',
    deeds: (rng) => [...all(rng), { do: 'delete-by-hand', requirement: skill, evidence: 'first' }],
  },
  {
    kind: 'lapsed before the last piece',
    weight: 5,
    ending: 'never-issued',
    deeds: (_, today) => [
      ...lapsing(today),
      ...skills.slice(1).flatMap((id) => met(id)),
      { do: 'after-lapse' },
      ...met(skill),
    ],
  },
  {
    kind: 'lapsed when complete',
    weight: 5,
    ending: 'in-force',
    deeds: (_, today) => [...skills.flatMap((id) => met(id)), ...lapsing(today)],
  },
  {
    kind: 'garbage beside',
    weight: 4,
    ending: 'in-force',
    deeds: (rng) => [{ do: 'write-garbage' }, ...all(rng), { do: 'write-garbage' }],
  },
  {
    kind: 'reissued',
    weight: 5,
    ending: 'in-force',
    awaits: true,
    deeds: (rng) => [...all(rng), { do: 'await-issue' }, { do: 'reissue' }],
  },
  {
    kind: 'sent again elsewhere',
    weight: 3,
    ending: 'in-force',
    awaits: true,
    deeds: (rng) => [...all(rng), { do: 'await-issue' }, { do: 'resend' }],
  },
  {
    kind: 'revoked',
    weight: 4,
    ending: 'revoked',
    awaits: true,
    deeds: (rng) => [...all(rng), { do: 'await-issue' }, { do: 'revoke' }],
  },
];

/** Mostly a mailbox that takes everything; some bounce for good or for now, some complain. */
function address(rng: Rng, id: string): string {
  const fate = rng.next();
  if (fate < 0.9) return `${id}@apprentices.example`;
  return `${rng.pick(['bounce', 'softbounce', 'complaint', 'suppressionlist'])}+${id}@simulator.amazonses.com`;
}

/** The apprentices of a seed: equal seeds give equal histories. Every kind occurs where there are enough of them. */
export function historiesOf(seed: number, count: number, today: CivilDate): Apprentice[] {
  const rng = rngOf(seed);
  const deck = kinds.flatMap((kind) => Array.from({ length: kind.weight }, () => kind));
  return Array.from({ length: count }, (_, i) => {
    const { kind, ending, deeds, awaits } = kinds[i] ?? rng.pick(deck);
    const enrollment = `enr-${String(i + 1).padStart(4, '0')}`;
    // Whoever waits for the issue does not wait for a hold too.
    const program = rng.pick(awaits ? ['harbor', 'pier'] : ['harbor', 'harbor', 'pier', 'quay']);
    const id = `app-${enrollment}`;
    return {
      ref: { program, enrollment },
      apprentice: { id, name: `Chaos ${enrollment}`, email: address(rng, id) },
      enrolledOn: addDays(today, -60),
      kind,
      deeds: deeds(rng, today),
      ending,
      acts: rng.next() < 0.5 ? 'over HTTP' : 'by command',
    };
  });
}
