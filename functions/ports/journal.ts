/**
 * Everything that the steps say, in one registry with stable codes. Ids and codes only: never a name, an address,
 * an evidence text or a message body.
 */
export const journalEvents = {
  'evaluate.committed': 'An evaluation was committed',
  'evaluate.unchanged': 'An evaluation found nothing new',
  'evaluate.set-aside': 'An item was set aside',
  'evaluate.unknown-enrollment': 'Evidence came for an enrollment that does not exist',
  'evaluate.completion': 'A completion was reached',
  'evaluate.suspended': 'A credential was suspended: its basis fell away',
  'evaluate.reinstated': 'A credential was reinstated',
  'issue.issued': 'A credential was issued',
  'issue.repeated': 'A credential had been issued already; what follows was driven again',
  'issue.stale': 'A request is no longer pending',
  'issue.held': 'A credential is held back until its release',
  'issue.refused': 'The record differs from what was decided; evaluate was asked to look again',
  'issue.parked': 'A credential cannot be issued and waits for a person',
  'issue.waiting': 'A credential that waits for a person was asked for again; nothing was done',
  'deliver.sent': 'An email was handed to the mail service',
  'deliver.leased': 'Another worker is sending this email',
  'deliver.settled': 'A delivery needs nothing more',
  'deliver.cancelled': 'A delivery was cancelled: its credential is not in force',
  'deliver.deferred': 'The mail service refused for now',
  'deliver.parked': 'A delivery waits for a person',
  'feedback.applied': 'A mail event changed a delivery',
  'feedback.parked': 'A mail event parked a delivery: it waits for a person',
  'feedback.unchanged': 'A mail event changed nothing',
  'feedback.unknown': 'A mail event names no delivery of ours',
  'sweep.redriven': 'Something pending was driven again',
  'sweep.parked': 'Something pending was parked after too many tries',
  'sweep.recovered': 'A failed batch was handed back to evaluate',
  'sweep.unreadable': 'A failed batch cannot be read and stays for a person',
  'sweep.replayed': 'Evidence set aside was handed back to evaluate',
  'sweep.looked': 'Open enrollments were asked to be looked at afresh',
  'sweep.warned': 'A warning of a lapsing certificate was queued',
} as const;
export type JournalCode = keyof typeof journalEvents;

export type Journal = (code: JournalCode, fields?: Record<string, string | number | boolean>) => void;
