import { type SubmitInput, submitEvidence } from '../acts/evidence.ts';
import { usageFailure } from './answer.ts';
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
import {
  answerForPiece,
  answerForPieces,
  nameUnknownFields,
  pieceName,
  readPieces,
  refuseFlags,
  requireFlags,
} from './pieces.ts';

type PieceFlags = {
  requirement?: string;
  occurredOn?: string;
  attestation?: string;
  evidence?: string;
  pointer?: string;
  hours?: string;
  certificateIssuer?: string;
  certificateNumber?: string;
  certificateIssuedOn?: string;
  certificateExpiresOn?: string;
};
type Flags = EnrollmentFlags & ActorFlags & PieceFlags & { file?: string };

const pieceFlags = [
  ...['requirement', 'occurredOn', 'attestation', 'evidence', 'pointer', 'hours'],
  ...['certificateIssuer', 'certificateNumber', 'certificateIssuedOn', 'certificateExpiresOn'],
];

const fileFields = [
  'requirement',
  'evidence',
  'occurredOn',
  'attestation',
  'pointer',
  'hours',
  'certificate',
  'submittedBy',
];

/** `submit`: one piece of evidence by flags, or up to 500 from a file. */
export const addSubmit: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'submit',
    summary: 'submit evidence: one piece, or up to 500 from a file',
    examples: [
      'submit --program harbor --enrollment enr-1 --requirement engage-1 --occurred-on 2026-03-02 --attestation "Seen on shift; log entry 12"',
      'submit --program harbor --enrollment enr-1 --file pieces.json',
    ],
    notes:
      'A file is an array of {requirement, occurredOn, attestation, evidence?, pointer?, hours?, submittedBy?,\n' +
      'certificate?: {issuer, number, issuedOn, expiresOn?}}. A piece with an `evidence` id may be sent again safely.\n' +
      "An attestation says that something was done and where the proof is kept; it is never a client's record.",
    options: (command) =>
      withActor(
        withEnrollment(command)
          .option('--requirement <id>', 'what the evidence is for; `program show` lists the ids')
          .option('--occurred-on <date>', 'YYYY-MM-DD: when it was done or obtained; not before `enroll --enrolled-on`')
          .option('--attestation <text>', 'one to three sentences')
          .option('--evidence <id>', 'an id of your own (default: a new one)')
          .option('--pointer <text>', 'where the proof is kept')
          .option('--hours <number>', 'on-the-job hours that it stands for')
          .option('--certificate-issuer <name>', 'of a required certificate')
          .option('--certificate-number <number>', 'of a required certificate')
          .option('--certificate-issued-on <date>', 'YYYY-MM-DD')
          .option('--certificate-expires-on <date>', 'YYYY-MM-DD; the day itself still counts')
          .option('--file <file>', 'several pieces; - reads standard input'),
        'who submits',
      ),
    async run(context, flags) {
      const { id: submittedBy } = actorFrom(flags, 'submitter', context.world);
      if (flags.file !== undefined) {
        refuseFlags(flags, pieceFlags, '--file');
        const pieces = await readPieces(context, flags.file, enrollmentOf(flags));
        // Whatever a file holds: the act checks every field.
        const inputs = pieces.map((piece) => ({ submittedBy, ...piece }) as unknown as SubmitInput);
        const verdicts = await submitEvidence(context.connect().ports, enrollmentOf(flags), inputs);
        const named = verdicts.map((v, i) => ({ piece: i + 1, ...nameUnknownFields(v, pieces[i] ?? {}, fileFields) }));
        return answerForPieces(named, (i) => pieceName(pieces[i]));
      }
      requireFlags(flags, ['requirement', 'occurredOn', 'attestation'], '--file');
      const [verdict] = await submitEvidence(context.connect().ports, enrollmentOf(flags), [
        pieceFrom(flags, submittedBy),
      ]);
      const text = verdict?.outcome === 'repeated' ? 'was there already, word for word' : 'is submitted';
      return answerForPiece(verdict, `${verdict && 'evidence' in verdict ? verdict.evidence : ''} ${text}.`);
    },
  });

function pieceFrom(flags: PieceFlags, submittedBy: string): SubmitInput {
  const { requirement = '', occurredOn = '', attestation = '', evidence, pointer } = flags;
  const hours = flags.hours === undefined ? undefined : Number(flags.hours);
  if (Number.isNaN(hours)) throw usageFailure('usage', `--hours ${flags.hours}: not a number; give hours such as 7.5`);
  const certificate = {
    issuer: flags.certificateIssuer,
    number: flags.certificateNumber,
    issuedOn: flags.certificateIssuedOn,
    expiresOn: flags.certificateExpiresOn,
  };
  const given = Object.fromEntries(Object.entries(certificate).filter(([, value]) => value !== undefined));
  return {
    submittedBy,
    requirement,
    occurredOn,
    attestation,
    ...(evidence !== undefined && { evidence }),
    ...(pointer !== undefined && { pointer }),
    ...(hours !== undefined && { hours }),
    ...(Object.keys(given).length > 0 && { certificate: given as NonNullable<SubmitInput['certificate']> }),
  };
}
