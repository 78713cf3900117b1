import { redriveEnrollment } from '../acts/redrive.ts';
import { done, refusal } from './answer.ts';
import { type AddCommand, addCommand } from './command.ts';
import { counted } from './page.ts';

/** `redrive`: every step of one enrollment once more. */
export const addRedrive: AddCommand = (parent, session) =>
  addCommand<object>(parent, session, {
    name: 'redrive <program> <enrollment>',
    summary: 'have every step look at an enrollment again: safe at any time',
    examples: ['redrive staten-island-peer-specialist 01JZX3V9D7'],
    notes:
      'All the evidence is looked at again, what is pending is issued, what is issued is locked, what is owed is sent.\n' +
      'Nothing is issued or sent twice by it, and what is parked stays parked.',
    async run({ connect }, _, [program = '', enrollment = '']) {
      const redriven = await redriveEnrollment(connect().ports, { program, enrollment });
      if (redriven.outcome === 'refused') return refusal(redriven);
      return done(redriven, `${counted(redriven.messages, 'message')} sent; \`status\` shows what comes of it.`);
    },
  });
