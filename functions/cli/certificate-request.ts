import { readFileSync, realpathSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { refused } from '../acts/refusal.ts';
import { systemClock } from '../adapters/aws/clock.ts';
import type { DistinguishedName } from '../adapters/pdf/signing/distinguished-name.ts';
import type { Program } from '../domain/program.ts';
import { addMonths } from '../domain/time.ts';
import { AdapterError } from '../ports/adapter-error.ts';
import type { Signer } from '../ports/signer.ts';
import { type Answer, CliFailure, done, refusal, usageFailure } from './answer.ts';
import { type SubjectFlags, subjectFrom, withSubject } from './certificate-subject.ts';
import { type AddCommand, addCommand, type Context } from './command.ts';
import { exitCodes } from './exit-codes.ts';

type RequestFlags = SubjectFlags & { out?: string };
type SelfSignedFlags = RequestFlags & { years?: string; into?: string };

/** `certificate request`: what a certificate authority asks for. */
export const addRequest: AddCommand = (parent, session) =>
  addCommand<RequestFlags>(parent, session, {
    name: 'request <program>',
    summary: 'make a request (PKCS#10) for a certificate of the signing key, in the name of a program',
    examples: ['certificate request harbor --country US --state "New York" --out harbor.csr'],
    notes:
      'Send it to the authority of your choice and ask for a certificate that may sign documents. What\n' +
      "comes back goes into the program's file, as strings of `signing.certificates`: first the new\n" +
      'certificate, then the one that issued it, and so on. Then `program load` it again. The private\n' +
      'key stays where it is.',
    options: (command) => withSubject(command).option('--out <file>', 'write it to a file instead'),
    run: (context, flags, [id = '']) => makeRequest(context, flags, id),
  });

/** `certificate self-signed`: what signs until an authority has answered. */
export const addSelfSigned: AddCommand = (parent, session) =>
  addCommand<SelfSignedFlags>(parent, session, {
    name: 'self-signed <program>',
    summary: 'make a certificate of the signing key that the key itself vouches for',
    examples: [
      'certificate self-signed harbor --years 3 --out harbor.pem',
      'certificate self-signed harbor --into data/programs/harbor.json',
    ],
    notes:
      'A PDF reader shows its subject, says that the document is unchanged, and warns that nobody\n' +
      'vouches for the signer. Who trusts this one certificate by hand sees no warning on any document\n' +
      'that it signed.',
    options: (command) =>
      withSubject(command)
        .option('--years <n>', 'how long it is valid, 1 to 30 (default: 10)')
        .option('--out <file>', 'write it to a file instead')
        .option('--into <file>', "put it into the program's JSON file, to load again"),
    run: (context, flags, [id = '']) => makeSelfSigned(context, flags, id),
  });

async function makeRequest(context: Context, flags: RequestFlags, id: string): Promise<Answer> {
  const program = await readProgram(context, id);
  const subject = subjectFrom(flags, program);
  const { certificateRequest, pem } = await import('../adapters/pdf/signing/certificate-request.ts');
  const made = await signedBy(context, (signer) => certificateRequest(signer, subject));
  return made instanceof Uint8Array ? given(program, subject, pem('CERTIFICATE REQUEST', made), flags) : made;
}

async function makeSelfSigned(context: Context, flags: SelfSignedFlags, id: string): Promise<Answer> {
  const years = Number(flags.years ?? 10);
  if (!Number.isInteger(years) || years < 1 || years > 30)
    throw usageFailure('years.invalid', '--years: give a whole number from 1 to 30');
  const program = await readProgram(context, id);
  const subject = subjectFrom(flags, program);
  const from = systemClock.now();
  const to = `${addMonths(from.slice(0, 10), years * 12)}T23:59:59.000Z`;
  const { pem, selfSignedCertificate } = await import('../adapters/pdf/signing/certificate-request.ts');
  const made = await signedBy(context, (signer) => selfSignedCertificate(signer, subject, { from, to }));
  if (!(made instanceof Uint8Array)) return made;
  const text = pem('CERTIFICATE', made);
  if (flags.into === undefined) return given(program, subject, text, flags);
  putInto(flags.into, program, text);
  const json = { outcome: 'made', program: program.id, subject, pem: text, file: flags.into };
  return done(json, `Put it into ${flags.into}; \`program load ${flags.into}\` makes ${program.id} sign with it.`);
}

async function readProgram(context: Context, id: string): Promise<Program> {
  const stored = await context.connect().ports.store.readProgram(id);
  if (stored) return stored.program;
  const message = `program: there is no "${id}"; \`program list\` shows those there are`;
  throw new CliFailure('program.unknown', exitCodes.notFound, message);
}

/** Only issue may sign with the key of a deployment; whoever else is to, is named when deploying. */
async function signedBy(context: Context, make: (signer: Signer) => Promise<Uint8Array>): Promise<Uint8Array | Answer> {
  try {
    return await make(context.connect().signer);
  } catch (error) {
    const isForbidden =
      error instanceof AdapterError && (error.cause as Error | undefined)?.name === 'AccessDeniedException';
    if (!isForbidden) throw error;
    const remedy = 'deploy with `-c certificateRequester=ARN` of your role, and once you are done without it';
    return refusal(refused('signer.forbidden', `the signing key does not let you sign; ${remedy}`));
  }
}

function given(program: Program, subject: DistinguishedName, pem: string, { out }: RequestFlags): Answer {
  const json = { outcome: 'made', program: program.id, subject, pem, ...(out !== undefined && { file: out }) };
  if (out === undefined) return done(json, pem.trimEnd());
  write(out, pem, '--out');
  return done(json, `Wrote ${out}`);
}

/** Changes one field of the file and leaves the rest as it is. */
function putInto(file: string, program: Program, pem: string): void {
  const document = readDocument(file);
  if (document.id !== program.id)
    throw usageFailure('input.malformed', `--into ${file}: is not the file of ${program.id}; give its own`);
  const signing = { ...(document.signing as object | undefined), certificates: [pem] };
  write(file, `${JSON.stringify({ ...document, signing }, null, 2)}\n`, '--into');
}

function readDocument(file: string): Record<string, unknown> {
  try {
    const document: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (typeof document === 'object' && document !== null) return document as Record<string, unknown>;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== undefined)
      throw usageFailure('input.missing', `--into ${file}: cannot be read (${code}); give the program's JSON file`);
  }
  throw usageFailure('input.malformed', `--into ${file}: is not a program in JSON; give the program's own file`);
}

/** Whole or not at all, and through a link to what it names. What is no file, such as /dev/stdout, is written into. */
function write(file: string, text: string, flag: string): void {
  try {
    const known = statSync(file, { throwIfNoEntry: false });
    if (known && !known.isFile()) {
      writeFileSync(file, text);
      return;
    }
    const target = known ? realpathSync(file) : file;
    const fresh = `${target}.${process.pid}.new`;
    writeFileSync(fresh, text);
    renameSync(fresh, target);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw usageFailure('input.folder', `${flag} ${file}: cannot be written (${code}); give a path you may write to`);
  }
}
