import * as z from 'zod';
import { problemSchema } from './problem.ts';
import { type Access, isIdempotent, type Route } from './route.ts';

type Json = Record<string, unknown>;
export type OpenApiDocument = {
  openapi: '3.1.0';
  info: { title: string; version: string; description: string };
  security: Json[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Json; securitySchemes: Json };
};
export type Operation = {
  operationId: string;
  summary: string;
  description: string;
  security?: Json[];
  parameters?: Parameter[];
  requestBody?: { required: true; content: Record<string, { schema: Json }> };
  responses: Record<string, Response>;
};
type Parameter = { name: string; in: string; required: boolean; schema: Json; description?: string };
type Response = { description: string; content?: Record<string, { schema: Json }>; headers?: Json };

/** The document of the API (OpenAPI 3.1, whose schemas are JSON Schema 2020-12): told by the routes themselves. */
export function openApiDocument(routes: readonly Route[]): OpenApiDocument {
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    (paths[route.path] as Record<string, Operation>)[route.method] = operation(route);
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Journeypaper', version: '1', description: introduction },
    security: [{ token: [] }],
    paths,
    components: {
      schemas: { Problem: jsonSchema(problemSchema, 'output') },
      securitySchemes: { token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

const introduction = [
  'Evidence goes in, the record decides, a signed certificate comes out.',
  'The program is the one that the token names: no request says it. Times are UTC, dates are the program’s.',
  'What goes wrong is told as problem details (RFC 9457) with a stable `code`.',
  'Every write takes an `Idempotency-Key`: sent again with the same body within a day, it does nothing twice and has the same answer.',
].join('\n\n');

function operation(route: Route): Operation {
  const { request = {}, summary, description, access } = route;
  const parameters = [
    ...parametersOf('path', request.params),
    ...parametersOf('query', request.query),
    ...(isIdempotent(route) ? [header('Idempotency-Key', keySchema, 'Yours, new for each thing you want done')] : []),
    ...(route.ifMatch ? [header('If-Match', { type: 'string' }, 'The ETag of the state that you saw')] : []),
  ];
  return {
    operationId: operationId(route),
    summary,
    description: [description, forWhom(access)].filter(Boolean).join('\n\n'),
    ...(access === 'public' && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(request.body && {
      requestBody: {
        required: true as const,
        content: { 'application/json': { schema: jsonSchema(request.body, 'input') } },
      },
    }),
    responses: { ...Object.fromEntries(Object.entries(route.responses).map(responseOf)), default: problemResponse },
  };
}

const keySchema = { type: 'string', pattern: '^[\\x21-\\x7e]{8,128}$', minLength: 8, maxLength: 128 };
const header = (name: string, schema: Json, description: string) => ({
  name,
  in: 'header',
  required: true,
  schema,
  description,
});

const problemResponse: Response = {
  description: 'A problem: `code` says which',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
};

function responseOf([status, { description, schema, mediaType }]: [string, Route['responses'][number]]) {
  const content = schema && {
    content: { [mediaType ?? 'application/json']: { schema: jsonSchema(schema, 'output') } },
  };
  return [status, { description, ...content }];
}

function parametersOf(where: 'path' | 'query', schema: z.ZodType | undefined): Parameter[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input') as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, ...property }]) => ({
    name,
    in: where,
    required: where === 'path' || required.includes(name),
    schema: property,
    ...(description !== undefined && { description: String(description) }),
  }));
}

/**
 * As `z.toJSONSchema` writes it, of what is sent or of what is answered. Control characters are written out: the regular
 * expressions of many who read the document know no properties of Unicode.
 */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as Json;
  const text = JSON.stringify(rest).replaceAll(String.raw`\\p{Cc}`, String.raw`\\u0000-\\u001f\\u007f-\\u009f`);
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
