import type { Framework } from '../domain/framework.ts';
import { type Lapse, lapsesSinceCompletion } from '../domain/lapses.ts';
import type { Program } from '../domain/program.ts';
import { civilDateOf } from '../domain/time.ts';
import type { ActPorts } from './act-ports.ts';

export type LapsedEnrollment = { enrollment: string; framework: Framework; lapses: Lapse[] };

/** Everybody complete in a program whose required certificates have lapsed since, as of today. */
export async function* listLapses(
  { store, clock }: Pick<ActPorts, 'store' | 'clock'>,
  program: Program,
): AsyncGenerator<LapsedEnrollment> {
  const today = civilDateOf(clock.now(), program.timeZone);
  let cursor: string | undefined;
  do {
    const page = await store.listEnrollments(program.id, 'complete', cursor);
    for (const ref of page.items) {
      const enrollment = await store.readEnrollment(ref);
      const lapses = enrollment ? lapsesSinceCompletion(enrollment, today) : [];
      const framework = enrollment && lapses.length > 0 && (await store.readFramework(enrollment.framework));
      if (framework) yield { enrollment: ref.enrollment, framework, lapses };
    }
    cursor = page.cursor;
  } while (cursor !== undefined);
}
