import { requirementsOf } from '../../functions/domain/framework.ts';
import type { StoredProgram } from '../../functions/ports/record-store.ts';
import { laterVersions, type ProgramSetting, randomProgram } from './programs.ts';
import { type Rng, rngOf } from './rng.ts';

/** What some hand does, by the names of things; times and contents are filled in when it happens. */
export type Deed =
  | { do: 'enroll' }
  | {
      do: 'submit';
      requirement: string;
      evidence: string;
      by: 'api' | 'table';
      certificate?: 'long' | 'short' | 'expired' | 'undated';
      futureSeconds?: number;
      hours?: number;
      /** The same piece of evidence, in other words. */
      rival?: true;
    }
  | {
      do: 'assess';
      requirement: string;
      evidence: string;
      assessment: string;
      outcome: 'met' | 'not-met';
      by: 'api' | 'table';
      assessor: string;
    }
  | { do: 'withdraw'; requirement: string; evidence: string; by: 'api' | 'table' }
  | {
      do: 'edit' | 'touch' | 'delete';
      part: 'evidence' | 'assessment' | 'withdrawal';
      requirement: string;
      evidence: string;
      assessment: string;
    }
  | {
      do: 'malform';
      how: (typeof malformations)[number];
      requirement: string;
      evidence: string;
    }
  /** Somebody deletes what lies under no key of the contract's form. */
  | { do: 'tidy' }
  /** The program's roster or policy changes: one of the history's later versions is loaded. */
  | { do: 'load'; version: number }
  /** The apprentice leaves the program. */
  | { do: 'leave' }
  /** And comes back, or never was away. */
  | { do: 'resume' }
  | { do: 'void'; assessor: string; revoke: boolean }
  | { do: 'reissue'; achievement: string; name?: string }
  | { do: 'revoke'; achievement: string }
  | { do: 'sweep' }
  /** Somebody looks at what waits for a person, and has it done after all, or says that it needs nothing more. */
  | { do: 'replay'; email?: string }
  | { do: 'set-aside' }
  /** Somebody sends every dead letter back, or puts those out of the way that the sweep asks for again. */
  | { do: 'dead-letters'; verdict: 'replay' | 'set-aside' }
  /** The office corrects a name or an address. */
  | { do: 'correct'; name?: string; email?: string }
  /** Somebody has not found their certificate, or wants it sent elsewhere. */
  | { do: 'resend'; email?: string }
  | { do: 'stranger'; evidence: string };

/** One deed, and how long after the one before it: 0 is at the same time. */
export type Act = { afterMs: number; who: number; deed: Deed };

/** Everything about one world that the seed decides before it starts; what a shrinker cuts down. */
export type History = {
  seed: number;
  breadth: 'small' | 'real';
  setting: ProgramSetting;
  /** What the program becomes in mid-flight. */
  versions: StoredProgram[];
  enrollments: number;
  acts: Act[];
};

const assessors = ['assessor-ada', 'assessor-ben'];
const malformations = [
  ...['fields', 'key', 'long-key', 'unknown-requirement', 'big'],
  ...['other-key', 'other-partition', 'odd-partition'],
] as (
  | 'fields'
  | 'key'
  | 'long-key'
  | 'unknown-requirement'
  | 'big'
  | 'other-key'
  | 'other-partition'
  | 'odd-partition'
)[];

/** Random, but mostly going somewhere: every requirement gets its evidence, and then people change their minds. */
export function historyOf(seed: number, breadth: 'small' | 'real'): History {
  const rng = rngOf(seed * 2 + 1);
  const setting = randomProgram(rng, breadth);
  const enrollments = breadth === 'small' && rng.chance(0.06) ? 2 : 1;
  const acts: Act[] = [];
  for (let who = 0; who < enrollments; who++) {
    const own = deeds(rng, setting).map((deed): Act => ({ who, deed, afterMs: isRival(deed) ? 0 : gap(rng, breadth) }));
    // Two enrollments' acts are dealt into one another.
    if (who === 0) acts.push(...own);
    else for (const [i, act] of own.entries()) acts.splice(Math.min(acts.length, i * 2), 0, act);
  }
  if (breadth === 'small' && rng.chance(0.4)) acts.push(...visits(rng, enrollments));
  const versions = rng.chance(0.12) ? laterVersions(rng, setting) : [];
  for (const [version] of versions.entries())
    acts.splice(1 + rng.int(acts.length), 0, { who: 0, deed: { do: 'load', version }, afterMs: gap(rng, breadth) });
  // Somebody turns out to have signed for people whom they never met.
  if (rng.chance(0.06)) {
    const deed: Deed = { do: 'void', assessor: rng.pick(assessors), revoke: rng.chance(0.3) };
    acts.splice(Math.ceil(acts.length / 3) + rng.int(acts.length), 0, { who: 0, deed, afterMs: gap(rng, breadth) });
  }
  if (breadth === 'small') addOfficeHours(rngOf(seed * 2 + 700_001), acts, enrollments);
  return { seed, breadth, setting, versions, enrollments, acts };
}

