import * as z from 'zod';
import { type OpenApiDocument, openApiDocument } from '../openapi.ts';
import { docsPage } from '../pages/docs-page.ts';
import { frameOf, page as showPage } from '../pages/page-answer.ts';
import { defineRoute, type Route } from '../route.ts';

/** The API's document and the page that shows it, of these routes. Made when somebody first asks: no cold start pays. */
export function document(resources: readonly Route[]): Route[] {
  let made: OpenApiDocument | undefined;
  const documentOnce = () => {
    made ??= openApiDocument(resources);
    return made;
  };
  const json = defineRoute(
    {
      method: 'get',
      path: '/openapi.json',
      summary: 'This API as an OpenAPI 3.1 document',
      access: 'public',
      responses: { 200: { description: 'The document', schema: z.looseObject({ openapi: z.literal('3.1.0') }) } },
    },
    () => ({ status: 200, json: documentOnce(), headers: { 'Cache-Control': 'public, max-age=300' } }),
  );
  const page = defineRoute(
    {
      method: 'get',
      path: '/docs',
      summary: 'The same document as a page',
      access: 'public',
      responses: { 200: { description: 'The page', mediaType: 'text/html' } },
      page: true,
    },
    (call) => {
      const frame = frameOf(call);
      return showPage(call, frame, docsPage(frame, documentOnce()));
    },
  );
  return [json, page];
}
