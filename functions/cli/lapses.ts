import { type LapsedEnrollment, listLapses } from '../acts/list-lapses.ts';
import { refused } from '../acts/refusal.ts';
import { type Framework, requirementsOf } from '../domain/framework.ts';
import type { Lapse } from '../domain/lapses.ts';
import { type Mask, maskFor } from '../domain/masking.ts';
import { done, refusal } from './answer.ts';
import {
  type ActorFlags,
  type AddCommand,
  addCommand,
  type SensitiveFlags,
  withActor,
  withSensitive,
} from './command.ts';
import { type Cell, counted, heading, table } from './page.ts';
import { recordListing } from './reading.ts';

/** `lapses`: who completed and let a required certificate lapse since. */
export const addLapses: AddCommand = (parent, session) =>
  addCommand<SensitiveFlags & ActorFlags>(parent, session, {
    name: 'lapses <program>',
    summary: 'list required certificates that lapsed after their completion, which stands',
    examples: ['lapses harbor'],
    options: (command) => withActor(withSensitive(command), 'who looks'),
    async run(context, flags, [id = '']) {
      const { page } = context;
      const { ports } = context.connect();
      const stored = await ports.store.readProgram(id);
      if (!stored)
        return refusal(refused('program.unknown', `program: there is no "${id}"; \`program list\` shows them`));
      const facts = { what: 'lapses', sensitive: flags.sensitive === true };
      await recordListing(context, flags, id, { facts });
      const found: LapsedEnrollment[] = [];
      for await (const lapsed of listLapses(ports, stored.program)) found.push(lapsed);
      const mask = maskFor(
        found.map(({ framework }) => framework),
        flags.sensitive === true,
      );
      const json = found.map(({ enrollment, lapses }) => ({ enrollment, lapses: mask.json(lapses) }));
      if (found.length === 0) return done(json, 'No required certificate has lapsed since a completion.');
      const rows = found.flatMap(({ enrollment, framework, lapses }) =>
        lapseRows(lapses, framework, mask).map((cells) => [{ text: enrollment }, ...cells]),
      );
      const title = `${stored.program.name} (${id}): lapsed since the completion, which stands`;
      const counts = `${counted(rows.length, 'certificate')} of ${counted(found.length, 'person', 'people')}`;
      return done(json, [heading(page, title), table(page, rows), counts].join('\n'));
    },
  });

export function lapseRows(lapses: readonly Lapse[], framework: Framework, mask: Mask): Cell[][] {
  return lapses.map(({ requirement, on }) => {
    const hidden = mask.ids(requirement) !== requirement;
    const text = mask.textOf(requirement, requirementsOf(framework).get(requirement)?.display ?? '');
    return [{ text: hidden ? '' : requirement }, { text: `in force until ${on}`, style: 'yellow' as const }, { text }];
  });
}
