import { Option } from 'commander';
import { readStatus } from '../acts/status.ts';
import { maskFor } from '../domain/masking.ts';
import { done, refusal } from './answer.ts';
import {
  type ActorFlags,
  type AddCommand,
  addCommand,
  type SensitiveFlags,
  withActor,
  withSensitive,
} from './command.ts';
import { historyText } from './history.ts';
import { recordRead } from './reading.ts';
import { statusJson } from './status-json.ts';
import { statusText } from './status-text.ts';

type Flags = SensitiveFlags & ActorFlags & { history?: true; at?: string };

/** `status`: what is met, what is missing, and why nothing was issued yet. */
export const addStatus: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'status <program> <enrollment>',
    summary: 'show what is met, what is missing, and why nothing was issued yet',
    examples: [
      'status staten-island-peer-specialist 01JZX3V9D7',
      'status staten-island-peer-specialist 01JZX3V9D7 --history',
      'status staten-island-peer-specialist 01JZX3V9D7 --at 2026-03-02',
    ],
    notes:
      'Never shows what evidence says. Sensitive requirements and email addresses are hidden without --sensitive.\n' +
      '--at reads the past from the ledger, and judges it by the program and framework as they were then.',
    options: (command) =>
      withActor(withSensitive(command), 'who looks')
        .option('--history', 'the ledger too: every fact, who did it and when, and whether the chain is whole')
        .addOption(
          new Option(
            '--at <instant>',
            "what was met and missing then: 2026-03-02T14:00:00Z, or 2026-03-02 for the end of that day in the program's time zone",
          ).conflicts('history'),
        ),
    async run(context, flags, [program = '', enrollment = '']) {
      const status = await readStatus(context.connect().ports, { program, enrollment }, flags.at);
      if (status.outcome === 'refused') return refusal(status);
      const mask = maskFor(status.frameworks, flags.sensitive === true);
      const history = flags.history === true;
      const facts = { what: 'status', sensitive: flags.sensitive === true, history };
      await recordRead(context, flags, { program, enrollment }, { facts });
      const { page } = context;
      const text = history ? historyText(page, status, mask) : statusText(page, status, mask);
      return done(statusJson(status, mask, history), text);
    },
  });
