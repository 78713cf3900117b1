import { type Proof, proveCredential, type Reprint, type WhichCredential } from '../acts/prove-credential.ts';
import { readPublicCode } from '../domain/credential.ts';
import { type Answer, refusal, usageFailure } from './answer.ts';
import {
  type ActorFlags,
  type AddCommand,
  addCommand,
  type Context,
  type EnrollmentFlags,
  withActor,
} from './command.ts';
import { engineAt, sealerWith } from './engine.ts';
import { exitCodes } from './exit-codes.ts';
import type { Page } from './page.ts';
import { recordRead } from './reading.ts';

type Flags = Partial<EnrollmentFlags> & ActorFlags;

/** `certificate prove`: does what was issued still come out of what was frozen? */
export const addProve: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'prove <credential>',
    summary: 'print a credential again from its frozen facts, and compare it with what was issued',
    examples: [
      'certificate prove 01JX8Z6TQ4H0W3N5V7K9R2M1PD --program harbor --enrollment 01JZX3V',
      'certificate prove 7Q4N-Z0K8-W2RJ-5TX1-M9VC-3HYB-PD',
    ],
    notes:
      "CREDENTIAL is the credential's id, given with its program and enrollment, or the code printed on it.\n" +
      'Signatures differ each time, so that bytes are compared without. Exit code 1: something differs.',
    options: (command) =>
      withActor(command, 'who looks')
        .option('--program <id>', "the program's id")
        .option('--enrollment <id>', "the enrollment's id"),
    run: (context, flags, [credential = '']) => prove(context, flags, whichOf(flags, credential)),
  });

function whichOf({ program, enrollment }: Flags, credential: string): WhichCredential {
  if (program !== undefined && enrollment !== undefined) return { program, enrollment, credentialId: credential };
  if (program !== undefined || enrollment !== undefined) {
    const absent = program === undefined ? '--program' : '--enrollment';
    throw usageFailure('usage', `${absent}: missing; give both with a credential's id, and neither with a code`);
  }
  const code = readPublicCode(credential);
  if (code !== undefined) return { code };
  throw usageFailure('usage', 'credential: not a 26-character code; for an id give --program and --enrollment too');
}

async function prove(context: Context, flags: ActorFlags, which: WhichCredential): Promise<Answer> {
  const { ports, documents, signer } = context.connect();
  const engine = await engineAt(context.world.root);
  const sealer = await sealerWith(signer);
  const proof = await proveCredential({ store: ports.store, documents, engine, sealer }, which);
  if (proof.outcome === 'refused') return refusal(proof);
  const { credential, reprint, stored, isSigned, outcome } = proof;
  const { credentialId, program, enrollment, state, document } = credential;
  await recordRead(context, flags, { program, enrollment }, { facts: { what: 'proof', credential: credentialId } });
  return {
    exitCode: outcome === 'proved' ? exitCodes.done : exitCodes.refused,
    json: { outcome, credentialId, program, enrollment, state, document, reprint, stored, isSigned },
    text: proofText(context.page, proof),
    errors: [],
  };
}

function proofText(page: Page, proof: Proof): string {
  const { credential, stored, isSigned } = proof;
  const { document } = credential;
  const line = (holds: boolean, words: string) =>
    `  ${holds ? page.paint('green', 'fits') : page.paint('red', 'does not fit')}  ${words}`;
  const storedWords = {
    same: `stored: the recorded bytes, ${document.bytes.toLocaleString('en')} of them`,
    missing: 'stored: its document is not in the bucket',
    unreadable: 'stored: its document is in the bucket and cannot be read; it is damaged',
    differs: 'stored: another document than the one recorded; somebody has changed it',
  };
  const signedWords = isSigned
    ? "signed: by this deployment's key, over these bytes"
    : stored.outcome === 'missing' || stored.outcome === 'unreadable'
      ? 'signed: nothing to look at'
      : "signed: not by this deployment's key over the recorded bytes";
  return [
    page.paint('bold', `${credential.credentialId} (${credential.state}): ${proof.outcome}`),
    line(proof.reprint.outcome === 'same', `printed again: ${reprintWords(proof.reprint, document.engine)}`),
    line(stored.outcome === 'same', storedWords[stored.outcome]),
    line(isSigned, signedWords),
    page.paint('dim', `  unsigned SHA-256 ${document.unsignedHash}`),
    page.paint('dim', `    stored SHA-256 ${document.hash}`),
  ].join('\n');
}

function reprintWords(reprint: Reprint, recorded: string): string {
  switch (reprint.outcome) {
    case 'same':
      return 'its frozen facts give the recorded bytes';
    case 'missing':
      return `its ${reprint.what} is no longer in the table, or was changed there`;
    case 'unprintable':
      return `the engine refuses its facts (${reprint.code})`;
    case 'differs':
      return reprint.otherEngine
        ? `this is ${reprint.engine}, and ${recorded} printed it; prove it with that version`
        : 'its frozen facts give other bytes than those recorded';
  }
}