/** The office corrects and sends again, now and then in the midst of things. By a chance of its own. */
function addOfficeHours(rng: Rng, acts: Act[], enrollments: number): void {
  if (!rng.chance(0.25)) return;
  for (let i = rng.between(1, 3); i > 0; i--) {
    const email = `moved-${rng.int(9)}@home.example`;
    const deed: Deed = rng.chance(0.65)
      ? { do: 'resend', ...(rng.chance(0.4) && { email }) }
      : { do: 'correct', ...(rng.chance(0.7) ? { name: `Corrected Name ${rng.int(9)}` } : { email }) };
    const act = { who: rng.int(enrollments), deed, afterMs: gap(rng, 'small') };
    // Most have a certificate to speak of by then.
    if (rng.chance(0.8)) acts.push(act);
    else acts.splice(1 + rng.int(acts.length), 0, act);
  }
}

/** Whoever looks after what is left lying comes by at the end, hours or days later, and changes their mind too. */
function visits(rng: Rng, enrollments: number): Act[] {
  return Array.from({ length: rng.between(2, 5) }, (): Act => {
    const afterMs = rng.pick([0, 1_000, rng.int(60_000), rng.int(4_000_000), rng.between(43_200_000, 90_000_000)]);
    return { afterMs, who: rng.int(enrollments), deed: visit(rng) };
  });
}

function visit(rng: Rng): Deed {
  const roll = rng.next();
  if (roll < 0.35) return { do: 'set-aside' };
  if (roll < 0.75) return { do: 'replay', ...(rng.chance(0.3) && { email: `moved-${rng.int(9)}@home.example` }) };
  return { do: 'dead-letters', verdict: rng.chance(0.3) ? 'set-aside' : 'replay' };
}

const isRival = (deed: Deed) => deed.do === 'submit' && deed.rival === true;

function gap(rng: Rng, breadth: 'small' | 'real'): number {
  const roll = rng.next();
  if (breadth === 'real') return roll < 0.9 ? rng.int(40) : rng.int(3_600_000);
  if (roll < 0.45) return rng.int(60);
  if (roll < 0.75) return rng.int(4_000);
  if (roll < 0.93) return rng.int(600_000);
  return rng.int(roll < 0.98 ? 86_400_000 : 20 * 86_400_000);
}

