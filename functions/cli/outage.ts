import type { AdapterError } from '../ports/adapter-error.ts';
import type { Connection } from './connect.ts';

/** What to do about a call that did not come back, by the name of what went wrong. */
const remedies: Record<string, string> = {
  CredentialsProviderError: 'there are no AWS credentials here; sign in (`aws sso login`) or set AWS_PROFILE',
  ExpiredToken: 'the AWS credentials have expired; sign in again',
  ExpiredTokenException: 'the AWS credentials have expired; sign in again',
  UnrecognizedClientException: 'AWS does not know these credentials; sign in to the account named above',
  AccessDeniedException: 'these AWS credentials may not do that; ask for the operator role',
  AccessDenied: 'these AWS credentials may not do that; ask for the operator role',
  ResourceNotFoundException: 'there is no such table; deploy first, or give the outputs of the right stack',
  NoSuchBucket: 'there is no such bucket; deploy first, or give the outputs of the right stack',
};

/** One sentence for people: what did not answer, and what to do. */
export function describeOutage(
  error: AdapterError,
  connection: Pick<Connection, 'placeOf' | 'local'> | undefined,
): string {
  const name = causeName(error);
  const where = connection?.placeOf(error.code) ?? 'the stack';
  const again = connection?.local ? 'look at what `npm run local` says, or start it again' : 'try again in a moment';
  return `${where}: ${error.message}; ${remedies[name] ?? again}`;
}

function causeName({ cause }: AdapterError): string {
  return cause instanceof Error ? cause.name : '';
}
