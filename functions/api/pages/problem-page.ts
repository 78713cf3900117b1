import { html } from 'hono/html';
import type { Problem } from '../problem.ts';
import type { PageAnswer } from '../route.ts';

/** A problem as a page for people. */
export function problemPage({ status, title, detail }: Problem): PageAnswer {
  return {
    status,
    html: html`<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title></head>
<body><main><h1>${title}</h1><p>${detail}</p></main></body>
</html>`,
  };
}
