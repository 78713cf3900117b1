import { html } from 'hono/html';
import type { Explanation } from '../../domain/explanation.ts';
import type { TextKey, Words } from './language.ts';
import type { Html } from './markup.ts';

/** How something stands, from best to worst; `calm` says nothing either way. */
export type Tone = 'good' | 'calm' | 'watch' | 'bad';

/** A word with a sign before it, so that colour never tells alone. */
export function mark(tone: Tone, text: string): Html {
  return html`<span class="mark ${tone}">${text}</span>`;
}

const credentialTones: Record<Explanation['credential']['state'], Tone> = {
  none: 'calm',
  waiting: 'calm',
  held: 'calm',
  pending: 'calm',
  parked: 'bad',
  'in-force': 'good',
  suspended: 'watch',
  revoked: 'bad',
};

/** How a record's certificate stands, in a word or two. */
export function credentialMark({ t }: Words, state: Explanation['credential']['state']): Html {
  return mark(credentialTones[state], t(`standing.${state.replace('-', '_')}` as TextKey));
}

/** A bar of what is met, which a screen reader reads as its label and value. */
export function bar(label: string, met: number, of: number): Html {
  return html`<progress value="${met}" max="${Math.max(of, 1)}" aria-label="${label}">${met}/${of}</progress>`;
}
