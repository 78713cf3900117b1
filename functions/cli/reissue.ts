import { reissueCredential } from '../acts/reissue-credential.ts';
import type { Achievement } from '../domain/credential.ts';
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

type Flags = EnrollmentFlags & ActorFlags & { name?: string; skillSet?: string };

/** `reissue`: asks for a new credential in place of the one in force, or after a revocation. */
export const addReissue: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'reissue',
    summary: 'issue a credential anew, with a corrected name where that was wrong',
    examples: ['reissue --program harbor --enrollment enr-1 --name "Zoë Müller"'],
    notes: 'The credential in force stays until the new one is issued; it then says that it was superseded.',
    options: (command) =>
      withActor(
        withEnrollment(command)
          .option('--name <name>', 'the corrected name, as it is to stand on the certificate')
          .option('--skill-set <id>', "a skill set's interim credential (default: the completion's)"),
        'the administrator who reissues',
      ),
    async run({ connect, world }, flags) {
      const actor = actorFrom(flags, 'administrator', world);
      const { name, skillSet } = flags;
      const achievement: Achievement = skillSet === undefined ? 'completion' : `skill-set:${skillSet}`;
      const input = { achievement, ...(name !== undefined && { name }) };
      const requested = await reissueCredential(connect().ports, actor, enrollmentOf(flags), input);
      if (requested.outcome === 'refused') return refusal(requested);
      return done(requested, `${requested.credentialId} is requested; \`credentials\` shows when it is issued.`);
    },
  });
