import { readStatus } from '../acts/status.ts';
import { done, refusal } from './answer.ts';
import { type AddCommand, addCommand, type SensitiveFlags, withSensitive } from './command.ts';
import { historyText } from './history.ts';
import { maskFor } from './masking.ts';
import { statusJson } from './status-json.ts';
import { statusText } from './status-text.ts';

type Flags = SensitiveFlags & { history?: true };

/** `status`: what is met, what is missing, and why nothing was issued yet. */
export const addStatus: AddCommand = (parent, session) =>
  addCommand<Flags>(parent, session, {
    name: 'status <program> <enrollment>',
    summary: 'show what is met, what is missing, and why nothing was issued yet',
    examples: [
      'status staten-island-peer-specialist 01JZX3V9D7',
      'status staten-island-peer-specialist 01JZX3V9D7 --history',
    ],
    notes: 'Never shows what evidence says. Sensitive requirements and email addresses are hidden without --sensitive.',
    options: (command) =>
      withSensitive(command).option(
        '--history',
        'the ledger too: every fact, who did it and when, and whether the chain is whole',
      ),
    async run({ connect, page }, flags, [program = '', enrollment = '']) {
      const status = await readStatus(connect().ports, { program, enrollment });
      if (status.outcome === 'refused') return refusal(status);
      const mask = maskFor([status.framework], flags.sensitive === true);
      const history = flags.history === true;
      const text = history ? historyText(page, status, mask) : statusText(page, status, mask);
      return done(statusJson(status, mask, history), text);
    },
  });
