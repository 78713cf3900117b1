import type { Command } from 'commander';
import type { DistinguishedName } from '../adapters/pdf/signing/distinguished-name.ts';
import type { Program } from '../domain/program.ts';
import { usageFailure } from './answer.ts';

export type SubjectFlags = {
  commonName?: string;
  organization?: string;
  unit?: string;
  locality?: string;
  state?: string;
  country?: string;
};

/** Who a certificate is for, which a PDF reader shows as the signer. */
export function withSubject(command: Command): Command {
  return command
    .option('--common-name <name>', "the signer, as PDF readers show it (default: the program's sponsor)")
    .option('--organization <name>', "the legal name of the organisation (default: the program's sponsor)")
    .option('--unit <name>', 'a part of the organisation')
    .option('--locality <name>', 'its town')
    .option('--state <name>', 'its state or province, in full')
    .option('--country <code>', 'its country: two capital letters, such as US');
}

/** The upper bound of RFC 5280 for each of these. */
const maxCharacters = 64;

/**
 * The subject that the flags and the program give.
 *
 * @throws CliFailure `subject.invalid`, naming the flag.
 */
export function subjectFrom(flags: SubjectFlags, { sponsor }: Pick<Program, 'sponsor'>): DistinguishedName {
  const part = (flag: string, given: string | undefined) => {
    const value = given?.trim().normalize('NFC');
    if (value === undefined) return undefined;
    const length = [...value].length;
    if (length === 0 || length > maxCharacters || /\p{Cc}/u.test(value))
      throw usageFailure('subject.invalid', `--${flag}: give one line of 1 to ${maxCharacters} characters`);
    return value;
  };
  const { country } = flags;
  if (country !== undefined && !/^[A-Z]{2}$/.test(country))
    throw usageFailure('subject.invalid', '--country: give the two capital letters of ISO 3166, such as US');
  return {
    C: country,
    ST: part('state', flags.state),
    L: part('locality', flags.locality),
    O: part('organization', flags.organization ?? sponsor),
    OU: part('unit', flags.unit),
    CN: part('common-name', flags.commonName ?? sponsor) ?? sponsor,
  };
}
