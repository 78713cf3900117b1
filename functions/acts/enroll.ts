import * as z from 'zod';
import { type Actor, type AuditFact, chain, emptyChain } from '../domain/audit.ts';
import type { Enrollment } from '../domain/enrollment.ts';
import { firstIssue } from '../domain/evidence.ts';
import { saltedHash } from '../domain/hash.ts';
import { actorIdSchema, type EnrollmentRef, enrollmentIdSchema } from '../domain/ids.ts';
import { emailAddressSchema, personNameSchema } from '../domain/person.ts';
import { civilDateOf, civilDateSchema } from '../domain/time.ts';
import type { RecordActPorts } from './act-ports.ts';
import { type Refused, refused } from './refusal.ts';

export const enrollInputSchema = z.strictObject({
  program: z.string(),
  /** Given, it makes a repeat of the same enrollment harmless. */
  enrollment: enrollmentIdSchema.optional(),
  apprentice: z.strictObject({ id: actorIdSchema, name: personNameSchema, email: emailAddressSchema }),
  /** The program's today where left out. */
  enrolledOn: civilDateSchema.optional(),
  /** The same person once more, beside an enrollment that they have. */
  again: z.boolean().optional(),
});
export type EnrollInput = z.input<typeof enrollInputSchema>;

/**
 * Enrolls an apprentice, pinned to the framework version that the program uses now. Refuses what could not be
 * printed later: a certificate must never be the first to find out that a name has characters that no font has. Refuses
 * whoever is enrolled already, unless told that it is meant: each enrollment comes to a certificate of its own. Those two
 * that are made within the second of each other, under different ids, are both made: the look is by an index.
 */
export async function enroll(
  ports: RecordActPorts,
  actor: Actor,
  input: EnrollInput,
): Promise<{ outcome: 'enrolled'; enrollment: Enrollment } | Refused> {
  const parsed = enrollInputSchema.safeParse(input);
  if (!parsed.success) return refused('enrollment.invalid', firstIssue(parsed.error));
  const { apprentice } = parsed.data;
  const unprintable = ports.unprintable(apprentice.name);
  if (unprintable.length > 0) return refused('enrollment.unprintable-name', unprintableMessage(unprintable));
  const stored = await ports.store.readProgram(parsed.data.program);
  if (!stored)
    return refused('program.unknown', `program: there is none with the id "${parsed.data.program}"`, {
      next: 'list-programs',
    });
  const now = ports.clock.now();
  const { program } = stored;
  const today = civilDateOf(now, program.timeZone);
  const enrolledOn = parsed.data.enrolledOn ?? today;
  if (enrolledOn > today)
    return refused('enrollment.future', 'enrolledOn: lies in the future; enroll on the day itself');
  const framework = { ...program.framework, hash: stored.frameworkHash };
  if (!(await ports.store.readFramework(framework))) {
    return refused('framework.unknown', `framework: ${framework.id} ${framework.version} is not in the table`, {
      next: 'load-program',
      again: true,
    });
  }
  const ref = { program: program.id, enrollment: parsed.data.enrollment ?? ports.ids.id() };
  const other = parsed.data.again ? undefined : await enrolledElsewhere(ports.store, ref, apprentice.id);
  if (other !== undefined) {
    return refused('apprentice.enrolled', `id: ${apprentice.id} is enrolled in this program already, as "${other}"`, {
      next: 'enroll-again',
    });
  }
  const salt = ports.ids.salt();
  const fact: AuditFact = {
    actor,
    action: 'enrolled',
    subject: ref.enrollment,
    facts: {
      framework: `${framework.id}@${framework.version}`,
      frameworkHash: framework.hash,
      programHash: stored.hashes.program,
      enrolledOn,
      apprenticeHash: saltedHash(salt, 'apprentice', apprentice),
      nameHash: saltedHash(salt, 'name', apprentice.name),
    },
    cause: `enroll#${ref.enrollment}`,
  };
  const chained = chain({ chain: emptyChain(ref, now), salt }, [fact], now);
  const enrollment: Enrollment = {
    ...ref,
    apprentice,
    enrolledOn,
    framework,
    programHash: stored.hashes.program,
    status: 'open',
    salt,
    version: 1,
    fence: 0,
    progress: {},
    met: 0,
    marks: {},
    refused: {},
    pointers: {},
    chain: chained.head,
    lastChangeAt: now,
  };
  if ((await ports.store.createEnrollment(enrollment, chained.entries)) === 'exists') {
    return refused(
      'enrollment.exists',
      `enrollment: "${ref.enrollment}" exists already in this program; leave the id out or choose another`,
    );
  }
  return { outcome: 'enrolled', enrollment };
}

/** Another enrollment of the same person, of which they have not left. */
async function enrolledElsewhere(
  store: RecordActPorts['store'],
  { program, enrollment }: EnrollmentRef,
  apprentice: string,
): Promise<string | undefined> {
  const own = await store.listOwnEnrollments(program, apprentice);
  const others = own.filter((ref) => ref.enrollment !== enrollment);
  // Nearly always there is none to be read.
  const read = others.length > 0 ? await store.readEnrollments(others) : [];
  return read.find(({ status }) => status !== 'withdrawn')?.enrollment;
}

export function unprintableMessage(characters: readonly string[]): string {
  return `name: no font of ours prints ${namedCharacters(characters)}; give the name as it is to stand on the certificate, ${scripts}`;
}

const scripts = 'in Latin, Greek, Cyrillic, Arabic, Hebrew, Devanagari, Thai, Chinese, Japanese or Korean letters';

/** `🎓 (U+1F393)`, the first eight of them. */
export function namedCharacters(characters: readonly string[]): string {
  const codePoint = (c: string) => `U+${(c.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
  return characters
    .slice(0, 8)
    .map((character) => `${character} (${[...character].map(codePoint).join(' ')})`)
    .join(', ');
}
