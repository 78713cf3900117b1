import { type LeaveInput, resumeEnrollment, withdrawFromProgram } from '../acts/leave-program.ts';
import { leavingCodes } from '../domain/enrollment.ts';
import { done, refusal } from './answer.ts';
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

type LeaveFlags = EnrollmentFlags & ActorFlags & { code: string; reason: string };

/** `leave`: the apprentice left the program. */
export const addLeave: AddCommand = (parent, session) =>
  addCommand<LeaveFlags>(parent, session, {
    name: 'leave',
    summary: 'record that an apprentice left the program: nothing more is issued',
    examples: ['leave --program harbor --enrollment enr-1 --code resigned --reason "Took another job in March"'],
    notes:
      'What is pending is cancelled and evidence is no longer taken; skill-set credentials stay in force.\n' +
      'The reason stays with the program; the ledger keeps the code and a hash of the words.',
    options: (command) =>
      withActor(
        withEnrollment(command)
          .requiredOption('--code <code>', `one of ${leavingCodes.join(', ')}`)
          .requiredOption('--reason <text>', 'one line of 3 to 500 characters'),
        'the administrator who records it',
      ),
    async run({ connect, world }, flags) {
      const actor = actorFrom(flags, 'administrator', world);
      const input: LeaveInput = { code: flags.code as LeaveInput['code'], text: flags.reason };
      const left = await withdrawFromProgram(connect().ports, actor, enrollmentOf(flags), input);
      if (left.outcome === 'refused') return refusal(left, { code: '--code', reason: '--reason' });
      const { enrollment } = flags;
      const again = left.outcome === 'repeated';
      return done(
        { ...left, enrollment },
        again ? `${enrollment} had left already.` : `${enrollment} left the program; \`resume\` takes them back.`,
      );
    },
  });

/** `resume`: takes an apprentice back who had left. */
export const addResume: AddCommand = (parent, session) =>
  addCommand<EnrollmentFlags & ActorFlags>(parent, session, {
    name: 'resume',
    summary: 'take an apprentice back who had left: the record goes on where it stood',
    examples: ['resume --program harbor --enrollment enr-1'],
    options: (command) => withActor(withEnrollment(command), 'the administrator who takes them back'),
    async run({ connect, world }, flags) {
      const actor = actorFrom(flags, 'administrator', world);
      const resumed = await resumeEnrollment(connect().ports, actor, enrollmentOf(flags));
      if (resumed.outcome === 'refused') return refusal(resumed);
      const text = `${flags.enrollment} is back; the whole record is being looked at, and \`status\` shows it.`;
      return done({ ...resumed, enrollment: flags.enrollment }, text);
    },
  });
