import { html } from 'hono/html';
import { bdi, type Html, nothing } from './markup.ts';

type Named = { enrollment: string; name: string };

/** Names that more than one of some enrollments bear: of two people, or of one who is enrolled twice. */
export function namesakes(rows: readonly Named[]): ReadonlySet<string> {
  const byName = Map.groupBy(rows, ({ name }) => name);
  return new Set(
    [...byName].flatMap(([name, own]) => (new Set(own.map(({ enrollment }) => enrollment)).size > 1 ? [name] : [])),
  );
}

/** A name, with the enrollment's id where another on the page bears the same. */
export function nameAmong({ enrollment, name }: Named, shared: ReadonlySet<string>): Html {
  return html`${bdi(name)}${shared.has(name) ? html` <code class="which">${enrollment}</code>` : nothing}`;
}
