import { dismissAside } from '../acts/dismiss-aside.ts';
import { refused } from '../acts/refusal.ts';
import { listAside } from '../acts/status.ts';
import { evidencePartition, parseEvidenceKeys } from '../domain/evidence.ts';
import type { Framework } from '../domain/framework.ts';
import { type Mask, maskFor } from '../domain/masking.ts';
import type { RecordStore, StoredAside, StoredProgram } from '../ports/record-store.ts';
import { type Answer, done, refusal } from './answer.ts';
import { asideText } from './aside-text.ts';
import { type ActorFlags, actorFrom, type Context, type SensitiveFlags } from './command.ts';
import { type ConfirmFlags, chosenId, confirmMany } from './confirm.ts';
import { exitCodes } from './exit-codes.ts';
import { counted } from './page.ts';
import { recordListing } from './reading.ts';

/** Which of them: of one enrollment, one piece, or one item by its whole key. */
type AsideFilter = { enrollment?: string; evidence?: string; item?: string };
export type RefusedFlags = SensitiveFlags & ActorFlags & AsideFilter & { dismissed?: true };
export type DismissFlags = AsideFilter & ConfirmFlags & ActorFlags & { reason: string };

/** What a program's evidence was refused for. */
export async function listRefused(context: Context, flags: RefusedFlags, program: string): Promise<Answer> {
  const { ports } = context.connect();
  const stored = await ports.store.readProgram(program);
  if (!stored) return unknownProgram(program);
  const asides = await asidesOf(ports.store, program, flags);
  await recordListing(context, flags, program, { facts: { what: 'refused', sensitive: flags.sensitive === true } });
  const mask = maskFor(await frameworksOf(ports.store, [stored], asides), flags.sensitive === true);
  return answerFor(context, asides, mask, stored.program.timeZone);
}

/** Items whose partition names no program and enrollment: nobody can judge them. Listed under every program's mask. */
export async function listStrays(context: Context, flags: RefusedFlags): Promise<Answer> {
  const { ports } = context.connect();
  const asides = await asidesOf(ports.store, nowhere, flags);
  const mask = maskFor(await frameworksOf(ports.store, await ports.store.listPrograms(), []), flags.sensitive === true);
  return answerFor(context, asides, mask, 'UTC');
}

function answerFor(context: Context, asides: readonly StoredAside[], mask: Mask, timeZone: string): Answer {
  const json = asides.map(({ enrollment, sk, code, reason, at, dismissed }) => ({
    enrollment,
    item: mask.ids(sk),
    code,
    reason,
    at,
    ...(dismissed && { dismissed }),
  }));
  if (asides.length === 0) return done(json, 'Nothing is refused.');
  return done(json, asideText(context.page, asides, mask, timeZone));
}

/** Records that refused items need nothing more: who says so, when and why. They stay in the table as they are. */
export async function dismissRefused(context: Context, flags: DismissFlags, program: string): Promise<Answer> {
  const actor = actorFrom(flags, 'operator', context.world);
  const one = flags.evidence ?? flags.item;
  chosenId(one, flags);
  const { ports } = context.connect();
  const asides = await asidesOf(ports.store, program === strayProgram ? nowhere : program, flags);
  if (asides.length === 0) return done({ outcome: 'dismissed', items: 0 }, 'Nothing is refused.');
  if (one === undefined) {
    const stop = await confirmMany(
      context,
      flags,
      `${counted(asides.length, 'refused item')} would be dismissed. Go on?`,
    );
    if (stop) return stop;
  }
  let left = 0;
  for (const aside of asides) {
    const dismissed = await dismissAside(ports, actor, aside, flags.reason);
    if (dismissed.outcome !== 'refused') continue;
    // What evaluate judged meanwhile asks again by itself, and keeps nobody from dismissing the others.
    if (one !== undefined || dismissed.code !== 'aside.moved') return refusal(dismissed, { reason: '--reason' });
    left += 1;
  }
  return dismissedAll(asides.length - left, left);
}

function dismissedAll(items: number, left: number): Answer {
  const said = done({ outcome: 'dismissed', items, ...(left > 0 && { left }) }, `${counted(items, 'item')} dismissed.`);
  if (left === 0) return said;
  const why = 'counting by now, or judged again meanwhile; `evidence refused` shows what is left';
  return { ...said, exitCode: exitCodes.refused, errors: [`${counted(left, 'item')} not dismissed: ${why}`] };
}

/** Where strays lie, and what people call it. */
const nowhere = 'unknown';
export const strayProgram = 'strays';

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

async function asidesOf(
  store: RecordStore,
  program: string,
  { enrollment, evidence, item, dismissed }: AsideFilter & { dismissed?: true },
): Promise<StoredAside[]> {
  const pieceOf = (aside: StoredAside) => parseEvidenceKeys(evidencePartition(aside), aside.sk)?.evidence;
  return (await listAside({ store }, program)).filter(
    (aside) =>
      (enrollment === undefined || aside.enrollment === enrollment) &&
      (evidence === undefined || pieceOf(aside) === evidence) &&
      (item === undefined || aside.sk === item) &&
      (dismissed || aside.dismissed === undefined),
  );
}

/** Whose ids are sensitive: the program's framework now, and those that the enrollments are pinned to. */
async function frameworksOf(
  store: RecordStore,
  stored: readonly StoredProgram[],
  asides: readonly StoredAside[],
): Promise<Framework[]> {
  const current = stored.map(({ program, frameworkHash: hash }) => ({ ...program.framework, hash }));
  const refs = new Map(current.map((ref) => [ref.hash, ref]));
  const enrollments = new Map(asides.map(({ program, enrollment }) => [enrollment, { program, enrollment }]));
  for (const ref of enrollments.values()) {
    const found = await store.readEnrollment(ref);
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
