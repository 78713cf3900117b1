import type { Status } from '../acts/status.ts';
import { requirementsOf } from '../domain/framework.ts';
import type { Mask } from '../domain/masking.ts';
import { asideText } from './aside-text.ts';
import { credentialRow, deliveryRow } from './credential-text.ts';
import { lapseRows } from './lapses.ts';
import { localMoment, localMoments } from './moments.ts';
import { bar, type Cell, counted, heading, type Page, table } from './page.ts';
import { missingLines } from './reasons.ts';

/** An enrollment on one screen: who, how far, what is missing and why, what was issued and sent, what was refused. */
export function statusText(page: Page, status: Status, mask: Mask): string {
  const sections = [
    head(page, status, mask),
    section(page, 'Skill sets', skillSetRows(status, mask)),
    section(page, 'Courses and required certificates', otherRows(status, mask)),
    missing(page, status, mask),
    ...(status.at === undefined ? present(page, status, mask) : []),
    ledgerLine(page, status),
  ];
  return sections.filter((text) => text !== '').join('\n\n');
}

/** What is told of the present alone: a past view leaves it out. */
function present(page: Page, status: Status, mask: Mask): string[] {
  const { credentials, deliveries, lapses, framework, program } = status;
  return [
    section(page, 'Lapsed since the completion, which stands', lapseRows(lapses, framework, mask)),
    section(
      page,
      'Credentials',
      credentials.map((credential) => credentialRow(credential, program, mask)),
    ),
    section(
      page,
      'Email',
      deliveries.map((delivery) => deliveryRow(delivery, program.timeZone)),
    ),
    refused(page, status, mask),
  ];
}

function section(page: Page, title: string, rows: Parameters<typeof table>[1]): string {
  return rows.length === 0 ? '' : `${heading(page, title)}\n${table(page, rows)}`;
}

function head(page: Page, status: Status, mask: Mask): string {
  const { enrollment, program, framework, at, standing, explanation } = status;
  const { apprentice } = enrollment;
  const { met, of } = explanation;
  const percent = of === 0 ? 0 : Math.floor((met / of) * 100);
  const completed = standing.completion ? `, completed ${standing.completion.on}` : '';
  return [
    `${page.paint('bold', apprentice.name)}  ${mask.email(apprentice.email)}  (${apprentice.id})`,
    `${program.name} (${program.id}), enrollment ${enrollment.enrollment}`,
    `Enrolled ${enrollment.enrolledOn}${completed}, framework ${framework.id} ${framework.version}`,
    ...(standing.left ? [`Left ${localMoment(standing.left.at, program.timeZone)} (${standing.left.code})`] : []),
    ...(at === undefined ? [] : [`As it was at ${localMoment(at, program.timeZone)}`]),
    '',
    `${bar(met, of, 40)}  ${met} of ${of} met, ${percent} %, ${standing.status}`,
    `Certificate: ${credentialSentence(explanation.credential, program.timeZone)}`,
  ].join('\n');
}

/** Its instants, told in the program's time zone. */
function credentialSentence({ state, because }: Status['explanation']['credential'], timeZone: string): string {
  const words = state === 'none' || state === 'waiting' ? 'not issued' : state.replace('-', ' ');
  return `${words}: ${localMoments(because, timeZone)}`;
}

function skillSetRows({ explanation }: Status, mask: Mask): Cell[][] {
  return explanation.skillSets.map(({ id, text, met, of, complete }) => {
    const hidden = mask.ids(id) !== id;
    return [
      { text: hidden ? '' : id },
      { text: bar(met, of), ...(complete && { style: 'green' as const }) },
      { text: `${met}/${of}`, align: 'right' },
      { text: mask.textOf(id, text) },
    ];
  });
}

function otherRows({ standing, framework }: Status, mask: Mask): Cell[][] {
  const others = [...requirementsOf(framework).values()].filter((requirement) => requirement.kind !== 'skill');
  return others.map(({ id, display }) => {
    const progress = standing.progress[id];
    const hidden = mask.ids(id) !== id;
    return [{ text: hidden ? '' : id }, statusCell(progress?.status), { text: mask.textOf(id, display) }];
  });
}

const statusWords: Record<string, string> = {
  met: 'met',
  'not-met': 'not met',
  awaiting: 'waiting',
  unsettled: 'unsettled',
};

function statusCell(status: string | undefined): Cell {
  if (status === 'met') return { text: 'met', style: 'green' };
  return { text: (status && statusWords[status]) ?? 'missing', style: status === 'not-met' ? 'red' : 'dim' };
}

function missing(page: Page, { explanation, framework }: Status, mask: Mask): string {
  const lines = missingLines(explanation.missing, framework, mask);
  if (lines.length === 0) return '';
  const rows = lines.map(({ ids, why, text }): Cell[] => [{ text: ids }, { text: why, style: 'yellow' }, { text }]);
  return `${heading(page, `Missing (${explanation.missing.length})`)}\n${table(page, rows)}`;
}

function refused(page: Page, { aside, program }: Status, mask: Mask): string {
  if (aside.length === 0) return '';
  return `${heading(page, 'Refused')}\n${asideText(page, aside, mask, program.timeZone)}`;
}

function ledgerLine(page: Page, { ledger, chainFault }: Status): string {
  const entries = counted(ledger.length, 'entry', 'entries');
  if (!chainFault) return page.paint('dim', `Ledger: ${entries}, the chain is unbroken (--history shows them)`);
  return page.paint(
    'red',
    `Ledger: ${entries}, BROKEN at ${chainFault.seq} (${chainFault.fault}): somebody changed it`,
  );
}
