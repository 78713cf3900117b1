import { html } from 'hono/html';
import type { OpenApiDocument, Operation } from '../openapi.ts';
import type { PageAnswer } from '../route.ts';

/** The document of the API for people to read: no script, no style of its own, nothing from elsewhere. */
export function docsPage({ info, paths, components }: OpenApiDocument): PageAnswer {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation })),
  );
  const problem = JSON.stringify(components.schemas.Problem, null, 2);
  return {
    status: 200,
    headers: { 'Cache-Control': 'public, max-age=300' },
    html: html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}: the API</title>
</head>
<body>
<header><h1>${info.title}: the API</h1>${paragraphs(info.description)}
<p><a href="/openapi.json">The same as an OpenAPI 3.1 document</a></p></header>
<nav aria-label="Operations"><ul>${operations.map(
      ({ method, path, operation }) =>
        html`<li><a href="#${operation.operationId}"><code>${method} ${path}</code></a> ${operation.summary}</li>`,
    )}</ul></nav>
<main>${operations.map(({ method, path, operation }) => operationSection(method, path, operation))}
<section id="problem"><h2>Problems</h2><p>Whatever goes wrong is told in this form.</p>${schemaText(problem)}</section>
</main>
</body>
</html>`,
  };
}

function operationSection(method: string, path: string, operation: Operation) {
  const { parameters = [], requestBody, responses } = operation;
  const body = requestBody?.content['application/json']?.schema;
  return html`<section id="${operation.operationId}">
<h2><code>${method} ${path}</code></h2>
<p>${operation.summary}</p>${paragraphs(operation.description)}
${
  parameters.length > 0 &&
  html`<table><caption>Parameters</caption>
<thead><tr><th scope="col">Name</th><th scope="col">In</th><th scope="col">Needed</th><th scope="col">Form</th></tr></thead>
<tbody>${parameters.map(
    ({ name, in: where, required, schema, description }) =>
      html`<tr><th scope="row"><code>${name}</code></th><td>${where}</td><td>${required ? 'yes' : 'no'}</td>
<td>${description} <code>${JSON.stringify(schema)}</code></td></tr>`,
  )}</tbody></table>`
}
${body && html`<h3>What is sent</h3>${schemaText(JSON.stringify(body, null, 2))}`}
<h3>Answers</h3>
<dl>${Object.entries(responses).map(
    ([status, { description, content }]) =>
      html`<dt><code>${status}</code></dt><dd>${description}${schemaOf(content?.['application/json']?.schema)}</dd>`,
  )}</dl>
</section>`;
}

function schemaOf(schema: unknown) {
  return schema === undefined ? '' : schemaText(JSON.stringify(schema, null, 2));
}

function schemaText(text: string) {
  return html`<details><summary>Schema</summary><pre tabindex="0"><code>${text}</code></pre></details>`;
}

function paragraphs(text: string) {
  return text.split('\n\n').map((paragraph) => html`<p>${paragraph}</p>`);
}
