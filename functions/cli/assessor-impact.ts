import { type AssessorImpact, assessorImpact } from '../acts/assessor-impact.ts';
import { refused } from '../acts/refusal.ts';
import { type VoidInput, voidAssessor } from '../acts/void-assessor.ts';
import type { Actor } from '../domain/audit.ts';
import { revocationCodes } from '../domain/credential.ts';
import { type Mask, maskFor } from '../domain/masking.ts';
import { type Program, voidedBy } from '../domain/program.ts';
import { type Answer, done, refusal, usageFailure } from './answer.ts';
import { countImpact, countsText, impactJson, impactText } from './assessor-impact-text.ts';
import {
  type ActorFlags,
  type AddCommand,
  actorFrom,
  addCommand,
  type Context,
  type SensitiveFlags,
  withActor,
  withSensitive,
} from './command.ts';
import { type ConfirmFlags, confirmMany } from './confirm.ts';
import { counted } from './page.ts';
import { recordListing } from './reading.ts';

type Flags = ActorFlags &
  SensitiveFlags &
  ConfirmFlags & { program: string; apply?: true; reason?: string; revoke?: string | true };

/** `assessor-impact`: what stands on an assessor's word, and with `--apply` takes that word away. */
export const addAssessorImpact: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'assessor-impact <assessor>',
    summary: 'show what stands on the word of an assessor, and void all of their assessments',
    examples: [
      'audit assessor-impact mentor-7 --program harbor',
      'audit assessor-impact mentor-7 --program harbor --apply --reason "Signed for people never met" --as office',
    ],
    notes:
      'Without --apply nothing is written. With it, what falls is listed, then suspended, or revoked with --revoke; the\n' +
      'assessor cannot confirm it. With --revoke whoever checks a certificate is shown the reason: name nobody in it.\n' +
      'Repeat the command if it was interrupted: it goes on where it stopped.',
    options: (command) =>
      withActor(
        withSensitive(command)
          .requiredOption('--program <id>', "the program's id")
          .option('--apply', 'void them, after the list was shown and confirmed')
          .option('--reason <text>', 'with --apply: one line of 3 to 500 characters; the roster keeps it')
          .option('--revoke [code]', `revoke what falls: ${revocationCodes.join(', ')} (default: fraud)`)
          .option('--yes', 'with --apply: do not ask'),
        'who looks; with --apply: the administrator who confirms it',
      ),
    run: (context, flags, [assessor = '']) => impactOrVoid(context, flags, assessor),
  });

async function impactOrVoid(context: Context, flags: Flags, assessor: string): Promise<Answer> {
  if (!flags.apply && (flags.reason !== undefined || flags.revoke !== undefined || flags.yes))
    throw usageFailure('usage', '--apply: not given; --reason, --revoke and --yes stand beside it alone');
  const actor = flags.apply ? actorFrom(flags, 'administrator', context.world) : undefined;
  if (flags.apply && flags.reason === undefined)
    throw usageFailure('usage', '--reason: not given; --apply needs one line that says why');
  if (actor?.id === assessor)
    return refusal(
      refused('voiding.own', 'as: the assessor cannot confirm it; an administrator other than them does'),
      { as: '--as' },
    );
  const { ports } = context.connect();
  const stored = await ports.store.readProgram(flags.program);
  if (!stored)
    return refusal(refused('program.unknown', `program: there is no "${flags.program}"; \`program list\` shows them`));
  const facts = { what: 'assessor-impact', assessor, sensitive: flags.sensitive === true };
  await recordListing(context, flags, flags.program, { facts });
  const impacts: AssessorImpact[] = [];
  for await (const impact of assessorImpact(ports, stored.program, assessor)) impacts.push(impact);
  const mask = maskFor(
    impacts.map(({ framework }) => framework),
    flags.sensitive === true,
  );
  const listed = list(context, stored.program, assessor, impacts, mask);
  return actor ? apply(context, flags, actor, assessor, listed, impacts) : listed;
}

function list(
  { page }: Context,
  program: Program,
  assessor: string,
  impacts: readonly AssessorImpact[],
  mask: Mask,
): Answer {
  const voided = voidedBy(program, assessor);
  const json = {
    outcome: 'found',
    program: program.id,
    assessor,
    ...(voided && { voided: { at: voided.at, by: voided.by } }),
    counts: countImpact(impacts),
    enrollments: impacts.map((impact) => impactJson(impact, mask)),
  };
  return done(json, impactText(page, program, assessor, voided, impacts, mask));
}

async function apply(
  context: Context,
  flags: Flags,
  actor: Actor,
  assessor: string,
  listed: Answer,
  impacts: readonly AssessorImpact[],
): Promise<Answer> {
  const revoke = (flags.revoke === true ? 'fraud' : flags.revoke) as VoidInput['revoke'];
  const fate = `What falls is ${revoke === undefined ? 'suspended' : `revoked as ${revoke}`}.`;
  // Before anything is done, asked or not. On standard error: with --json standard output is one value.
  context.world.out.writeError(`${listed.text}\n${flags.yes ? `${fate}\n` : ''}`);
  const question = `${countsText(countImpact(impacts))} ${fate} Void all that ${assessor} assessed?`;
  const stopped = await confirmMany(context, flags, question);
  if (stopped) return stopped;
  const { ports } = context.connect();
  const voided = await voidAssessor(ports, actor, {
    program: flags.program,
    assessor,
    text: flags.reason ?? '',
    ...(revoke !== undefined && { revoke }),
  });
  if (voided.outcome === 'refused') return refusal(voided, { reason: '--reason', code: '--revoke', as: '--as' });
  const { enrollments, falling, revoked } = voided;
  const words = [
    `${assessor} is voided: nothing is issued any more on what they assessed.`,
    revoke === undefined
      ? `${counted(enrollments, 'enrollment')} looked at afresh; ${counted(falling, 'credential')} being suspended.`
      : `${counted(enrollments, 'enrollment')} looked at afresh; ${counted(revoked.length, 'credential')} revoked.`,
  ].join('\n');
  const { reason: _, ...mark } = voided.voided;
  return done({ ...voided, voided: mark, before: listed.json }, words);
}
