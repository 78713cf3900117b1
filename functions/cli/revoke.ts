import { type RevokeInput, revokeCredential } from '../acts/revoke-credential.ts';
import { revocationCodes } from '../domain/credential.ts';
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

type Flags = EnrollmentFlags & ActorFlags & { credential: string; code: string; reason: string };

/** `revoke`: ends a credential in force. */
export const addRevoke: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'revoke',
    summary: 'revoke a credential in force; only a reissue brings another',
    examples: [
      'revoke --program harbor --enrollment enr-1 --credential 01JZX --code issued-in-error --reason "Issued to the wrong person"',
    ],
    notes: 'Whoever checks the certificate is shown the code and the reason: name nobody in it.',
    options: (command) =>
      withActor(
        withEnrollment(command)
          .requiredOption('--credential <id>', 'the credential; `credentials` lists them')
          .requiredOption('--code <code>', `one of ${revocationCodes.join(', ')}`)
          .requiredOption('--reason <text>', 'one line of 3 to 500 characters'),
        'the administrator who revokes',
      ),
    async run({ connect, world }, flags) {
      const actor = actorFrom(flags, 'administrator', world);
      const { credential, reason } = flags;
      const input = { credentialId: credential, code: flags.code as RevokeInput['code'], text: reason };
      const revoked = await revokeCredential(connect().ports, actor, enrollmentOf(flags), input);
      if (revoked.outcome === 'refused') return refusal(revoked, { text: '--reason', code: '--code' });
      return done({ outcome: 'revoked', credentialId: credential }, `${credential} is revoked.`);
    },
  });
