import { type Changed, changeApprentice } from '../acts/change-apprentice.ts';
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

type Flags = EnrollmentFlags & ActorFlags & { name?: string; email?: string };

/** `correct`: an apprentice's name or address. */
export const addCorrect: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'correct',
    summary: "correct an apprentice's name or email address",
    examples: ['correct --program harbor --enrollment enr-1 --email zoe@new-home.example'],
    notes:
      'A certificate in force keeps the name that it was printed with: `reissue` prints another. One that is\n' +
      'only pending is asked for anew. The ledger keeps hashes of both, never the name or the address.',
    options: (command) =>
      withActor(
        withEnrollment(command)
          .option('--name <name>', 'the corrected name, as it is to stand on certificates')
          .option('--email <address>', 'where certificates are sent from now on'),
        'the administrator who corrects it',
      ),
    async run({ connect, world }, flags) {
      const actor = actorFrom(flags, 'administrator', world);
      const { name, email } = flags;
      const changed = await changeApprentice(connect().ports, actor, enrollmentOf(flags), { name, email });
      if (changed.outcome === 'refused') return refusal(changed, { name: '--name', email: '--email' });
      return done({ ...changed, enrollment: flags.enrollment }, textOf(changed, flags.enrollment));
    },
  });

function textOf({ outcome, requested }: Changed, enrollment: string): string {
  if (outcome === 'unchanged') return `Nothing to correct: ${enrollment} says so already.`;
  const asked = requested.length > 0 ? `; asked for anew: ${requested.join(', ')}` : '';
  return `${enrollment} is corrected${asked}.`;
}
