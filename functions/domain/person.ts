import * as z from 'zod';

/** A name longer than this is refused when it is entered, not when it is printed. */
export const maxNameLength = 120;

/**
 * A person's name as a certificate prints it: one line, normalised to NFC, runs of white space folded, no control or
 * invisible formatting character (joiners that some scripts need are kept).
 */
export const personNameSchema = z
  .string()
  .max(1000)
  .transform((name) => name.normalize('NFC'))
  .superRefine((name, context) => {
    if (/[\p{Cc}\p{Zl}\p{Zp}]/u.test(name)) {
      context.addIssue({ code: 'custom', message: 'a name is one line without control characters' });
    } else if (/[\p{Cs}\p{Co}\p{Cn}\u202a-\u202e\u2066-\u2069\ufeff]/u.test(name)) {
      context.addIssue({
        code: 'custom',
        message: 'a name has no private, unassigned or direction-override characters',
      });
    }
  })
  .transform((name) => name.replace(/\p{Zs}+/gu, ' ').trim())
  .superRefine((name, context) => {
    const length = [...name].length;
    if (length === 0) context.addIssue({ code: 'custom', message: 'a name has at least one character' });
    if (length > maxNameLength) {
      context.addIssue({
        code: 'custom',
        message: `a name has at most ${maxNameLength} characters; this one has ${length}`,
      });
    }
  });

export const emailAddressSchema = z
  .email({ error: ({ input }) => (input === undefined ? undefined : 'not an email address') })
  .max(254);
