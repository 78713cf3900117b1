import { evidencePartition, parseEvidenceKeys } from '../../functions/domain/evidence.ts';
import type { FoundRecord } from './aftermath.ts';
import type { Apprentice } from './histories.ts';
import type { Fail } from './judges.ts';

/**
 * However often somebody asked again, each thing that a history has done is there once: by what is handed in and judged
 * for each requirement, and by the certificates and the emails that only a person brings about.
 */
export function judgeOnce({ ref, deeds }: Apprentice, { record, evidence }: FoundRecord, fail: Fail): void {
  const promise = 'what is asked for again is done once';
  const places = evidence.flatMap(({ sk }) => parseEvidenceKeys(evidencePartition(ref), sk) ?? []);
  const done = (act: 'submit' | 'assess' | 'delete-by-hand' | 'withdraw', requirement: string) =>
    deeds.filter((deed) => deed.do === act && 'requirement' in deed && deed.requirement === requirement).length;
  for (const requirement of new Set(deeds.flatMap((deed) => ('requirement' in deed ? [deed.requirement] : [])))) {
    // Garbage is nobody's piece.
    const own = places.filter((each) => each.requirement === requirement && !each.evidence.startsWith('garbage'));
    const there = (part: string) => own.filter((each) => each.part === part).length;
    const expected = {
      evidence: done('submit', requirement) - done('delete-by-hand', requirement),
      assessment: done('assess', requirement),
      withdrawal: done('withdraw', requirement),
    };
    for (const [part, times] of Object.entries(expected))
      if (there(part) !== times) fail(promise, `${requirement}: ${there(part)} times ${part}, not ${times}`);
  }
  const asked = (act: 'reissue' | 'resend') => deeds.filter((deed) => deed.do === act).length;
  const anew = record.credentials.filter(({ achievement, replaces }) => achievement === 'completion' && replaces);
  const again = record.deliveries.filter(({ resendOf }) => resendOf !== undefined);
  if (again.length !== asked('resend')) fail(promise, `${again.length} emails sent again`);
  if (asked('reissue') > 0 && anew.length !== asked('reissue')) fail(promise, `issued anew ${anew.length} times`);
}
