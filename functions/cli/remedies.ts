import type { Refused } from '../acts/refusal.ts';
import type { Remedy } from '../domain/remedy.ts';

/** What to do next, as commands. */
const words: { [N in Remedy['next']]: (remedy: Extract<Remedy, { next: N }>) => string } = {
  'see-missing': () => '`status` says what is missing',
  'see-history': () => '`status --history` shows it',
  'list-credentials': () => '`credentials` lists those there are',
  'list-emails': () => '`status` shows those there are',
  'list-evidence': () => '`evidence list` shows what was submitted',
  'list-programs': () => '`program list` shows those there are',
  'list-requirements': () => 'use an id that `program show` lists',
  'list-parked': () => '`parked list` shows what is',
  'list-refused-evidence': () => '`evidence refused` shows what is left',
  reissue: () => 'to correct what was issued, use `reissue`',
  revoke: () => 'to take the certificate back, use `revoke`',
  'load-program': ({ again }) => `load it ${again ? 'again' : 'first'} with \`program load\``,
  'correct-contact': () => 'correct its contact with `program load`',
  'void-assessor': () => '`audit assessor-impact --apply` does it',
  'enroll-again': () => 'where it is meant, `enroll --again` does it',
  'see-enrollment-day': () => 'its day is `enroll --enrolled-on`',
};

/** A refusal with its remedy said; what has none stays as it is. */
export function inCommands<V extends object>(verdict: V | Refused): V | Refused {
  if (!('remedy' in verdict) || verdict.remedy === undefined) return verdict;
  const { remedy, message, ...refused } = verdict as Refused & { remedy: Remedy };
  return { ...refused, message: `${message}; ${(words[remedy.next] as (remedy: Remedy) => string)(remedy)}` };
}
