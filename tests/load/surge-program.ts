import { type Framework, frameworkSchema } from '../../functions/domain/framework.ts';
import { programSchema, templateSchema } from '../../functions/domain/program.ts';
import classic from '../../templates/certificate/classic.json' with { type: 'json' };
import type { Apprentice } from '../chaos/histories.ts';
import { smallFramework, smallProgram } from '../support/small-world.ts';

/** Four requirements, so that ten thousand records fit into an hour on one machine. */
export const surgeFramework: Framework = frameworkSchema.parse({
  ...smallFramework,
  id: 'surge',
  certificates: [],
  skillSets: [
    ...smallFramework.skillSets,
    { id: 'plan', text: 'Plans', skills: [{ id: 'plan-1', text: 'Plans with others' }] },
  ],
});
export const surgeProgram = programSchema.parse({
  ...smallProgram({ certificateValidityMonths: {} }),
  framework: { id: surgeFramework.id, version: surgeFramework.version },
});
export const surgeTemplate = templateSchema.parse(classic);

/** For the judges: everybody's certificate must be in force in the end. */
export const withEnding = (ref: Apprentice['ref']): Apprentice => ({
  ref,
  apprentice: { id: '', name: '', email: '' },
  enrolledOn: '',
  kind: 'surge',
  deeds: [],
  ending: 'in-force',
  acts: 'by command',
});
