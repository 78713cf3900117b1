import { oid, sequence } from './der.ts';

/** The identifiers that a signature is made of, encoded; the numbers are those of the RFC beside each. */
export const oids = {
  /** RFC 5652 */
  data: oid('1.2.840.113549.1.7.1'),
  signedData: oid('1.2.840.113549.1.7.2'),
  contentType: oid('1.2.840.113549.1.9.3'),
  messageDigest: oid('1.2.840.113549.1.9.4'),
  /** RFC 5035 */
  signingCertificateV2: oid('1.2.840.113549.1.9.16.2.47'),
  /** RFC 3161 */
  signatureTimeStamp: oid('1.2.840.113549.1.9.16.2.14'),
  timeStampInfo: oid('1.2.840.113549.1.9.16.1.4'),
  /** RFC 2986, 2985 */
  extensionRequest: oid('1.2.840.113549.1.9.14'),
  /** RFC 5280 */
  subjectKeyIdentifier: oid('2.5.29.14'),
  keyUsage: oid('2.5.29.15'),
  basicConstraints: oid('2.5.29.19'),
  authorityKeyIdentifier: oid('2.5.29.35'),
  /** RFC 4519, by the short names that certificates go by. */
  CN: oid('2.5.4.3'),
  serialNumber: oid('2.5.4.5'),
  C: oid('2.5.4.6'),
  L: oid('2.5.4.7'),
  ST: oid('2.5.4.8'),
  O: oid('2.5.4.10'),
  OU: oid('2.5.4.11'),
} as const;

/** RFC 5754: without parameters. */
export const sha256Algorithm = sequence(oid('2.16.840.1.101.3.4.2.1'));
/** RFC 5758: without parameters. */
export const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));
