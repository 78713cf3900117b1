import type { AuditEntry } from './audit.ts';
import type { Enrollment } from './enrollment.ts';
import { freshSaltedHash, recordSalt } from './hash.ts';

/** What tells of an apprentice. */
const actions: ReadonlySet<AuditEntry['action']> = new Set(['enrolled', 'name-corrected', 'address-corrected']);

type Apprentice = Enrollment['apprentice'];

/** What a correction leaves in the ledger of the apprentice as they are from now on. */
export function apprenticeFacts(salt: string, apprentice: Apprentice): { apprenticeHash: string } {
  return { apprenticeHash: freshSaltedHash(salt, 'apprentice', apprentice) };
}

/**
 * How a name is held against the ledger by who is given the record up to `seq`: by its own salt, where the ledger has a
 * hash of the name alone. `corrected`: after that entry, so that this name is not the one of the record given.
 * `differs`: it is not, and neither is the address perhaps, what the ledger holds a hash of.
 */
export type NameSeal = { nameSalt: string } | { unsealed: 'corrected' | 'differs' } | Record<never, never>;

export function nameSeal(
  enrollment: Pick<Enrollment, 'salt' | 'apprentice'>,
  ledger: readonly AuditEntry[],
  seq: number,
): NameSeal {
  if (!fitsLedger(enrollment, ledger)) return { unsealed: 'differs' };
  const named = ledger.filter(({ action, facts }) => actions.has(action) && facts.nameHash !== undefined);
  if (named.some((entry) => entry.seq > seq)) return { unsealed: 'corrected' };
  return named.length === 0 ? {} : { nameSalt: recordSalt(enrollment.salt, 'name') };
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
