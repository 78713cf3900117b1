import type { Refused } from '../acts/refusal.ts';
import type { Remedy } from '../domain/remedy.ts';

/** What to do next, as routes; of what only the command line does, the command. */
const words: { [N in Remedy['next']]: (remedy: Extract<Remedy, { next: N }>) => string } = {
  'see-missing': ({ enrollment }) => `\`GET /enrollments/${enrollment}/progress\` says what is missing`,
  'see-history': () => 'an auditor sees where on the page of the record',
  'list-credentials': ({ enrollment }) => `\`GET /credentials?enrollment=${enrollment}\` lists those there are`,
  'list-emails': ({ enrollment }) => `\`GET /enrollments/${enrollment}/deliveries\` shows those there are`,
  'list-evidence': ({ enrollment }) => `\`GET /enrollments/${enrollment}/evidence\` shows what was submitted`,
  'list-programs': () => '`GET /programs` shows the one that your token names',
  'list-requirements': () => 'use an id that `GET /frameworks/{id}/{version}` lists',
  'list-parked': () => 'the page of the record shows what is',
  'list-refused-evidence': () => 'the command line shows what is left (`evidence refused`)',
  reissue: ({ enrollment }) => `to correct what was issued, use \`POST /enrollments/${enrollment}/reissues\``,
  revoke: ({ credential = '{credential}' }) =>
    `to take the certificate back, use \`POST /credentials/${credential}/revocation\``,
  'load-program': ({ again }) => `load it ${again ? 'again' : 'first'} from the command line (\`program load\`)`,
  'correct-contact': () => 'correct its contact from the command line (`program load`)',
  'void-assessor': () => 'the command line does it (`audit assessor-impact`)',
  'enroll-again': () => 'where it is meant, send `again` as true',
  'see-enrollment-day': () => 'its day is the `enrolledOn` that it was enrolled with',
};

/** A refusal as a verdict of a batch says it. */
export const inRoutes = ({ remedy, message, ...refused }: Refused): Refused => ({
  ...refused,
  message: sentenceOf({ message, ...(remedy && { remedy }) }),
});

/** A refusal's sentence with its remedy, where it has one. */
export function sentenceOf({ message, remedy }: Pick<Refused, 'message' | 'remedy'>): string {
  return remedy === undefined ? message : `${message}; ${(words[remedy.next] as (remedy: Remedy) => string)(remedy)}`;
}
