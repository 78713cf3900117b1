import { refused } from '../acts/refusal.ts';
import { listAside } from '../acts/status.ts';
import type { Framework } from '../domain/framework.ts';
import type { RecordStore, StoredAside, StoredProgram } from '../ports/record-store.ts';
import { type Answer, done, refusal } from './answer.ts';
import { asideText } from './aside-text.ts';
import type { Context, SensitiveFlags } from './command.ts';
import { maskFor } from './masking.ts';
import { counted } from './page.ts';

export type RefusedFlags = SensitiveFlags & { enrollment?: string };

/** What a program's evidence was refused for. */
export async function listRefused(context: Context, flags: RefusedFlags, program: string): Promise<Answer> {
  const { ports } = context.connect();
  const stored = await ports.store.readProgram(program);
  if (!stored) return unknownProgram(program);
  const asides = await asidesOf(ports.store, program, flags);
  const mask = maskFor(await frameworksOf(ports.store, stored, asides), flags.sensitive === true);
  const json = asides.map(({ enrollment, sk, code, reason, at }) => ({
    enrollment,
    item: mask.ids(sk),
    code,
    reason,
    at,
  }));
  if (asides.length === 0) return done(json, 'Nothing is refused.');
  return done(json, asideText(context.page, asides, mask, stored.program.timeZone));
}

/** Changes of one message, as the sweep sends them. */
const changesPerMessage = 8;

/** Hands what was set aside back to evaluate. What still does not count is set aside again. */
export async function replayRefused(context: Context, flags: RefusedFlags, program: string): Promise<Answer> {
  const { ports } = context.connect();
  if (!(await ports.store.readProgram(program))) return unknownProgram(program);
  const byEnrollment = new Map<string, StoredAside[]>();
  for (const aside of await asidesOf(ports.store, program, flags)) {
    byEnrollment.set(aside.enrollment, [...(byEnrollment.get(aside.enrollment) ?? []), aside]);
  }
  const totals = { outcome: 'replayed', items: 0, enrollments: 0, waiting: [] as string[] };
  for (const [enrollment, asides] of byEnrollment) {
    if (!(await ports.store.readEnrollment({ program, enrollment }))) {
      totals.waiting.push(enrollment);
      continue;
    }
    for (let start = 0; start < asides.length; start += changesPerMessage) {
      const changes = asides
        .slice(start, start + changesPerMessage)
        .map(({ sk, sequence, at }) => ({ sk, sequence, at, kind: 'put' as const }));
      const reason = 'cli-replay';
      await ports.queue.send({
        type: 'evaluation-requested',
        version: 1,
        program,
        enrollment,
        changes,
        whole: false,
        reason,
      });
    }
    totals.items += asides.length;
    totals.enrollments++;
  }
  return done(totals, replayText(totals));
}

function replayText({
  items,
  enrollments,
  waiting,
}: {
  items: number;
  enrollments: number;
  waiting: string[];
}): string {
  const sent =
    items === 0
      ? 'Nothing to replay.'
      : `${counted(items, 'item')} of ${counted(enrollments, 'enrollment')} handed back to evaluate.`;
  const left = waiting.length === 0 ? [] : [`Not replayed, since nobody is enrolled under them: ${waiting.join(', ')}`];
  return [sent, ...left].join('\n');
}

async function asidesOf(store: RecordStore, program: string, { enrollment }: RefusedFlags): Promise<StoredAside[]> {
  const all = await listAside({ store }, program);
  return enrollment === undefined ? all : all.filter((aside) => aside.enrollment === enrollment);
}

/** Whose ids are sensitive: the program's framework now, and those that the enrollments are pinned to. */
async function frameworksOf(
  store: RecordStore,
  stored: StoredProgram,
  asides: readonly StoredAside[],
): Promise<Framework[]> {
  const refs = new Map([[stored.frameworkHash, { ...stored.program.framework, hash: stored.frameworkHash }]]);
  for (const enrollment of new Set(asides.map((aside) => aside.enrollment))) {
    const found = await store.readEnrollment({ program: stored.program.id, enrollment });
    if (found) refs.set(found.framework.hash, found.framework);
  }
  const frameworks = await Promise.all([...refs.values()].map((ref) => store.readFramework(ref)));
  return frameworks.filter((framework) => framework !== undefined);
}

function unknownProgram(program: string): Answer {
  return refusal(
    refused('program.unknown', `program: there is no "${program}"; \`program list\` shows those there are`),
  );
}
