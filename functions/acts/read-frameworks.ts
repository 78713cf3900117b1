import type { Enrollment } from '../domain/enrollment.ts';
import type { Framework } from '../domain/framework.ts';
import type { RecordStore } from '../ports/record-store.ts';

type Pinned = Pick<Enrollment, 'framework'>;

/** The framework version that each of some enrollments is pinned to; each version is read once: a program follows one or two. */
export async function readFrameworks(
  store: Pick<RecordStore, 'readFramework'>,
  enrollments: readonly Pinned[],
): Promise<(enrollment: Pinned) => Framework | undefined> {
  const refs = new Map(enrollments.map(({ framework }) => [framework.hash, framework]));
  const read = await Promise.all([...refs].map(async ([hash, ref]) => [hash, await store.readFramework(ref)] as const));
  const frameworks = new Map(read);
  return ({ framework }) => frameworks.get(framework.hash);
}
