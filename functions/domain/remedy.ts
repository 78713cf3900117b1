type Next<N extends string, With extends object = object> = N extends string ? { next: N } & With : never;

/**
 * What somebody who was refused can do next. Each edge has its own words for it: the command line a command, the API a
 * route. Pages have theirs by the refusal's code.
 */
export type Remedy =
  | Next<'see-missing' | 'see-history' | 'list-credentials' | 'list-emails' | 'list-evidence', { enrollment: string }>
  | Next<'reissue', { enrollment: string }>
  | Next<'revoke', { credential: string | undefined }>
  /** `again`: it was loaded before. */
  | Next<'load-program', { again: boolean }>
  | Next<'list-programs' | 'list-requirements' | 'list-parked' | 'list-refused-evidence'>
  | Next<'correct-contact' | 'see-enrollment-day' | 'void-assessor' | 'enroll-again'>;
