import type { SubmitInput } from '../../functions/acts/evidence.ts';
import { addDays, civilDateOf, type Instant } from '../../functions/domain/time.ts';
import { timeZone } from '../support/small-world.ts';
import type { Apprentice, Deed } from './histories.ts';

/** What an apprentice hands in for a requirement; for the certificate, one that was got early on. */
export function submissionOf(
  { apprentice, enrolledOn }: Apprentice,
  { requirement, evidence, expiresOn }: Extract<Deed, { do: 'submit' }>,
  now: Instant,
): SubmitInput {
  const issuedOn = addDays(enrolledOn, 10);
  const isCertificate = requirement === 'cert-cpr';
  const certificate = { issuer: 'Red Cross', number: '1', issuedOn, ...(expiresOn && { expiresOn }) };
  return {
    requirement,
    evidence,
    submittedBy: apprentice.id,
    occurredOn: isCertificate ? issuedOn : addDays(civilDateOf(now, timeZone), -1),
    attestation: 'Shown on shift; the log has the entry.',
    ...(isCertificate && { certificate }),
  };
}
