import * as z from 'zod';
import { createDocument, type ZodOpenApiObject, type ZodOpenApiOperationObject } from 'zod-openapi';
import { etagPattern } from './etag.ts';
import { keyPattern } from './idempotent.ts';
import { problemSchema } from './problem.ts';
import { type Access, isIdempotent, type Route } from './route.ts';

type Json = Record<string, unknown>;
type Content = Record<string, { schema: Json }>;
/** The document as the mapping below makes it: nothing but schemas stands in its components, so that nothing else is a reference. */
export type OpenApiDocument = {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  security: Json[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Json>; securitySchemes: Json };
};
export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  security?: Json[];
  parameters?: Parameter[];
  requestBody?: { required: true; content: Content };
  responses: Record<string, { description: string; content?: Content; headers?: Record<string, Json> }>;
};
type Parameter = { name: string; in: string; required?: boolean; schema: Json; description?: string };

/** The document of the API (OpenAPI 3.1, whose schemas are JSON Schema 2020-12): told by the routes themselves. */
export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  const paths: NonNullable<ZodOpenApiObject['paths']> = {};
  for (const route of routes) paths[route.path] = { ...paths[route.path], [route.method]: operation(route) };
  const document = createDocument({
    openapi: '3.1.0',
    info: { title: 'Journeypaper', version: '1', description: introduction },
    security: [{ token: [] }],
    paths,
    components: { securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } } },
  });
  return inPlainPatterns(document) as OpenApiDocument;
}

const introduction = [
  'Evidence goes in, the record decides, a signed certificate comes out.',
  'The program is the one that the token names: no request says it. Times are UTC, dates are the program’s.',
  'What goes wrong is told as problem details (RFC 9457) with a stable `code`.',
  'Every write takes an `Idempotency-Key`: sent again with the same body within a day, it does nothing twice and has the same answer.',
].join('\n\n');

function operation(route: Route): ZodOpenApiOperationObject {
  const { request: { params: path, query, body } = {}, summary, description, access } = route;
  const header = headersOf(route);
  return {
    operationId: operationId(route),
    summary,
    description: [description, forWhom(access)].filter(Boolean).join('\n\n'),
    ...(access === 'public' && { security: [] }),
    ...((path ?? query ?? header) && {
      requestParams: {
        ...(path && { path: asFields(path) }),
        ...(query && { query: asFields(query) }),
        ...(header && { header }),
      },
    }),
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: body } } } }),
    responses: { ...Object.fromEntries(Object.entries(route.responses).map(responseOf)), default: problemResponse },
  };
}

/** A route takes its parameters as an object; its type says only that they are a schema. */
const asFields = (schema: z.ZodType) => schema as z.ZodType<unknown, Record<string, unknown>>;

function headersOf(route: Route) {
  if (!isIdempotent(route) && !route.ifMatch) return undefined;
  return z.object({
    ...(isIdempotent(route) && {
      'Idempotency-Key': z
        .string()
        .min(8)
        .max(128)
        .regex(keyPattern)
        .describe('Yours, new for each thing you want done'),
    }),
    ...(route.ifMatch && {
      'If-Match': z
        .string()
        .regex(etagPattern(route.ifMatch))
        .describe(`The ETag of the ${route.ifMatch} as you saw it`),
    }),
  });
}

const problemResponse = {
  description: 'A problem: `code` says which',
  content: { 'application/problem+json': { schema: problemSchema } },
};

function responseOf([status, { description, schema, mediaType, etag }]: [string, Route['responses'][number]]) {
  const content = schema && { content: { [mediaType ?? 'application/json']: { schema } } };
  const headers = etag && { headers: z.object({ ETag: z.string().describe('Which state this is') }) };
  return [status, { description, ...content, ...headers }];
}

/** Control characters written out: the regular expressions of many who read the document know no properties of Unicode. */
function inPlainPatterns(document: object): object {
  const text = JSON.stringify(document).replaceAll(String.raw`\\p{Cc}`, String.raw`\\u0000-\\u001f\\u007f-\\u009f`);
  return JSON.parse(text);
}

function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z0-9]+/).filter(Boolean);
  return [method, ...words.map((word) => word[0]?.toUpperCase() + word.slice(1))].join('');
}

function forWhom(access: Access): string {
  if (access === 'public') return 'For everybody.';
  const told = Object.entries(access).map(([role, scope]) => (scope === 'own' ? `${role} (their own records)` : role));
  return `For: ${told.join(', ')}.`;
}
