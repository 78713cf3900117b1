import { html } from 'hono/html';
import type { Html } from './markup.ts';

/** How something stands, from best to worst; `calm` says nothing either way. */
export type Tone = 'good' | 'calm' | 'watch' | 'bad';

/** A word with a sign before it, so that colour never tells alone. */
export function mark(tone: Tone, text: string): Html {
  return html`<span class="mark ${tone}">${text}</span>`;
}

/** A bar of what is met, which a screen reader reads as its label and value. */
export function bar(label: string, met: number, of: number): Html {
  return html`<progress value="${met}" max="${Math.max(of, 1)}" aria-label="${label}">${met}/${of}</progress>`;
}
