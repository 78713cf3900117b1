import * as z from 'zod';
import { assessEvidence } from '../../acts/evidence.ts';
import { type Refused, refused } from '../../acts/refusal.ts';
import { rulesOf } from '../../domain/evaluation.ts';
import type { RawItem } from '../../domain/evidence.ts';
import type { Framework } from '../../domain/framework.ts';
import { enrollmentIdSchema } from '../../domain/ids.ts';
import type { Program } from '../../domain/program.ts';
import { defineRoute } from '../route.ts';
import { assessorsOf, awaitingPieces, decidedMeanwhile, type PieceGroup, readDecisions } from './assess-model.ts';
import { deskPage, queuePage } from './assess-page.ts';
import { emptyForm, type FormState } from './form-field.ts';
import { refusalText } from './frame.ts';
import type { Words } from './language.ts';
import { frameOf, goTo, type PageRequest, page } from './page-answer.ts';
import { sentForm } from './sent-form.ts';

const queue = defineRoute(
  {
    method: 'get',
    path: '/assess',
    summary: 'Whose evidence waits for an assessor, the longest waiting first',
    access: { assessor: 'any' },
    request: { query: z.object({ cursor: z.string().max(2000).optional() }) },
    responses: { 200: { description: 'The page' } },
    page: true,
  },
  async (call) => {
    const { ports, who, query } = call;
    const stored = await ports.store.readProgram(who.program);
    if (!stored) return refused('program.unknown', 'program: not in the table');
    const listed = await ports.store.listAwaiting(who.program, query.cursor);
    const read = await ports.store.readEnrollments(
      listed.items.map(({ program, enrollment }) => ({ program, enrollment })),
    );
    const enrollments = new Map(read.map((each) => [each.enrollment, each]));
    const rows = listed.items.flatMap(({ enrollment, since }) => {
      const found = enrollments.get(enrollment);
      if (!found || found.apprentice.id === who.actor) return [];
      return [{ enrollment, name: found.apprentice.name, since, waiting: Object.keys(found.awaiting ?? {}).length }];
    });
    const frame = frameOf(call);
    const model = { program: stored.program, rows, cursor: listed.cursor, isFirst: query.cursor === undefined };
    return page(call, frame, queuePage(frame, model));
  },
);

type Desk = {
  name: string;
  timeZone: string;
  groups: PieceGroup[];
  items: readonly RawItem[];
  framework: Framework;
  roster: Program['assessors'];
};

async function readDesk(
  { ports }: Pick<PageRequest, 'ports'>,
  program: string,
  enrollment: string,
  actor: string,
): Promise<Desk | Refused> {
  const ref = { program, enrollment };
  const [stored, found] = await Promise.all([ports.store.readProgram(program), ports.store.readEnrollment(ref)]);
  if (!stored || !found) return refused('enrollment.unknown', 'enrollment: there is none');
  if (found.apprentice.id === actor)
    return refused('assessment.own-evidence', 'assessor: nobody signs off evidence of their own');
  const framework = await ports.store.readFramework(found.framework);
  if (!framework) return refused('program.unknown', 'program: its framework is not in the table');
  const asksNobody = found.status === 'withdrawn' || stored.program.policy.assessment === 'self-attested';
  // All of it, consistently: what is to be assessed may be newer than any list of it.
  const items = asksNobody ? [] : await ports.store.readAllEvidence(ref);
  const groups = awaitingPieces(items, framework, rulesOf(found, stored.program));
  const { timeZone, assessors } = stored.program;
  return { name: found.apprentice.name, timeZone, groups, items, framework, roster: assessors };
}

const desk = defineRoute(
  {
    method: 'get',
    path: '/assess/{enrollment}',
    summary: "One apprentice's evidence that waits for an assessor",
    access: { assessor: 'any' },
    request: { params: z.object({ enrollment: enrollmentIdSchema }) },
    responses: { 200: { description: 'The page' } },
    page: true,
  },
  async (call) => {
    const { who, params } = call;
    const read = await readDesk(call, who.program, params.enrollment, who.actor);
    if ('outcome' in read) return read;
    const frame = frameOf(call);
    return page(call, frame, deskPage(frame, { ...read, enrollment: params.enrollment, form: emptyForm }));
  },
);

const decide = defineRoute(
  {
    method: 'post',
    unconditional: 'each piece in the form carries a hash of itself, which must still be its own',
    path: '/assess/{enrollment}',
    summary: 'Records what an assessor decided',
    access: { assessor: 'any' },
    request: { params: z.object({ enrollment: enrollmentIdSchema }), body: sentForm() },
    responses: { 303: { description: 'On with what waits' }, 422: { description: 'The form, with what is wrong' } },
    page: true,
  },
  async (call) => {
    const { ports, who, params, body } = call;
    const ref = { program: who.program, enrollment: params.enrollment };
    const read = await readDesk(call, who.program, params.enrollment, who.actor);
    if ('outcome' in read) return read;
    const frame = frameOf(call);
    const { t } = frame.words;
    const again = (errors: FormState['errors']) => {
      const model = { ...read, enrollment: params.enrollment, form: { values: body, errors } };
      return page(call, frame, deskPage(frame, model), 422);
    };
    const { decisions, changed } = readDecisions(read.groups, body);
    const gone = decidedMeanwhile(read.groups, read.framework, body);
    if (decisions.length === 0) {
      const messages = [
        ...(changed > 0 ? [t('assess.changed')] : []),
        ...(gone.length > 0 ? [goneText(frame.words, read, assessorsOf(gone, read.items, ref), who.actor)] : []),
      ];
      return again((messages.length > 0 ? messages : [t('assess.nothing_chosen')]).map((message) => ({ message })));
    }
    const verdicts = await assessEvidence(
      ports,
      ref,
      decisions.map((decision) => ({ ...decision, assessor: who.actor })),
    );
    const refusals = verdicts.flatMap((verdict) => (verdict.outcome === 'refused' ? [verdict.code] : []));
    if (refusals.length === verdicts.length)
      return again([...new Set(refusals)].map((code) => ({ message: refusalText(frame.words, code) })));
    const isAll = decisions.length === countPieces(read.groups) && refusals.length === 0;
    const key = refusals.length + changed + gone.length > 0 ? 'done.partly_assessed' : 'done.assessed';
    return goTo(call, isAll ? '/assess' : `/assess/${params.enrollment}`, { kind: 'done', key });
  },
);

/** Assessors of one program may know who of them decided; a piece that nobody decided was taken back. */
function goneText(words: Words, { roster }: Desk, assessors: readonly string[], self: string): string {
  if (assessors.length === 0) return words.t('assess.gone');
  const names = assessors.map((id) =>
    id === self ? words.t('assess.you') : (roster.find((each) => each.id === id)?.name ?? id),
  );
  return words.t('assess.decided_meanwhile', { who: new Intl.ListFormat(words.language).format(names) });
}

const countPieces = (groups: readonly PieceGroup[]) => groups.reduce((sum, { pieces }) => sum + pieces.length, 0);

export const assessRoutes = [queue, desk, decide];
