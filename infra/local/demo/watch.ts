import { setTimeout as sleep } from 'node:timers/promises';
import type { ActPorts } from '../../../functions/acts/act-ports.ts';
import { explain } from '../../../functions/domain/explanation.ts';
import type { DemoProgram } from './program-files.ts';
import type { Progress } from './progress.ts';
import type { Walk } from './walk.ts';

const rest = { few: 250, many: 1_000 };
/** More bars than this do not fit a screen: then there is one for the whole program. */
const mostBars = 8;

/** Shows how far each apprentice has come, as the record says, until `stop` is called. */
export function watchWalks(
  ports: ActPorts,
  demo: DemoProgram,
  walks: readonly Walk[],
  progress: Progress,
): { stop(): Promise<void> } {
  const sets = demo.framework.skillSets.length;
  const isShared = walks.length > mostBars;
  const shared = isShared ? progress.bar(`${walks.length} apprentices`, sets * walks.length) : undefined;
  const bars = isShared ? [] : walks.map(({ name }) => progress.bar(name, sets));
  let stopped = false;
  const look = async () => {
    const standings = await Promise.all(walks.map((walk) => standing(ports, demo, walk)));
    for (const [i, { complete, note }] of standings.entries()) bars[i]?.update(complete, note);
    const issued = standings.filter(({ note }) => note === 'issued').length;
    shared?.update(
      standings.reduce((sum, { complete }) => sum + complete, 0),
      issued === 0 ? '' : `${issued} issued`,
    );
  };
  const loop = async () => {
    while (!stopped) {
      await look();
      await sleep(isShared ? rest.many : rest.few);
    }
    await look();
  };
  const running = loop();
  return {
    async stop() {
      stopped = true;
      await running;
    },
  };
}

async function standing(
  ports: ActPorts,
  { program, framework }: DemoProgram,
  { ref }: Walk,
): Promise<{ complete: number; note: string }> {
  const enrollment = await ports.store.readEnrollment(ref);
  if (!enrollment) return { complete: 0, note: '' };
  const { skillSets, met, of, credential } = explain(enrollment, program, framework, ports.clock.now());
  const complete = skillSets.filter((set) => set.complete).length;
  const notes: Partial<Record<typeof credential.state, string>> = {
    'in-force': 'issued',
    pending: 'being issued',
    parked: 'parked',
    suspended: 'suspended',
  };
  return { complete, note: notes[credential.state] ?? `${met} of ${of} met` };
}
