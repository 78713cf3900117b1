import { setTimeout as sleep } from 'node:timers/promises';
import { examineStack } from '../acts/doctor.ts';
import type { Finding } from '../acts/finding.ts';
import { refuseUnknownEnrollment } from '../acts/unknown-enrollment.ts';
import { kmsSignatureCheck } from '../adapters/aws/kms-signer.ts';
import { type Answer, refusal, usageFailure } from './answer.ts';
import { type AddCommand, addCommand, type Context } from './command.ts';
import { exitCodes } from './exit-codes.ts';
import { counted, heading, type Page } from './page.ts';
import { fitText, wrapText } from './text-width.ts';

type Flags = { program?: string; enrollment?: string };

/** So many findings are told one by one; the rest is counted. */
const mostTold = 1000;
/** What is under way comes to rest well within this. */
const settleMs = 2_000;

/** `doctor`: what is stored, against what it should be. */
export const addDoctor: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'doctor',
    summary: 'compare what is stored with what it should be, and say what to do',
    examples: [
      'doctor',
      'doctor --program staten-island-peer-specialist --json',
      'doctor --program harbor --enrollment enr-1',
    ],
    notes:
      'Progress against the evidence, pointers against credentials, documents, emails, ledgers against their checkpoints,\n' +
      'lists of who read what, dead letters, and what is overdue. Reads everything and changes nothing. Exits with 1 where anything is wrong.',
    options: (command) =>
      command.option('--program <id>', 'one program only').option('--enrollment <id>', 'one enrollment only'),
    run: diagnose,
  });

async function diagnose(context: Context, { program, enrollment }: Flags): Promise<Answer> {
  if (enrollment !== undefined && program === undefined)
    throw usageFailure('usage', '--enrollment: needs --program, whose enrollment it is');
  const connection = context.connect();
  if (program !== undefined && enrollment !== undefined) {
    const { enrollment: found, ...rest } = await connection.inspection.records.inspect({ program, enrollment });
    if (!found && Object.values(rest).every(({ length }) => length === 0))
      return refusal(await refuseUnknownEnrollment(connection.ports.store, { program, enrollment }));
  }
  const findings: Finding[] = [];
  const diagnosis = await examineStack(
    {
      ...connection.ports,
      ...connection.inspection,
      deadLetters: connection.deadLetters,
      access: connection.access,
      checkpoints: connection.checkpoints,
      isCredentialSignature: kmsSignatureCheck(connection.signer),
      isLedgerSignature: kmsSignatureCheck(connection.ledgerSigner),
    },
    {
      ...(program !== undefined && { program }),
      ...(enrollment !== undefined && { enrollment }),
      rest: () => sleep(settleMs),
      onFinding: (finding) => {
        if (findings.length < mostTold) findings.push(finding);
      },
    },
  );
  const nothing = diagnosis.enrollments === 0 && diagnosis.documents === 0;
  if (program !== undefined && nothing && !(await connection.ports.store.readProgram(program)))
    return refusal(await refuseUnknownEnrollment(connection.ports.store, { program, enrollment: '' }));
  const looked = `${counted(diagnosis.enrollments, 'enrollment')} and ${counted(diagnosis.documents, 'document')} looked at`;
  const verdict =
    diagnosis.findings === 0
      ? `${looked}: all is as it should be.`
      : `${looked}: ${counted(diagnosis.findings, 'thing is', 'things are')} wrong.`;
  const text = [...findings.map((finding) => findingText(context.page, finding)), verdict].join('\n');
  return {
    exitCode: diagnosis.findings === 0 ? exitCodes.done : exitCodes.refused,
    json: { outcome: diagnosis.findings === 0 ? 'sound' : 'unsound', ...diagnosis, found: findings },
    text,
    errors: [],
  };
}

/** Which, what is wrong, and what to do: a line each. */
function findingText(page: Page, { code, ref, subject, problem, remedy }: Finding): string {
  const what = [ref && `${ref.program} ${ref.enrollment}`, subject].filter(Boolean).join('  ');
  const lines = [`${page.paint('yellow', code)}  ${fitText(what, page.columns - code.length - 2)}`];
  lines.push(wrapText(problem, page.columns, 4), `    ${heading(page, '→')} ${remedy}`);
  return lines.join('\n');
}
