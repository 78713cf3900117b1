import { leaseSeconds } from '../../functions/domain/delivery.ts';
import { maxExportAttempts } from '../../functions/domain/export-job.ts';
import type { SentEmail } from './aftermath.ts';
import type { FoundBundle } from './bundles.ts';
import type { Fail } from './judges.ts';

export type BundleCounts = Record<'asked' | 'verified' | 'failed' | 'expired' | 'emails' | 'twice', number>;

/**
 * Every bundle that was asked for is settled: fetched by its link with the bytes that its job names, and sound by its
 * own verifier; or failed with its reason; or its week is over. Whoever was to be told of it was, by one email.
 */
export function judgeBundle(
  bundle: FoundBundle,
  emails: readonly SentEmail[],
  now: string,
  counts: BundleCounts,
  fail: Fail,
): void {
  const { job, fetched, verified } = bundle;
  counts.asked += 1;
  if (!job) {
    fail('every bundle is made, or says why not', 'there is no job');
    return;
  }
  judgeJob(bundle, now, counts, fail);
  if (job.state === 'done' && fetched === 'ready') {
    if (bundle.hash !== job.bundle?.sha256) fail('a bundle is what its job says', 'other bytes came by its link');
    if (verified?.exitCode !== 0)
      fail('a bundle verifies by itself', verified?.said.split('\n').at(-1) ?? 'nothing said');
    else counts.verified += 1;
  }
  judgeNews(bundle, emails, counts, fail);
}

function judgeJob({ job, fetched }: FoundBundle, now: string, counts: BundleCounts, fail: Fail): void {
  const promise = 'every bundle is made, or says why not';
  const { state, reason, attempt = 0, bundle } = job ?? {};
  if (state !== 'done' && state !== 'failed') {
    fail(promise, `still ${state}`);
    return;
  }
  if (attempt < 1 || attempt > maxExportAttempts) fail(promise, `begun ${attempt} times`);
  if (state === 'failed') {
    counts.failed += 1;
    if (reason === undefined) fail(promise, 'failed without a reason');
    if (fetched !== 'export.not-ready') fail(promise, `failed, and its link is ${fetched}`);
    return;
  }
  const isOver = (bundle?.expiresAt ?? '') <= now;
  counts.expired += Number(isOver);
  if (fetched !== (isOver ? 'export.expired' : 'ready')) fail(promise, `done, and its link is ${fetched}`);
  if (bundle?.found !== 0) fail('a bundle verifies by itself', `${bundle?.found} places do not fit its checkpoint`);
}

/** At least once where the mail service took it; twice only where a lease had run out between the two. */
function judgeNews({ job }: FoundBundle, emails: readonly SentEmail[], counts: BundleCounts, fail: Fail): void {
  const promise = 'who asked for a bundle is told of it';
  const { notice } = job ?? {};
  if (notice?.state === 'refused') {
    if (notice.reason === undefined) fail(promise, 'refused without a reason');
  } else if (notice?.state !== 'sent') fail(promise, `the email is ${notice?.state ?? 'nowhere'}`);
  else if (emails.length === 0) fail(promise, 'sent, and no email');
  if (notice?.address !== undefined) fail(promise, 'its address is kept still');
  const times = emails.map(({ at }) => at).sort((a, b) => a - b);
  counts.emails += times.length;
  for (const [i, at] of times.entries()) {
    const before = times[i - 1];
    if (before === undefined) continue;
    counts.twice += 1;
    const apart = (at - before) / 1000;
    if (apart < leaseSeconds - 1) fail('a duplicate only inside the crash window', `${apart} s after the other`);
  }
}
