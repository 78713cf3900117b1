import { html } from 'hono/html';
import type { OpenApiDocument, Operation } from '../openapi.ts';
import { type Frame, pageOf } from './frame.ts';
import type { Html } from './markup.ts';

/** The document of the API for people to read, in the frame of every page. It is written in English alone. */
export function docsPage(frame: Frame, { info, paths, components }: OpenApiDocument): Html {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const title = `${info.title}: the API`;
  const body = html`<div lang="en">
<h1>${title}</h1>${paragraphs(info.description)}
<p><a href="/openapi.json">The same as an OpenAPI 3.1 document</a></p>
<nav aria-label="Operations"><ul>${operations.map(
    ({ method, path, operation }) =>
      html`<li><a href="#${operation.operationId}"><code>${method} ${path}</code></a> ${operation.summary}</li>`,
  )}</ul></nav>
${operations.map(({ method, path, operation }) => operationSection(method, path, operation))}
<section id="problem"><h2>Problems</h2><p>Whatever goes wrong is told as ${shapeLink('Problem')}.</p></section>
<section id="shapes"><h2>Shapes</h2>${Object.entries(components.schemas).map(
    ([name, schema]) => html`<h3 id="${shapeId(name)}">${name}</h3>${paragraphs(String(schema.description ?? ''))}
${schemaText(schema)}`,
  )}</section>
</div>`;
  return pageOf(frame, { title, body, wide: true });
}

function operationSection(method: string, path: string, operation: Operation) {
  const { parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content['application/json']?.schema;
  return html`<section id="${operation.operationId}">
<h2><code>${method} ${path}</code></h2>
<p>${operation.summary}</p>${paragraphs(operation.description)}
${parameters.length > 0 && html`<h3>Parameters</h3><dl>${parameters.map(parameterEntry)}</dl>`}
${body && html`<h3>What is sent</h3>${schemaOf(body)}`}
<h3>Answers</h3>
<dl>${Object.entries(responses).map(
    ([status, { description, content }]) =>
      html`<dt><code>${status}</code></dt><dd>${marked(description)}${schemaOf(content?.['application/json']?.schema)}</dd>`,
  )}</dl>
</section>`;
}

type Parameter = NonNullable<Operation['parameters']>[number];

function parameterEntry({ name, in: where, required, schema, description }: Parameter) {
  return html`<dt><code>${name}</code> (${places[where] ?? where}${required ? '' : ', may be left out'})</dt>
<dd>${[description ?? schema.description, formOf(schema)].filter(Boolean).map((text) => html`${marked(String(text))}<br>`)}</dd>`;
}

const places: Record<string, string> = { path: 'in the path', query: 'in the query', header: 'header' };

/** A schema of one value in words, as far as words are shorter. */
function formOf({ enum: values, format, pattern, minLength, maxLength }: Parameter['schema']): string {
  if (Array.isArray(values)) return `One of ${values.map((value) => `\`${value}\``).join(', ')}.`;
  if (format !== undefined) return `A ${format}.`;
  const length = maxLength === undefined ? '' : `${minLength ?? 0} to ${maxLength} characters. `;
  return pattern === undefined ? length : `${length}Like \`${pattern}\`.`;
}

/** A shape that has a name is shown once, by that name. */
function schemaOf(schema: Json | undefined) {
  if (schema === undefined) return '';
  const name = nameIn(schema);
  return name === undefined ? schemaText(schema) : html` ${shapeLink(name)}`;
}

function schemaText(schema: Json) {
  const text = JSON.stringify(schema, null, 2);
  const names = new Set([...text.matchAll(reference)].map(([, name = '']) => name));
  return html`<details><summary>Schema</summary>
${names.size > 0 && html`<p>In it: ${[...names].map((name) => html`${shapeLink(name)} `)}</p>`}
<pre tabindex="0"><code>${text}</code></pre></details>`;
}

type Json = Record<string, unknown>;
const reference = /"#\/components\/schemas\/(\w+)"/g;

function nameIn({ $ref }: Json): string | undefined {
  return typeof $ref === 'string' ? $ref.slice($ref.lastIndexOf('/') + 1) : undefined;
}

const shapeId = (name: string) => `shape-${name}`;
const shapeLink = (name: string) => html`<a href="#${shapeId(name)}">${name}</a>`;

function paragraphs(text: string) {
  return text.split('\n\n').map((paragraph) => html`<p>${marked(paragraph)}</p>`);
}

/** What stands between backticks is code. */
function marked(text: string) {
  return text.split('`').map((part, i) => (i % 2 === 1 ? html`<code>${part}</code>` : part));
}