function deeds(rng: Rng, { framework, stored }: ProgramSetting): Deed[] {
  const { policy } = stored.program;
  const requirements = [...requirementsOf(framework).values()];
  const pieces = new Map<string, number>();
  const list: Deed[] = [];
  let assessments = 0;
  const supply = (requirement: (typeof requirements)[number], isCareful: boolean) => {
    const n = (pieces.get(requirement.id) ?? 0) + 1;
    pieces.set(requirement.id, n);
    const evidence = `e${n}`;
    const certificate =
      requirement.kind === 'certificate'
        ? {
            certificate: isCareful
              ? ('long' as const)
              : rng.pick(['long', 'long', 'short', 'expired', 'undated'] as const),
          }
        : {};
    const hours = requirement.kind === 'skill' && policy.minimumHours !== null ? { hours: 10 } : {};
    list.push({
      do: 'submit',
      requirement: requirement.id,
      evidence,
      by: rng.chance(0.7) ? 'api' : 'table',
      ...certificate,
      ...hours,
    });
    // Two writers at once: whoever comes first keeps it, unless the other writes over it.
    if (rng.chance(0.05)) {
      const by = rng.chance(0.5) ? 'api' : 'table';
      list.push({ do: 'submit', requirement: requirement.id, evidence, by, ...certificate, ...hours, rival: true });
    }
    if (policy.assessment === 'required' || rng.chance(0.15)) {
      const outcome = isCareful || rng.chance(0.92) ? 'met' : 'not-met';
      list.push({
        do: 'assess',
        requirement: requirement.id,
        evidence,
        assessment: `a${++assessments}`,
        outcome,
        by: rng.chance(0.9) ? 'api' : 'table',
        assessor: rng.pick(assessors),
      });
    }
  };
  list.push({ do: 'enroll' });
  for (const requirement of shuffled(rng, requirements))
    supply(requirement, requirements.length > 10 || rng.chance(0.8));
  // Evidence may come before its enrollment exists.
  if (rng.chance(0.1)) [list[0], list[1]] = [list[1] as Deed, list[0] as Deed];
  const changes = rng.int(requirements.length > 10 ? 5 : 4);
  for (let i = 0; i < changes; i++) {
    const requirement = rng.pick(requirements);
    list.push(
      changeOfMind(
        rng,
        requirement,
        pieces,
        ++assessments,
        framework.skillSets.map((set) => set.id),
      ),
    );
    if (list.at(-1)?.do === 'leave' && rng.chance(0.5)) list.push({ do: 'resume' });
    // Often somebody mends it, so that what follows a fall is reached too.
    if (rng.chance(0.25)) supply(requirement, true);
  }
  // A change of mind may also come early.
  if (changes > 0 && rng.chance(0.3)) {
    const [moved] = list.splice(list.length - 1, 1);
    list.splice(1 + rng.int(list.length), 0, moved as Deed);
  }
  return list;
}

function changeOfMind(
  rng: Rng,
  requirement: { id: string; kind: string },
  pieces: ReadonlyMap<string, number>,
  fresh: number,
  sets: readonly string[],
): Deed {
  const at = { requirement: requirement.id, evidence: `e${1 + rng.int(pieces.get(requirement.id) ?? 1)}` };
  const by = rng.chance(0.75) ? ('api' as const) : ('table' as const);
  const achievement = rng.chance(0.7) ? 'completion' : `skill-set:${rng.pick(sets)}`;
  const part = rng.pick(['evidence', 'assessment', 'withdrawal', 'assessment', 'evidence'] as const);
  const assessment = `a${1 + rng.int(fresh)}`;
  const roll = rng.next();
  if (roll < 0.26) return { do: 'withdraw', ...at, by };
  if (roll < 0.4)
    return {
      do: 'assess',
      ...at,
      assessment: `a${fresh}`,
      outcome: rng.chance(0.75) ? 'not-met' : 'met',
      by,
      assessor: rng.chance(0.9) ? rng.pick(assessors) : rng.pick(['apprentice-0', 'stranger', 'assessor-eve']),
    };
  if (roll < 0.5)
    return { do: 'reissue', achievement, ...(rng.chance(0.5) && { name: `Corrected Name ${rng.int(9)}` }) };
  if (roll < 0.58) return { do: 'revoke', achievement };
  if (roll < 0.78)
    return { do: rng.pick(['edit', 'edit', 'delete', 'delete', 'touch'] as const), part, ...at, assessment };
  if (roll < 0.88)
    return {
      do: 'malform',
      how: rng.pick(malformations),
      ...at,
      evidence: `m${fresh}`,
    };
  if (roll < 0.94) {
    const certificate = requirement.kind === 'certificate' ? { certificate: 'long' as const } : {};
    return {
      do: 'submit',
      ...at,
      evidence: rng.pick(['f1', 'f2']),
      by: 'table',
      futureSeconds: rng.pick([60, 400, 90_000]),
      ...certificate,
    };
  }
  if (roll < 0.955) return { do: 'sweep' };
  if (roll < 0.97) return { do: 'tidy' };
  if (roll < 0.98) return { do: 'leave' };
  if (roll < 0.985) return { do: 'resume' };
  return { do: 'stranger', evidence: `s${fresh}` };
}

function shuffled<T>(rng: Rng, list: readonly T[]): T[] {
  const copy = [...list];
  for (let i = copy.length - 1; i > 0; i--) {
    const j = rng.int(i + 1);
    [copy[i], copy[j]] = [copy[j] as T, copy[i] as T];
  }
  return copy;
}
