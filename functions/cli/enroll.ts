import { enroll } from '../acts/enroll.ts';
import { done, refusal } from './answer.ts';
import { type ActorFlags, type AddCommand, actorFrom, addCommand, withActor } from './command.ts';

type Flags = ActorFlags & {
  program: string;
  name: string;
  email: string;
  apprenticeId: string;
  enrollment?: string;
  enrolledOn?: string;
  again?: boolean;
};

/** `enroll`: an apprentice into a program, pinned to the framework version that it uses now. */
export const addEnroll: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'enroll',
    summary: 'enroll an apprentice in a program',
    examples: [
      'enroll --program staten-island-peer-specialist --name "Zoë Müller" --email zoe@apprentice.example --apprentice-id zoe-muller',
    ],
    notes:
      'The name is the one that the certificate prints. With an --enrollment of your own, a repeat is refused and changes nothing.',
    options: (command) =>
      withActor(
        command
          .requiredOption('--program <id>', "the program's id")
          .requiredOption('--name <name>', 'as it is to stand on the certificate')
          .requiredOption('--email <address>', 'where the certificate is sent')
          .requiredOption('--apprentice-id <id>', 'who the apprentice is: nobody signs off evidence of their own')
          .option('--enrollment <id>', 'an id of your own (default: a new one)')
          .option('--enrolled-on <date>', "YYYY-MM-DD (default: the program's today)")
          .option('--again', 'the same person once more, beside an enrollment that they have'),
        'the administrator who enrolls',
      ),
    async run({ connect, world }, flags) {
      const actor = actorFrom(flags, 'administrator', world);
      const { program, name, email, apprenticeId, enrollment, enrolledOn, again } = flags;
      const enrolled = await enroll(connect().ports, actor, {
        program,
        apprentice: { id: apprenticeId, name, email },
        ...(enrollment !== undefined && { enrollment }),
        ...(enrolledOn !== undefined && { enrolledOn }),
        ...(again !== undefined && { again }),
      });
      if (enrolled.outcome === 'refused') return refusal(enrolled);
      const { enrollment: id, enrolledOn: on, framework } = enrolled.enrollment;
      const json = { outcome: 'enrolled', program, enrollment: id, enrolledOn: on, framework };
      return done(json, `Enrolled on ${on} as ${id} under ${framework.id} ${framework.version}.`);
    },
  });
