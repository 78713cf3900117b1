/**
 * What acts advise, for callers of the API. Acts name commands, since whoever runs the command line has nothing else; a
 * test holds this table to every act that a route calls.
 */
const remedies: readonly (readonly [string, string])[] = [
  // The longer phrase goes before the command within it.
  ['`status` shows those there are', '`GET /enrollments/{enrollment}/deliveries` shows those there are'],
  ['`status --history` shows it', 'an auditor sees where on the page of the record'],
  ['`status`', '`GET /enrollments/{enrollment}/progress`'],
  ['`credentials` lists them', '`GET /credentials?enrollment=` lists them'],
  ['`revoke`', '`POST /credentials/{credential}/revocation`'],
  ['`reissue`', '`POST /enrollments/{enrollment}/reissues`'],
  ['`program list`', '`GET /programs`'],
  ['`program show`', '`GET /frameworks/{id}/{version}`'],
  ['with `program load`', 'from the command line (`program load`)'],
  ['`evidence list`', '`GET /enrollments/{enrollment}/evidence`'],
  ['its date is `enroll --enrolled-on`', 'its date is the `enrolledOn` that it was enrolled with'],
];

export function inApiWords(message: string): string {
  return remedies.reduce((text, [command, route]) => text.replaceAll(command, route), message);
}
