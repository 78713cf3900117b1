import { html } from 'hono/html';
import type { HtmlEscapedString } from 'hono/utils/html';

/** Markup, escaped: what the `html` tag gives. Whatever is put into one as text is escaped by it. */
export type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

export const nothing = html``;

/**
 * Somebody's name, or another text of a person's, as they write it: its own direction, kept apart from the words around
 * it. No language is named, since nobody asked them for it.
 */
export function bdi(text: string): Html {
  return html`<bdi dir="auto">${text}</bdi>`;
}
