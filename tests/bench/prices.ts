import type { Usage } from './units.ts';

/** List prices, US East (N. Virginia), on demand, in dollars; read in November 2026 from the pages named. */
const prices = {
  /** aws.amazon.com/dynamodb/pricing/on-demand */
  writeUnit: 0.625 / 1e6,
  readUnit: 0.125 / 1e6,
  /** aws.amazon.com/sqs/pricing (standard queues); a message is sent, received and deleted */
  sqsRequest: 0.4 / 1e6,
  /** aws.amazon.com/s3/pricing (Standard): PUT, and what is priced like it; GET */
  s3Put: 0.005 / 1000,
  s3Get: 0.0004 / 1000,
  /** aws.amazon.com/kms/pricing: asymmetric requests except RSA 2048; symmetric requests */
  kmsSign: 0.15 / 10_000,
  kmsRequest: 0.03 / 10_000,
  /** aws.amazon.com/ses/pricing: outbound messages; gigabyte of attachments */
  email: 0.1 / 1000,
  attachmentGigabyte: 0.12,
  /** aws.amazon.com/lambda/pricing (Arm): request; gigabyte-second */
  lambdaRequest: 0.2 / 1e6,
  lambdaGigabyteSecond: 0.0000133334,
};

/** A generous invocation: half a second at 512 MB. */
const gigabyteSecondsPerInvocation = 0.25;

/** What one apprentice's usage comes to, by service and all told. */
export function dollars(usage: Usage): Record<string, number> {
  const sum = (by: Record<string, number>) => Object.values(by).reduce((a, b) => a + b, 0);
  const costs = {
    dynamodb: sum(usage.write) * prices.writeUnit + sum(usage.read) * prices.readUnit,
    sqs: usage.messages * 3 * prices.sqsRequest,
    // Stored, read once for the email; locked and untagged are priced like PUTs.
    s3: usage.documents * (3 * prices.s3Put + prices.s3Get),
    kms: usage.signatures * prices.kmsSign + (usage.documents * 2 + usage.messages * 2) * prices.kmsRequest,
    ses: usage.emails * prices.email + (usage.documentBytes / 1e9) * prices.attachmentGigabyte,
    lambda: usage.invocations * (prices.lambdaRequest + gigabyteSecondsPerInvocation * prices.lambdaGigabyteSecond),
  };
  return { ...costs, total: Object.values(costs).reduce((a, b) => a + b, 0) };
}
