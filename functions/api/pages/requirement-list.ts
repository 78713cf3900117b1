import { html } from 'hono/html';
import type { Missing } from '../../domain/completion.ts';
import { type Framework, type Requirement, requirementsOf } from '../../domain/framework.ts';
import type { DescribedProgress } from '../../domain/progress-description.ts';
import type { TextKey, Words } from './language.ts';
import { bdi, type Html, nothing } from './markup.ts';
import { bar, mark, type Tone } from './standing-mark.ts';

/** One requirement as a page shows it. `text` undefined: sensitive, and this page does not show it. */
export type RequirementLine = {
  id: string | undefined;
  text: string | undefined;
  code: string | undefined;
  status: 'met' | 'awaiting' | 'not-met' | 'unsettled' | 'missing' | 'lapsed' | 'not-yet-valid';
  since: string | undefined;
  /** The last day of a required certificate. */
  until: string | undefined;
};
export type RequirementGroup = {
  kind: 'set' | 'courses' | 'certificates';
  text: string | undefined;
  met: number;
  lines: RequirementLine[];
};

type Described = Readonly<Record<string, DescribedProgress>>;

/** A record by skill set. What is sensitive keeps its place and shows no text unless it was asked for. */
export function requirementGroups(
  framework: Framework,
  progress: Described,
  missing: readonly Missing[],
  show: boolean,
): RequirementGroup[] {
  const why = new Map(missing.flatMap((item) => ('policy' in item ? [] : [[item.requirement, item.why] as const])));
  const all = [...requirementsOf(framework).values()];
  const line = (requirement: Requirement): RequirementLine => {
    const open = show || !requirement.sensitive;
    const now = progress[requirement.id];
    const reason = why.get(requirement.id);
    const until = now?.status === 'met' ? lastDay(now) : undefined;
    return {
      id: open ? requirement.id : undefined,
      text: open ? requirement.display : undefined,
      code: open ? requirement.code : undefined,
      status:
        now?.status === 'met' && (reason === 'lapsed' || reason === 'not-yet-valid')
          ? reason
          : (now?.status ?? 'missing'),
      since: now?.status === 'met' ? now.since : undefined,
      until,
    };
  };
  const group = (kind: RequirementGroup['kind'], text: string | undefined, of: Requirement[]): RequirementGroup[] =>
    of.length === 0
      ? []
      : [{ kind, text, met: of.filter(({ id }) => progress[id]?.status === 'met').length, lines: of.map(line) }];
  return [
    ...framework.skillSets.flatMap((set) =>
      group(
        'set',
        show || !set.sensitive ? (set.display ?? set.text) : undefined,
        all.filter((r) => r.set === set.id),
      ),
    ),
    ...group(
      'courses',
      undefined,
      all.filter(({ kind }) => kind === 'course'),
    ),
    ...group(
      'certificates',
      undefined,
      all.filter(({ kind }) => kind === 'certificate'),
    ),
  ];
}

function lastDay(progress: Extract<DescribedProgress, { status: 'met' }>): string | undefined {
  if (!progress.intervals || progress.intervals.some(({ to }) => to === undefined)) return undefined;
  return progress.intervals
    .flatMap(({ to }) => to ?? [])
    .sort()
    .at(-1);
}

const tones: Record<RequirementLine['status'], Tone> = {
  met: 'good',
  awaiting: 'calm',
  missing: 'calm',
  'not-met': 'bad',
  unsettled: 'watch',
  lapsed: 'watch',
  'not-yet-valid': 'watch',
};

/** Each group folds; those that are complete begin folded. */
export function requirementList(words: Words, groups: readonly RequirementGroup[], timeZone: string): Html {
  return html`${groups.map((group) => {
    const title = groupTitle(words, group);
    const isComplete = group.met === group.lines.length;
    return html`<details class="set"${isComplete ? nothing : html` open`}>
<summary><span class="set-title">${title}</span><span class="progress">${bar(words.t('person.progress_of', { what: title }), group.met, group.lines.length)}<span>${words.t('person.met_of', { met: group.met, of: group.lines.length })}</span></span></summary>
<ul class="requirements">${group.lines.map((line) => requirementLine(words, line, timeZone))}</ul>
</details>`;
  })}`;
}

export function groupTitle({ t }: Words, { kind, text }: Pick<RequirementGroup, 'kind' | 'text'>): string {
  if (kind === 'courses') return t('person.courses');
  if (kind === 'certificates') return t('person.certificates');
  return text ?? t('person.sensitive_set');
}

function requirementLine(words: Words, line: RequirementLine, timeZone: string): Html {
  const { t } = words;
  const text = line.text === undefined ? html`<em>${t('person.sensitive')}</em>` : bdi(line.text);
  const when =
    line.since === undefined
      ? nothing
      : html` <time datetime="${line.since}">${words.moment(line.since, timeZone)}</time>`;
  const until =
    line.until === undefined ? nothing : html` <span>${t('person.until', { on: words.day(line.until) })}</span>`;
  return html`<li><span class="text">${text}</span><span class="state">${mark(tones[line.status], t(`requirement.${line.status.replaceAll('-', '_')}` as TextKey))}${when}${until}</span></li>`;
}
