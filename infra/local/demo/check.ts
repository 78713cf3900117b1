import { readFileSync } from 'node:fs';
import type { DemoProgram } from './program-files.ts';
import type { ApprenticeOutcome, RefusedResult } from './results.ts';

/**
 * Whether the demo did what the samples say: each apprentice complete with one certificate, a signed PDF, in force, its email delivered and its code verified, the
 * ledger whole, and only the malformed items refused.
 *
 * @returns a sentence for each thing that is not as it should be
 */
export function findSurprises(
  demo: DemoProgram,
  outcomes: readonly ApprenticeOutcome[],
  refused: readonly RefusedResult[],
): string[] {
  const surprises = outcomes.flatMap(apprenticeSurprises);
  const malformed = demo.sample.steps.flatMap((step) => (step.do === 'put-raw' ? [step.evidence] : []));
  for (const { result } of outcomes) {
    const found = refused.filter(({ enrollmentId }) => enrollmentId === result.enrollmentId);
    const missing = malformed.filter(
      (evidence) => !found.some((each) => each.evidence === evidence && each.code === 'item.malformed'),
    );
    const others = found.filter((each) => !malformed.includes(each.evidence));
    surprises.push(...missing.map((evidence) => `${result.enrollmentId}: the malformed ${evidence} was not set aside`));
    surprises.push(...others.map(({ evidence, code }) => `${result.enrollmentId}: ${evidence} was refused (${code})`));
  }
  return surprises;
}

function apprenticeSurprises({ result, status, unsigned, unverified }: ApprenticeOutcome): string[] {
  const { enrollment, credentials, explanation, chainFault } = status;
  const { enrollmentId: id } = result;
  const active = enrollment.pointers.completion?.active;
  const tests: [boolean, string][] = [
    [result.status === 'complete', `${id}: is ${result.status}; ${explanation.missing.length} things are missing`],
    [
      active !== undefined && !active.suspended,
      `${id}: no certificate is in force (${explanation.credential.because})`,
    ],
    [
      credentials.filter(({ achievement }) => achievement === 'completion').length === 1,
      `${id}: ${credentials.length} certificates instead of one`,
    ],
    [result.pdfs.length === credentials.length && result.pdfs.every(isPdf), `${id}: a certificate has no PDF`],
    [
      result.deliveries.length > 0 && result.deliveries.every(({ state }) => state === 'delivered'),
      `${id}: email ${result.deliveries.map(({ state }) => state).join(', ') || 'missing'}`,
    ],
    [unsigned.length === 0, `${id}: a certificate is not signed by the stack's key: ${unsigned.join(', ')}`],
    [unverified.length === 0, `${id}: a certificate's page does not say that it is in force: ${unverified.join(', ')}`],
    [chainFault === undefined, `${id}: the ledger's chain is broken`],
  ];
  return tests.flatMap(([holds, otherwise]) => (holds ? [] : [otherwise]));
}

function isPdf(file: string): boolean {
  return readFileSync(file).subarray(0, 5).toString() === '%PDF-';
}
