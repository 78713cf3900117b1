import { withdrawEvidence } from '../acts/evidence.ts';
import {
  type ActorFlags,
  type AddCommand,
  actorFrom,
  addCommand,
  type EnrollmentFlags,
  enrollmentOf,
  withActor,
  withEnrollment,
} from './command.ts';
import { answerForPiece } from './pieces.ts';

type Flags = EnrollmentFlags & ActorFlags & { requirement: string; evidence: string; reason?: string };

/** `withdraw`: takes one piece of evidence back, and its assessments along. */
export const addWithdraw: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'withdraw',
    summary: 'take one piece of evidence back, and its assessments along',
    examples: [
      'withdraw --program harbor --enrollment enr-1 --requirement engage-1 --evidence e001 --reason "wrong apprentice"',
    ],
    notes: 'A withdrawal is final: submit anew under another id. A certificate that stood on the piece is suspended.',
    options: (command) =>
      withActor(
        withEnrollment(command)
          .requiredOption('--requirement <id>', 'what the evidence is for')
          .requiredOption('--evidence <id>', 'the piece')
          .option('--reason <text>', 'kept beside it'),
        'who withdraws',
      ),
    async run({ connect, world }, flags) {
      const withdrawnBy = actorFrom(flags, 'submitter', world).id;
      const { requirement, evidence, reason } = flags;
      const input = { requirement, evidence, withdrawnBy, ...(reason !== undefined && { reason }) };
      const verdict = await withdrawEvidence(connect().ports, enrollmentOf(flags), input);
      return answerForPiece(
        verdict,
        `${evidence} ${verdict.outcome === 'repeated' ? 'was withdrawn already' : 'is withdrawn'}.`,
      );
    },
  });
