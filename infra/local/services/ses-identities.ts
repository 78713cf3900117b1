import * as z from 'zod';
import { readKept } from '../kept-file.ts';
import { writeDurably } from './durable-file.ts';

export interface Identities {
  /** Whether mail may come from this address: it or its domain is verified, or verification is off. */
  isVerified(address: string): boolean;
  verify(identity: string): Promise<void>;
}

/**
 * Verified senders, addresses and domains, kept in a file. Verification is off, and any sender goes, as long as `configured` is undefined.
 * Here VerifyEmailIdentity verifies at once: there is nobody to click the link.
 */
export async function openIdentities(file: string, configured: string[] | undefined): Promise<Identities> {
  const verified = new Set(
    [...(configured ?? []), ...(await readVerified(file))].map((identity) => identity.toLowerCase()),
  );
  return {
    isVerified(address) {
      const identity = address.toLowerCase();
      return (
        configured === undefined ||
        verified.has(identity) ||
        verified.has(identity.slice(identity.lastIndexOf('@') + 1))
      );
    },
    async verify(identity) {
      verified.add(identity.toLowerCase());
      await writeDurably(file, `${JSON.stringify([...verified], null, 2)}\n`);
    },
  };
}

async function readVerified(file: string): Promise<string[]> {
  try {
    return await readKept(file, (text) => z.array(z.string()).parse(JSON.parse(text)));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    throw error;
  }
}
