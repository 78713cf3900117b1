// Reads what `npm run --silent demo -- --json` printed and says whether it is what the README promises.
import { readFileSync } from 'node:fs';

const text = readFileSync(process.argv[2], 'utf8');
const lines = text.trimEnd().split('\n');
const faults = [];
const expect = (what, holds) => {
  if (!holds) faults.push(what);
};

expect('one line on standard output', lines.length === 1);
const result = JSON.parse(lines.at(-1));
const counts = result.programs.map((p) => [p.skillSets, p.skills, p.courses, p.certificates].join('/'));
expect(`both programs whole (${counts})`, counts.join(' ') === '18/104/0/0 19/111/11/2');
for (const apprentice of result.programs.flatMap((p) => p.apprentices)) {
  expect(`${apprentice.enrollmentId} complete`, apprentice.status === 'complete');
  expect(`${apprentice.enrollmentId} has one credential`, apprentice.credentialIds.length === 1);
  expect(
    `${apprentice.enrollmentId} delivered`,
    apprentice.deliveries.length === 1 && apprentice.deliveries[0].state === 'delivered',
  );
  expect(`${apprentice.enrollmentId} verified by its code`, apprentice.verifiedAt.length === 1);
  for (const pdf of apprentice.pdfs) expect(`${pdf} is a PDF`, readFileSync(pdf).subarray(0, 5).toString() === '%PDF-');
}
expect(
  'something refused, with a reason',
  result.refused.length >= 1 && result.refused.every((r) => r.code && r.reason),
);

for (const fault of faults) process.stderr.write(`demo: not so: ${fault}\n`);
if (faults.length === 0) process.stdout.write('demo: the result is as promised\n');
process.exitCode = faults.length === 0 ? 0 : 1;
