import { Command, CommanderError } from 'commander';
import { AdapterError } from '../ports/adapter-error.ts';
import { type Answer, CliFailure } from './answer.ts';
import { addAssess } from './assess.ts';
import { addAudit } from './audit.ts';
import { addBackup } from './backup.ts';
import { addCertificate } from './certificate.ts';
import { type AddCommand, addGroupExamples, type Session } from './command.ts';
import { addCorrect } from './correct.ts';
import { addCredentials } from './credentials.ts';
import { addDeadLetters } from './dead-letters.ts';
import { addDoctor } from './doctor.ts';
import { addEnroll } from './enroll.ts';
import { addEvidence } from './evidence.ts';
import { type ExitCode, exitCodes, exitCodesHelp } from './exit-codes.ts';
import { addFramework } from './framework.ts';
import { addLapses } from './lapses.ts';
import { addLeave, addResume } from './leave.ts';
import { describeOutage } from './outage.ts';
import { addParked } from './parked.ts';
import { addProgram } from './program.ts';
import { addRedrive } from './redrive.ts';
import { addReissue } from './reissue.ts';
import { addResend } from './resend.ts';
import { addRevoke } from './revoke.ts';
import { addStatus } from './status.ts';
import { addSubmit } from './submit.ts';
import { addWithdraw } from './withdraw.ts';
import { processWorld, type World } from './world.ts';

const commands: readonly AddCommand[] = [
  addProgram,
  addEnroll,
  addSubmit,
  addAssess,
  addWithdraw,
  addStatus,
  addCredentials,
  addCorrect,
  addResend,
  addRevoke,
  addReissue,
  addLeave,
  addResume,
  addFramework,
  addLapses,
  addEvidence,
  addParked,
  addDeadLetters,
  addRedrive,
  addDoctor,
  addAudit,
  addBackup,
  addCertificate,
];

/**
 * Runs one command line and says what there is to say; never rejects. The answer is the process's exit code.
 *
 * @example await runCli(['program', 'list', '--json'], processWorld())
 */
export async function runCli(args: readonly string[], world: World): Promise<ExitCode> {
  // Known before the flags are parsed, so that a wrong flag is answered in JSON too.
  const session: Session = { world, json: args.includes('--json') };
  let helpWasShown = false;
  const program = commandLine(world, session, () => {
    helpWasShown = true;
  });
  try {
    await program.parseAsync([...args], { from: 'user' });
    return session.answer ? say(session, session.answer) : exitCodes.done;
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done;
    if (error instanceof CommanderError && helpWasShown) return exitCodes.usage;
    return say(session, answerOf(error, session));
  } finally {
    session.connection?.close();
  }
}

/** Every command, with its options and help; nothing runs until a command line is parsed. */
export function commandLine(world: World, session: Session, onHelp: () => void): Command {
  const { out } = world;
  const program = new Command('npm run cli --')
    .description('Journeypaper: evidence in, certificates out. Talks to the local stack (`npm run local`) or to AWS.')
    .configureHelp({ showGlobalOptions: true, helpWidth: out.columns ?? 100 })
    .configureOutput({
      writeOut: (text) => out.write(text),
      // Without a command: the help, on standard error. Errors are said once, by `say`.
      writeErr: (text) => {
        out.writeError(text);
        onHelp();
      },
      outputError: () => undefined,
      getOutHasColors: () => out.colours,
      getErrHasColors: () => out.colours,
    })
    .exitOverride()
    .option('--json', 'one JSON value on standard output, and nothing else there')
    .option('--stack <file>', 'the local stack to talk to (default: .local/stack.json)')
    .option('--aws <file>', 'talk to AWS: the file that `cdk deploy --outputs-file` wrote')
    .addHelpText('after', `\nFor --json in a pipe: npm run --silent cli -- program list --json\n\n${exitCodesHelp}`);
  program.options.find((option) => option.attributeName() === 'aws')?.conflicts('stack');
  for (const add of commands) add(program, session);
  addGroupExamples(program);
  return program;
}

function say(session: Session, answer: Answer): ExitCode {
  const { out } = session.world;
  if (session.json) out.write(`${JSON.stringify(answer.json, null, 2)}\n`);
  else if (answer.text !== '') out.write(`${answer.text}\n`);
  for (const error of answer.errors) out.writeError(`${error}\n`);
  return answer.exitCode;
}

function answerOf(error: unknown, session: Session): Answer {
  const failed = failureOf(error, session);
  const trace = session.world.environment.JOURNEYPAPER_DEBUG === '1' && error instanceof Error;
  const errors = [failed.message, ...(trace ? [describeTrace(error)] : [])];
  return {
    exitCode: failed.exitCode,
    json: { outcome: 'failed', code: failed.code, message: failed.message },
    text: '',
    errors,
  };
}

function failureOf(error: unknown, session: Session): { code: string; exitCode: ExitCode; message: string } {
  if (error instanceof CliFailure) return error;
  if (error instanceof CommanderError) {
    const message = error.message.replace(/^error: /, '').replace(/\s*\n\s*/g, ' ');
    return { code: 'usage', exitCode: exitCodes.usage, message: `${message}; --help shows what the command takes` };
  }
  if (error instanceof AdapterError) {
    return { code: error.code, exitCode: exitCodes.unreachable, message: describeOutage(error, session.connection) };
  }
  const code = `fault.${error instanceof Error ? error.name : 'unknown'}`;
  const message = `${code}: this is a fault of Journeypaper's. Please report it with this code and the command; JOURNEYPAPER_DEBUG=1 shows where it happened`;
  return { code, exitCode: exitCodes.fault, message };
}

function describeTrace(error: Error): string {
  const cause = error.cause instanceof Error ? `\ncaused by ${error.cause.stack}` : '';
  return `${error.stack}${cause}`;
}

if (import.meta.main) process.exitCode = await runCli(process.argv.slice(2), processWorld());
