import { resendDelivery } from '../acts/resend-delivery.ts';
import type { EnrollmentRef } from '../domain/ids.ts';
import type { RecordStore } from '../ports/record-store.ts';
import { CliFailure, done, refusal } from './answer.ts';
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
import { exitCodes } from './exit-codes.ts';

type Flags = EnrollmentFlags & ActorFlags & { credential?: string; email?: string };

/** `resend`: the email of a credential in force, once more. */
export const addResend: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'resend',
    summary: 'send the email of a credential in force once more, to another address where that is given',
    examples: [
      'resend --program harbor --enrollment enr-1',
      'resend --program harbor --enrollment enr-1 --email a@b.example',
    ],
    notes:
      'The address is for this email alone; `correct` changes the one that certificates are sent to from now on.\n' +
      'The ledger says who had it sent, and keeps a hash of the address.',
    options: (command) =>
      withActor(
        withEnrollment(command)
          .option('--credential <id>', "the credential (default: the completion's in force)")
          .option('--email <address>', "another address (default: the apprentice's)"),
        'the administrator who sends it',
      ),
    async run({ connect, world }, flags) {
      const actor = actorFrom(flags, 'administrator', world);
      const ref = enrollmentOf(flags);
      const { ports } = connect();
      const delivery = await emailOf(ports.store, ref, flags.credential);
      const resent = await resendDelivery(ports, actor, ref, { delivery, email: flags.email });
      if (resent.outcome === 'refused') return refusal(resent, { email: '--email', delivery: '--credential' });
      return done(resent, `${resent.delivery} is queued; \`status\` shows when it is sent.`);
    },
  });

/** The email that went out when the credential was issued. */
async function emailOf(store: RecordStore, ref: EnrollmentRef, credential: string | undefined): Promise<string> {
  const id = credential ?? (await store.readEnrollment(ref))?.pointers.completion?.active?.credentialId;
  const found = id === undefined ? undefined : await store.readCredential(ref, id);
  if (found) return found.delivery;
  const which = credential === undefined ? 'no completion of this enrollment is' : `there is no "${credential}"`;
  throw new CliFailure(
    'credential.unknown',
    exitCodes.notFound,
    credential === undefined
      ? `--credential: ${which} in force; \`credentials\` shows what was issued`
      : `--credential: ${which} in this enrollment; \`credentials\` shows what was issued`,
  );
}
