import { listNeeding, type Needing, stuckOf } from '../../acts/list-needs.ts';
import { readFrameworks } from '../../acts/read-frameworks.ts';
import type { Delivery } from '../../domain/delivery.ts';
import type { Enrollment, EnrollmentStatus } from '../../domain/enrollment.ts';
import type { Framework } from '../../domain/framework.ts';
import type { EnrollmentRef } from '../../domain/ids.ts';
import { type Need, needs } from '../../domain/needs.ts';
import type { Program } from '../../domain/program.ts';
import type { Instant } from '../../domain/time.ts';
import type { Page, RecordStore } from '../../ports/record-store.ts';
import { type CohortRow, cohortRow, type NeedGroup, needRow } from './cohort-model.ts';

/** Of each group, those that the first page names; the rest is a list of its own. */
export const shownOfGroup = 25;

type Asked = { store: RecordStore; program: Program; now: Instant };

/**
 * A page of one standing and, where it is the first, who in the whole program needs somebody. However many there are: a
 * request for each list, one for the enrollments of the page and one for those of the groups, one for the emails that
 * failed, and one for each version of the standards.
 */
export async function readCohort(
  asked: Asked,
  status: EnrollmentStatus,
  cursor: string | undefined,
): Promise<{ rows: CohortRow[]; cursor: string | undefined; groups: NeedGroup[] }> {
  const { store, program, now } = asked;
  const isFirst = cursor === undefined;
  const [listed, ...lists] = await Promise.all([
    store.listEnrollments(program.id, status, cursor),
    ...(isFirst ? needs : []).map((need) =>
      // The open that are longest unchanged are the page itself.
      need === 'stuck' && status === 'open' ? undefined : listNeeding(store, program, need, now),
    ),
  ]);
  const pages = lists.map((list) => list ?? stuckOf(listed, now));
  const firsts = pages.map(({ items }) => items.slice(0, shownOfGroup));
  const read = await readRecords(store, listed.items, firsts.flat());
  const rows = listed.items.flatMap((ref) => {
    const found = read(ref);
    return found ? [cohortRow(found.enrollment, program, found.framework, now)] : [];
  });
  const groups = pages.map(({ items, cursor }, i): NeedGroup => {
    const hasMore = items.length > shownOfGroup || cursor !== undefined;
    return groupOf(asked, needs[i] as Need, firsts[i] ?? [], read, hasMore);
  });
  return { rows, cursor: listed.cursor, groups };
}

/** A page of all who need somebody for one reason. */
export async function readNeeding(
  asked: Asked,
  need: Need,
  cursor: string | undefined,
): Promise<{ group: NeedGroup; cursor: string | undefined }> {
  const page: Page<Needing> = await listNeeding(asked.store, asked.program, need, asked.now, cursor);
  const read = await readRecords(asked.store, [], page.items);
  return { group: groupOf(asked, need, page.items, read, page.cursor !== undefined), cursor: page.cursor };
}

type FoundRecord = { enrollment: Enrollment; framework: Framework; emails: Delivery[] };
type Read = (ref: EnrollmentRef) => FoundRecord | undefined;

/** Of those whom a list names, whoever is still in need as their records were read. */
function groupOf(
  { program, now }: Asked,
  need: Need,
  items: readonly Needing[],
  read: Read,
  hasMore: boolean,
): NeedGroup {
  const rows = items.flatMap(({ ref }) => {
    const found = read(ref);
    return (found && needRow(need, found.enrollment, program, found.framework, found.emails, now)) ?? [];
  });
  return { need, rows, hasMore };
}

async function readRecords(
  store: RecordStore,
  listed: readonly EnrollmentRef[],
  needing: readonly Needing[],
): Promise<Read> {
  const onPage = new Set(listed.map(({ enrollment }) => enrollment));
  const others = needing.map(({ ref }) => ref).filter(({ enrollment }) => !onPage.has(enrollment));
  const [page, rest, emails] = await Promise.all([
    store.readEnrollments(listed.map(({ program, enrollment }) => ({ program, enrollment }))),
    store.readEnrollments(others),
    store.readDeliveries(needing.flatMap((each) => each.emails)),
  ]);
  const enrollments = new Map([...page, ...rest].map((each) => [each.enrollment, each]));
  const frameworkOf = await readFrameworks(store, [...enrollments.values()]);
  const emailsOf = Map.groupBy(emails, (each) => each.enrollment);
  return ({ enrollment: id }) => {
    const enrollment = enrollments.get(id);
    const framework = enrollment && frameworkOf(enrollment);
    return framework && { enrollment, framework, emails: emailsOf.get(id) ?? [] };
  };
}
