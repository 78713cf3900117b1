import type { AuditEntry } from './audit.ts';
import type { Enrollment } from './enrollment.ts';
import { freshSaltedHash } from './hash.ts';

/** What tells of an apprentice. */
const actions: ReadonlySet<AuditEntry['action']> = new Set(['enrolled', 'name-corrected', 'address-corrected']);

type Apprentice = Enrollment['apprentice'];

/** What a correction leaves in the ledger of the apprentice as they are from now on. */
export function apprenticeFacts(salt: string, apprentice: Apprentice): { apprenticeHash: string } {
  return { apprenticeHash: freshSaltedHash(salt, 'apprentice', apprentice) };
}

/**
 * Whether an enrollment's name and address are those that its ledger holds hashes of. The last hash of the whole
 * apprentice decides; a correction that left none decides for what it corrected.
 */
export function fitsLedger(
  { salt, apprentice }: Pick<Enrollment, 'salt' | 'apprentice'>,
  ledger: readonly AuditEntry[],
): boolean {
  let whole: unknown;
  let name: unknown;
  let email: unknown;
  for (const { action, facts } of [...ledger].sort((a, b) => a.seq - b.seq)) {
    // A resend has the hash of the address that one email went to.
    if (!actions.has(action)) continue;
    const { apprenticeHash, nameHash, emailHash } = facts;
    if (apprenticeHash !== undefined) [whole, name, email] = [apprenticeHash, undefined, undefined];
    else if (nameHash !== undefined || emailHash !== undefined) whole = undefined;
    name = nameHash ?? name;
    email = emailHash ?? email;
  }
  const fits = (hash: unknown, key: string, content: unknown) =>
    hash === undefined || hash === freshSaltedHash(salt, key, content);
  return (
    fits(whole, 'apprentice', apprentice) &&
    fits(name, 'name', apprentice.name) &&
    fits(email, 'email', apprentice.email)
  );
}
