import * as z from 'zod';
import { exactly } from './exactly.ts';

/** An organisation's certificate, those between it and its root, and the root. */
const maxCertificates = 6;
/** A certificate of an RSA-4096 authority has some 3,000. */
const maxPemCharacters = 8_000;

/** Plain http carries a time stamp safely, being signed itself, but tells anyone on the way what is issued when. */
function isSafe(url: string): boolean {
  // What is no address at all has been said already.
  if (!URL.canParse(url)) return true;
  const { protocol, hostname, username, password } = new URL(url);
  // A password here would be published with the program; a request with one is refused anyway.
  if (username !== '' || password !== '') return false;
  return protocol !== 'http:' || /^(localhost|\[::1\]|127(\.\d{1,3}){3})$/.test(hostname);
}

/**
 * How a program's certificates are signed. Without it they carry the deployment's self-signed certificate: whole and
 * checkable against our published key, but of a signer that no PDF reader knows.
 */
export const signingSchema = () =>
  exactly({
    /** PEM: the certificate of the deployment's signing key, then the one that issued it, and so on. */
    certificates: z
      .array(
        z
          .string()
          .check(
            z.maxLength(maxPemCharacters),
            z.regex(
              /^-----BEGIN CERTIFICATE-----\r?\n[A-Za-z0-9+/=\r\n]+-----END CERTIFICATE-----\s*$/,
              'one certificate in PEM, from its BEGIN line to its END line',
            ),
          ),
      )
      .check(z.minLength(1), z.maxLength(maxCertificates)),
    /** An RFC 3161 server, which each signature is shown to before the certificate is issued. */
    timestampUrl: z
      .url({ protocol: /^https?$/ })
      .max(200)
      .refine(isSafe, { error: 'an https address without a user or password (http only for a server on this machine)' })
      .optional(),
  });
export type Signing = z.infer<ReturnType<typeof signingSchema>>;
