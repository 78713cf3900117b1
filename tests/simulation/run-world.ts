import { civilDateOf } from '../../functions/domain/time.ts';
import { simulatedDeadLetters } from './dead-letters.ts';
import { perform } from './deeds.ts';
import type { Act, History } from './history.ts';
import { judgeQuiet } from './quiet-judges.ts';
import type { Failure, Task } from './scheduler.ts';
import { createWorld, dayMs, type World, type WorldOptions } from './world.ts';

export type WorldResult = {
  failure: Failure | undefined;
  stats: World['judges']['stats'];
  /** A withdrawal or rejection came while a credential was pending. */
  caughtMidIssue: boolean;
  faults: number;
  picks: number;
};

const sweepEveryMs = 300_000;
/** Picks after the last act during which things may still go wrong. */
const aftermathPicks = 150;
const maxActTries = 6;
const actTimeoutSeconds = 30;

/** Runs one history from its seed to rest, and judges it. Equal arguments give equal results. */
export async function runWorld(history: History, options: WorldOptions = {}): Promise<WorldResult> {
  const world = createWorld(history, options);
  const { scheduler, faults, steps, table, queues, judges, stream, documents } = world;
  const hasSweep = options.mutation?.noSweep !== true;
  const acts = startActs(world, history, options.trace !== undefined);
  const onIdle = hasSweep ? sweeping(world) : () => undefined;

  const rest = async () => {
    for (let round = 0; round < 20 && scheduler.failure === undefined; round++) {
      await scheduler.run(() => false, onIdle);
      if (queues.evaluation.dead().length === 0 || !hasSweep) return;
      // What an alarm tells an operator to do: changes that evaluate never saw are nowhere else.
      queues.evaluation.redrive();
    }
  };
  let judgedAt = '';
  const judge = () => {
    const versions = [...table.rows.values()].map((row) => row.enrollment.version).join(' ');
    if (scheduler.failure || versions === judgedAt) return;
    judgedAt = versions;
    const dead = Object.entries(queues).flatMap(([queue, { dead }]) =>
      dead().map((d) => ({ queue, failures: d.failures, about: JSON.stringify(d.body).slice(0, 200) })),
    );
    judgeQuiet({ scheduler, table, history, stream, documents, steps: judges, dead });
  };

  let calmAt = Number.POSITIVE_INFINITY;
  await scheduler.run(() => {
    if (acts.left() === 0 && calmAt === Number.POSITIVE_INFINITY) calmAt = scheduler.picks + aftermathPicks;
    return scheduler.picks > calmAt;
  }, onIdle);
  faults.off();
  world.trace?.('---- faults are off');
  await rest();
  if (hasSweep && needsLook(world, history)) {
    // Whoever looks through a list that lags finds the rest a day later.
    scheduler.advance(10_000);
    steps.lookAfresh();
    await rest();
  }
  judge();
  if (!scheduler.failure && hasSweep && (needsLook(world, history) || world.rng.chance(0.3))) {
    world.trace?.('---- forty days on');
    scheduler.advance(40 * dayMs);
    steps.lookAfresh();
    await rest();
    judge();
  }
  const { stats } = judges;
  return {
    failure: scheduler.failure,
    stats,
    caughtMidIssue: world.wasCaughtMidIssue(),
    faults: faults.count(),
    picks: scheduler.picks,
  };
}

/**
 * What only the daily look sees: a term that has run out, a roster or a policy that has changed, the day that the next
 * lapse was expected on. A clock that was set forward has passed over looks.
 */
function needsLook({ table, scheduler }: World, { setting, versions, acts }: History): boolean {
  const { timeZone, policy } = setting.stored.program;
  if (versions.length > 0 || policy.minimumTermMonths !== null) return true;
  if (acts.some(({ deed }) => deed.do === 'void')) return true;
  const today = civilDateOf(new Date(scheduler.now).toISOString(), timeZone);
  return [...table.rows.values()].some(({ enrollment: { lapseOn } }) => lapseOn !== undefined && lapseOn < today);
}

/** People act one after the other; whoever fails, or is told to come back, tries again. */
function startActs(world: World, history: History, isTraced: boolean): { left: () => number } {
  const { scheduler, rng, steps, table, startAt } = world;
  const { evaluation, issue, delivery, mail } = world.queues;
  const startOn = new Date(startAt).toISOString().slice(0, 10);
  let left = history.acts.length;
  const start = ({ deed, who }: Act, tries: number): void => {
    if (deed.do === 'sweep') {
      steps.sweep();
      return;
    }
    let isOver = true;
    const body = async (task: Task) => {
      const [ports, call, now] = [steps.actPorts(task), steps.callerOf(task), steps.clockOf(task).now];
      const boxes = { evaluation, issue, delivery, feedback: mail };
      const deadLetters = simulatedDeadLetters(boxes, call, now);
      const deedWorld = { table, ports, call, now, startOn, history, deadLetters, onVoided: world.judges.voided };
      isOver = await perform(deedWorld, who, deed);
    };
    const again = () =>
      scheduler.at(scheduler.now + rng.between(500, 4_000), () => start({ deed, who, afterMs: 0 }, tries + 1));
    scheduler.start('act', isTraced ? `act ${JSON.stringify(deed)}` : 'act', actTimeoutSeconds, body, ({ end }) => {
      if ((end !== 'done' || !isOver) && tries < maxActTries) again();
    });
  };
  const schedule = (i: number, at: number): void => {
    const act = history.acts[i];
    if (!act) return;
    scheduler.at(at, () => {
      left--;
      start(act, 1);
      schedule(i + 1, scheduler.now + (history.acts[i + 1]?.afterMs ?? 0));
    });
  };
  schedule(0, startAt);
  return { left: () => left };
}

/** The schedules: a sweep where there is something to find, and now and then a look at everything open. */
function sweeping({ scheduler, rng, table, stream, steps, startAt }: World): (nextAt: number) => void {
  let lastSweepAt = startAt;
  let lastLookAt = startAt;
  const lookEveryMs = rng.between(4, 40) * dayMs;
  return (nextAt) => {
    const dueAt = table.nextDueAt();
    const hasWaiting =
      stream.failed.size > 0 || [...table.asides.values()].some((a) => a.code === 'enrollment.unknown' && table.row(a));
    if (dueAt !== undefined || hasWaiting) {
      const wantedAt = hasWaiting || dueAt === undefined ? 0 : Date.parse(dueAt) + 10_000;
      const at = Math.max(lastSweepAt + sweepEveryMs, wantedAt);
      if (at < nextAt) {
        lastSweepAt = at;
        scheduler.at(at, steps.sweep);
        return;
      }
    }
    // A clock that was set forward has passed over looks, and no schedule makes up for those.
    if (lastLookAt + lookEveryMs + dayMs < scheduler.now) lastLookAt = scheduler.now;
    if (Number.isFinite(nextAt) && lastLookAt + lookEveryMs < nextAt) {
      lastLookAt += lookEveryMs;
      scheduler.at(lastLookAt, steps.lookAfresh);
    }
  };
}
