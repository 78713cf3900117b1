import type { Credential } from '../../domain/credential.ts';

/**
 * The address that opens LinkedIn's "add licence or certification" form with its fields filled in. The holder follows it
 * and decides there; we send nothing. `certUrl` is the page on which anybody can check the certificate.
 */
export function linkedInAddress(
  credential: Pick<Credential, 'requestedAt' | 'code'>,
  words: { achievement: string; sponsor: string; verifyAddress: string },
): string {
  const [year = '', month = ''] = credential.requestedAt.split('-');
  const asked = new URLSearchParams({
    startTask: 'CERTIFICATION_NAME',
    name: words.achievement,
    organizationName: words.sponsor,
    issueYear: year,
    issueMonth: String(Number(month)),
    certUrl: words.verifyAddress,
    certId: credential.code,
  });
  return `https://www.linkedin.com/profile/add?${asked}`;
}
